import { describe, expect, it } from "vitest";
import { permissionsOf, UnknownCall } from "../cloud/roles/calls.ts";
import { isAllowed, type Permission, type Statement, statementSchema } from "../cloud/roles/policy.ts";
import { unusedOf } from "../cloud/roles/usage.ts";

const table = "arn:aws:dynamodb:us-east-1:000000000000:table/signals";
const permission = (action: string, resource: string, context: Permission["context"] = {}): Permission => ({
  action,
  resource,
  context,
});
const statement = (more: object): Statement =>
  statementSchema.parse({ Effect: "Allow", Action: "dynamodb:GetItem", Resource: table, ...more });

describe("a role", () => {
  it("allows what one of its statements names, and nothing else", () => {
    const role = [statement({ Action: ["dynamodb:GetItem", "dynamodb:Query"] })];
    expect(isAllowed(role, permission("dynamodb:GetItem", table))).toBe(true);
    expect(isAllowed(role, permission("dynamodb:PutItem", table))).toBe(false);
    expect(isAllowed(role, permission("dynamodb:GetItem", `${table}-of-others`))).toBe(false);
    expect(isAllowed([], permission("dynamodb:GetItem", table))).toBe(false);
  });

  it("that allows a table does not allow its indexes, nor the other way round", () => {
    const index = permission("dynamodb:Query", `${table}/index/gsi1`);
    expect(isAllowed([statement({ Action: "dynamodb:Query" })], index)).toBe(false);
    const indexes = statement({ Action: "dynamodb:Query", Resource: `${table}/index/*` });
    expect(isAllowed([indexes], index)).toBe(true);
    expect(isAllowed([indexes], permission("dynamodb:Query", table))).toBe(false);
  });

  it("that allows a state machine does not allow its executions", () => {
    const machine = "arn:aws:states:us-east-1:000000000000:stateMachine:analysis";
    const role = [statement({ Action: "states:*", Resource: machine })];
    expect(isAllowed(role, permission("states:StartExecution", machine))).toBe(true);
    const execution = machine.replace("stateMachine", "execution");
    expect(isAllowed(role, permission("states:StopExecution", `${execution}:run-1`))).toBe(false);
  });

  it("that allows one secret does not allow another whose name begins alike", () => {
    const secret = "arn:aws:secretsmanager:us-east-1:000000000000:secret:signals/providers";
    const role = [statement({ Action: "secretsmanager:GetSecretValue", Resource: `${secret}-??????` })];
    expect(isAllowed(role, permission("secretsmanager:GetSecretValue", `${secret}-aBc123`))).toBe(true);
    expect(isAllowed(role, permission("secretsmanager:GetSecretValue", `${secret}-old-aBc123`))).toBe(false);
  });

  it("denies what one statement denies, whatever others allow", () => {
    const role = [statement({ Resource: "*" }), statement({ Effect: "Deny" })];
    expect(isAllowed(role, permission("dynamodb:GetItem", `${table}-2`))).toBe(true);
    expect(isAllowed(role, permission("dynamodb:GetItem", table))).toBe(false);
  });

  it("limits a statement by its condition", () => {
    const condition = { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["*#CURSOR"] } };
    const role = [statement({ Condition: condition })];
    const keys = (...values: string[]) => permission("dynamodb:GetItem", table, { "dynamodb:LeadingKeys": values });
    expect(isAllowed(role, keys("live#CURSOR"))).toBe(true);
    expect(isAllowed(role, keys("live#CURSOR", "live#LOCK"))).toBe(false);
  });

  it("is not guessed at where it says what is not known here", () => {
    expect(statementSchema.safeParse({ Effect: "Allow", NotAction: "s3:*", Resource: "*" }).success).toBe(false);
    const role = [statement({ Condition: { DateLessThan: { "aws:CurrentTime": "2030-01-01" } } })];
    expect(() => isAllowed(role, permission("dynamodb:GetItem", table))).toThrow("DateLessThan is not known here");
    const variable = [statement({ Resource: `${table}/\${aws:username}` })];
    expect(() => isAllowed(variable, permission("dynamodb:GetItem", table))).toThrow("not known here");
  });

  it("has unused what nothing that was asked for needed, but what Lambda does itself", () => {
    const log = { Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" };
    const role = [statement(log), statement({ Action: ["dynamodb:GetItem", "dynamodb:Query"] })];
    expect(unusedOf(role, [permission("dynamodb:GetItem", table)])).toEqual([
      { action: "dynamodb:Query", resources: [table] },
    ]);
  });
});

