import * as z from "zod";
import type { Permission } from "./policy.ts";

/** A call of an AWS service as it goes over the wire. */
export interface Call {
  service: string;
  /** `GetItem`; for S3, which has none, method and path say it. */
  operation: string | undefined;
  method: string;
  path: string;
  body: unknown;
}

/** What the body alone does not tell. */
export interface Surroundings {
  region: string;
  account: string;
  /** The attribute that is the partition key of a table or of one of its indexes. */
  partitionKey(table: string, index?: string): Promise<string>;
}

/** A call whose permissions nobody has written down here: it is refused, never let pass. */
export class UnknownCall extends Error {}

/** Every permission that IAM asks of the caller of this. Throws `UnknownCall`. */
export async function permissionsOf(call: Call, surroundings: Surroundings): Promise<Permission[]> {
  const { service, operation, method, path, body } = call;
  if (service === "dynamodb") return tablePermissions(operation, body, surroundings);
  if (service === "secretsmanager" && operation) {
    return [{ action: `secretsmanager:${operation}`, resource: arnIn(body, "SecretId"), context: {} }];
  }
  if (service === "states" && operation) {
    const name = operation === "StartExecution" || operation === "ListExecutions" ? "stateMachineArn" : "executionArn";
    return [{ action: `states:${operation}`, resource: arnIn(body, name), context: {} }];
  }
  const inS3 = service === "s3" ? objectPermission(method, path) : undefined;
  if (inS3) return [inS3];
  throw new UnknownCall(`${service}:${operation ?? `${method} ${path}`}`);
}

/** Of S3, whose calls are told by method, path and query; undefined for what nobody has written down. */
function objectPermission(method: string, url: string): Permission | undefined {
  const { pathname, searchParams } = new URL(url, "http://s3");
  const [, bucket = "", key = ""] = /^\/([^/]+)\/?(.*)$/.exec(pathname) ?? [];
  searchParams.delete("x-id");
  const resource = `arn:aws:s3:::${bucket}`;
  if (key === "" && method === "GET" && searchParams.get("list-type") === "2") {
    return { action: "s3:ListBucket", resource, context: { "s3:prefix": [searchParams.get("prefix") ?? ""] } };
  }
  const action = objectActions[method];
  // Any other query names something beside the object itself, such as who may read it.
  if (bucket === "" || key === "" || searchParams.size > 0 || !action) return undefined;
  return { action, resource: `${resource}/${decodeURIComponent(key)}`, context: {} };
}

const objectActions: Record<string, string> = {
  GET: "s3:GetObject",
  HEAD: "s3:GetObject",
  PUT: "s3:PutObject",
};

function arnIn(body: unknown, name: string): string {
  const value = (body as Record<string, unknown>)[name];
  // IAM looks at the whole ARN, which a mere name does not tell.
  if (typeof value === "string" && value.startsWith("arn:")) return value;
  throw new UnknownCall(`a call whose ${name} is no ARN`);
}

const attributes = z.record(z.string(), z.record(z.string(), z.unknown()));
const onTable = z.looseObject({ TableName: z.string() });
const byKey = onTable.extend({ Key: attributes });
const byItem = onTable.extend({ Item: attributes });
const query = onTable.extend({
  IndexName: z.string().optional(),
  KeyConditionExpression: z.string(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).default({}),
  ExpressionAttributeValues: attributes,
});
const transactWrite = z.object({
  TransactItems: z.array(
    z.union([
      z.strictObject({ Put: byItem }),
      z.strictObject({ Update: byKey }),
      z.strictObject({ Delete: byKey }),
      z.strictObject({ ConditionCheck: byKey }),
    ]),
  ),
});
const transactRead = z.object({ TransactItems: z.array(z.strictObject({ Get: byKey })) });
const batchGet = z.looseObject({
  RequestItems: z.record(z.string(), z.looseObject({ Keys: z.array(attributes) })),
});
const batchWrite = z.looseObject({
  RequestItems: z.record(
    z.string(),
    z.array(
      z.union([
        z.strictObject({ PutRequest: z.object({ Item: attributes }) }),
        z.strictObject({ DeleteRequest: z.object({ Key: attributes }) }),
      ]),
    ),
  ),
});

async function tablePermissions(
  operation: string | undefined,
  body: unknown,
  { region, account, partitionKey }: Surroundings,
): Promise<Permission[]> {
  const on = async (action: string, table: string, items: readonly z.infer<typeof attributes>[]) => {
    const key = await partitionKey(table);
    return {
      action: `dynamodb:${action}`,
      resource: `arn:aws:dynamodb:${region}:${account}:table/${table}`,
      context: { "dynamodb:LeadingKeys": [...new Set(items.map((item) => textOf(item[key])))] },
    };
  };
  switch (operation) {
    case "GetItem":
    case "UpdateItem":
    case "DeleteItem": {
      const { TableName, Key } = byKey.parse(body);
      return [await on(operation, TableName, [Key])];
    }
    case "PutItem": {
      const { TableName, Item } = byItem.parse(body);
      return [await on(operation, TableName, [Item])];
    }
    case "Query": {
      const { TableName, IndexName, ...rest } = query.parse(body);
      const base = `arn:aws:dynamodb:${region}:${account}:table/${TableName}`;
      const leading = leadingKey(rest, await partitionKey(TableName, IndexName));
      return [
        {
          action: "dynamodb:Query",
          resource: IndexName === undefined ? base : `${base}/index/${IndexName}`,
          context: { "dynamodb:LeadingKeys": [leading] },
        },
      ];
    }
    // A transaction is authorised by the actions of its items.
    case "TransactWriteItems":
      return Promise.all(
        transactWrite.parse(body).TransactItems.map((item) => {
          if ("Put" in item) return on("PutItem", item.Put.TableName, [item.Put.Item]);
          if ("Update" in item) return on("UpdateItem", item.Update.TableName, [item.Update.Key]);
          if ("Delete" in item) return on("DeleteItem", item.Delete.TableName, [item.Delete.Key]);
          return on("ConditionCheckItem", item.ConditionCheck.TableName, [item.ConditionCheck.Key]);
        }),
      );
    case "TransactGetItems":
      return Promise.all(
        transactRead.parse(body).TransactItems.map(({ Get }) => on("GetItem", Get.TableName, [Get.Key])),
      );
    case "BatchGetItem":
      return Promise.all(
        Object.entries(batchGet.parse(body).RequestItems).map(([table, { Keys }]) => on(operation, table, Keys)),
      );
    case "BatchWriteItem":
      return Promise.all(
        Object.entries(batchWrite.parse(body).RequestItems).map(([table, requests]) => {
          const items = requests.map((each) => ("PutRequest" in each ? each.PutRequest.Item : each.DeleteRequest.Key));
          return on(operation, table, items);
        }),
      );
    default:
      throw new UnknownCall(`dynamodb:${operation}`);
  }
}

/** The value that a query compares the partition key with. */
function leadingKey(
  asked: Pick<
    z.infer<typeof query>,
    "KeyConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
  >,
  key: string,
): string {
  for (const [, name = "", value = ""] of asked.KeyConditionExpression.matchAll(/([#\w]+)\s*=\s*(:\w+)/g)) {
    if ((asked.ExpressionAttributeNames[name] ?? name) === key) return textOf(asked.ExpressionAttributeValues[value]);
  }
  throw new UnknownCall("dynamodb:Query without its partition key");
}

/** The value of an attribute whatever its type: `{ S: "a" }` is `a`. */
function textOf(attribute: Record<string, unknown> | undefined): string {
  return String(Object.values(attribute ?? {})[0]);
}
