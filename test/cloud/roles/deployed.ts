import { type Aws, members } from "../aws.ts";
import { type Statement, statementSchema } from "./policy.ts";

/** Who signed a request: a session of a role that a function runs under. */
export interface Caller {
  account: string;
  role: string;
  /** Lambda names the session after its function. */
  function: string;
}

/** The roles as they were deployed, asked for once each. */
export interface DeployedRoles {
  /** Whose access key this is. Throws where it belongs to no session of a role. */
  callerOf(accessKey: string): Promise<Caller>;
  statementsOf(role: string): Promise<Statement[]>;
  partitionKey(table: string, index?: string): Promise<string>;
}

export function deployedRoles(aws: Aws): DeployedRoles {
  const statementsOf = once((role) => readStatements(aws, role));
  const describeTable = once((table) => readKeys(aws, table));
  return {
    callerOf: once((accessKey) => readCaller(aws, accessKey)),
    statementsOf,
    async partitionKey(table, index = "") {
      const key = (await describeTable(table)).get(index);
      if (key === undefined) throw new Error(`The table ${table} has no index ${index}.`);
      return key;
    },
  };
}

async function readCaller(aws: Aws, accessKey: string): Promise<Caller> {
  const { Arn } = await aws.form<{ Arn: string }>("sts", "GetCallerIdentity", {}, accessKey);
  const [, account, role, session] = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\/(.+)$/.exec(Arn) ?? [];
  if (!account || !role || !session) throw new Error(`${Arn} is no session of a role.`);
  return { account, role, function: session };
}

async function readStatements(aws: Aws, role: string): Promise<Statement[]> {
  const attached = await aws.form<{ AttachedPolicies: { member: unknown } | null }>("iam", "ListAttachedRolePolicies", {
    RoleName: role,
  });
  if (members(attached.AttachedPolicies).length > 0) throw new Error(`${role} has policies that are not read here.`);
  const { PolicyNames } = await aws.form<{ PolicyNames: { member: string | string[] } | null }>(
    "iam",
    "ListRolePolicies",
    { RoleName: role },
  );
  const policies = await Promise.all(
    members(PolicyNames).map((PolicyName) =>
      aws.form<{ PolicyDocument: string }>("iam", "GetRolePolicy", { RoleName: role, PolicyName }),
    ),
  );
  return policies.flatMap(({ PolicyDocument }) => {
    const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument)) as { Statement: unknown };
    return [Statement].flat().map((statement) => statementSchema.parse(statement));
  });
}

interface Keys {
  KeySchema: { AttributeName: string; KeyType: string }[];
}

/** The partition keys of a table, under its indexes' names and, its own, under the empty one. */
async function readKeys(aws: Aws, table: string): Promise<Map<string, string>> {
  const { Table } = await aws.json<{ Table: Keys & { GlobalSecondaryIndexes?: (Keys & { IndexName: string })[] } }>(
    "dynamodb",
    "DynamoDB_20120810.DescribeTable",
    { TableName: table },
  );
  const hash = ({ KeySchema }: Keys) => KeySchema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName ?? "";
  const indexes = (Table.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, hash(index)] as const);
  return new Map([["", hash(Table)], ...indexes]);
}

/** One question for each name; one that failed is asked again. */
function once<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (name) => {
    const known = answers.get(name);
    if (known) return known;
    const answer = ask(name);
    answers.set(name, answer);
    answer.catch(() => answers.delete(name));
    return answer;
  };
}