describe("a call", () => {
  const surroundings = {
    region: "us-east-1",
    account: "000000000000",
    partitionKey: async (_: string, index = "") => (index === "gsi1" ? "gsi1pk" : "pk"),
  };
  const asked = (service: string, operation: string | undefined, body: unknown, more = {}) =>
    permissionsOf({ service, operation, method: "POST", path: "/", body, ...more }, surroundings);
  const key = (pk: string) => ({ pk: { S: pk }, sk: { S: "1" } });

  it("of a transaction asks for the action of each of its items", async () => {
    const TransactItems = [
      { Put: { TableName: "signals", Item: key("a") } },
      { Update: { TableName: "signals", Key: key("b") } },
      { Delete: { TableName: "signals", Key: key("c") } },
      { ConditionCheck: { TableName: "signals", Key: key("d") } },
    ];
    expect(await asked("dynamodb", "TransactWriteItems", { TransactItems })).toEqual([
      permission("dynamodb:PutItem", table, { "dynamodb:LeadingKeys": ["a"] }),
      permission("dynamodb:UpdateItem", table, { "dynamodb:LeadingKeys": ["b"] }),
      permission("dynamodb:DeleteItem", table, { "dynamodb:LeadingKeys": ["c"] }),
      permission("dynamodb:ConditionCheckItem", table, { "dynamodb:LeadingKeys": ["d"] }),
    ]);
  });

  it("of a query asks for the table or for the index, with the partition it reads", async () => {
    const query = {
      TableName: "signals",
      KeyConditionExpression: "#k0 = :v0 AND begins_with(#k1, :v1)",
      ExpressionAttributeNames: { "#k0": "pk", "#k1": "sk" },
      ExpressionAttributeValues: { ":v0": { S: "live#RUN" }, ":v1": { S: "2026" } },
    };
    expect(await asked("dynamodb", "Query", query)).toEqual([
      permission("dynamodb:Query", table, { "dynamodb:LeadingKeys": ["live#RUN"] }),
    ]);
    const onIndex = { ...query, IndexName: "gsi1", ExpressionAttributeNames: { "#k0": "gsi1pk", "#k1": "sk" } };
    expect(await asked("dynamodb", "Query", onIndex)).toEqual([
      permission("dynamodb:Query", `${table}/index/gsi1`, { "dynamodb:LeadingKeys": ["live#RUN"] }),
    ]);
  });

  it("of a batch asks once for each table, with all its partitions", async () => {
    const RequestItems = {
      signals: [{ PutRequest: { Item: key("a") } }, { DeleteRequest: { Key: key("b") } }],
    };
    expect(await asked("dynamodb", "BatchWriteItem", { RequestItems })).toEqual([
      permission("dynamodb:BatchWriteItem", table, { "dynamodb:LeadingKeys": ["a", "b"] }),
    ]);
  });

  it("of Step Functions asks for the machine it starts or for the execution it stops", async () => {
    const machine = "arn:aws:states:us-east-1:000000000000:stateMachine:analysis";
    const execution = "arn:aws:states:us-east-1:000000000000:execution:analysis:run-1";
    expect(await asked("states", "StartExecution", { stateMachineArn: machine })).toEqual([
      permission("states:StartExecution", machine),
    ]);
    expect(await asked("states", "StopExecution", { executionArn: execution })).toEqual([
      permission("states:StopExecution", execution),
    ]);
  });

  it("of S3 asks for the object it reads", async () => {
    const read = { method: "GET", path: "/archive/2021/gme.jsonl?x-id=GetObject" };
    expect(await asked("s3", undefined, undefined, read)).toEqual([
      permission("s3:GetObject", "arn:aws:s3:::archive/2021/gme.jsonl"),
    ]);
  });

  it.each([
    ["HEAD", "/made/output/1/run.json", "s3:GetObject", "made/output/1/run.json"],
    ["PUT", "/made/output/1/%C3%A5.md?x-id=PutObject", "s3:PutObject", "made/output/1/å.md"],
  ])("of S3 asks for the object: %s %s", async (method, path, action, object) => {
    expect(await asked("s3", undefined, undefined, { method, path })).toEqual([
      permission(action, `arn:aws:s3:::${object}`),
    ]);
  });

  it("of S3 that lists asks for the bucket, and says which part of it", async () => {
    const list = { method: "GET", path: "/made?list-type=2&prefix=documents%2F" };
    expect(await asked("s3", undefined, undefined, list)).toEqual([
      permission("s3:ListBucket", "arn:aws:s3:::made", { "s3:prefix": ["documents/"] }),
    ]);
  });

  it.each([
    ["DELETE", "/made/output/1/run.json"],
    ["PUT", "/made/output/1/run.json?acl"],
    ["GET", "/made?policy"],
    ["GET", "/"],
  ])("of S3 that nobody has written down is unknown: %s %s", async (method, path) => {
    await expect(asked("s3", undefined, undefined, { method, path })).rejects.toBeInstanceOf(UnknownCall);
  });

  it.each([
    ["dynamodb", "Scan", { TableName: "signals" }],
    ["dynamodb", "ExecuteStatement", { Statement: "SELECT * FROM signals" }],
    ["secretsmanager", "GetSecretValue", { SecretId: "a-name-without-its-arn" }],
    ["events", "PutEvents", { Entries: [] }],
    ["s3", undefined, undefined],
  ])("that nobody has written down is unknown: %s %s", async (service, operation, body) => {
    await expect(asked(service, operation, body)).rejects.toBeInstanceOf(UnknownCall);
  });
});
