import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, it } from "vitest";
import { freePort } from "../../localstack/embedded/ports.ts";
import { type RoleProxy, startRoleProxy } from "../cloud/roles/proxy.ts";
import { createUsage, type Usage } from "../cloud/roles/usage.ts";

const received: string[] = [];
const cloud = createServer((request, response) => {
  received.push(String(request.headers["x-amz-target"]));
  response.end('{"Item":{"sk":{"S":"1"}},"ConsumedCapacity":{"CapacityUnits":0.5}}');
});
let usage: Usage;
let proxy: RoleProxy;

beforeEach(async () => {
  received.length = 0;
  usage = createUsage();
  await new Promise<void>((resolve) => cloud.listen(0, "127.0.0.1", resolve));
  proxy = await startRoleProxy({
    port: await freePort(),
    target: `http://127.0.0.1:${(cloud.address() as AddressInfo).port}`,
    usage,
    roles: {
      callerOf: async (accessKey) => {
        if (accessKey !== "KEYOFREADER") throw new Error("nobody's key");
        return { account: "000000000000", role: "reader-role", function: "reader" };
      },
      statementsOf: async () => [
        {
          Effect: "Allow",
          Action: ["dynamodb:GetItem"],
          Resource: ["arn:aws:dynamodb:us-east-1:000000000000:table/own"],
        },
      ],
      partitionKey: async () => "pk",
    },
  });
});
afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => cloud.close(resolve));
});

function client(accessKeyId = "KEYOFREADER") {
  const credentials = { accessKeyId, secretAccessKey: "secret" };
  return new DynamoDBClient({ endpoint: proxy.endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
}
const read = (TableName: string) => new GetItemCommand({ TableName, Key: { pk: { S: "a" } } });

it("hands on what the caller's role allows, and counts it", async () => {
  expect((await client().send(read("own"))).Item).toEqual({ sk: { S: "1" } });
  expect(received).toEqual(["DynamoDB_20120810.GetItem"]);
  const { readUnits, writeUnits, permissions } = usage.functions().get("reader") ?? {};
  expect({ readUnits, writeUnits }).toEqual({ readUnits: 0.5, writeUnits: 0 });
  expect([...(permissions?.values() ?? [])].map(({ times }) => times)).toEqual([1]);
  expect(usage.refusals()).toEqual([]);
});

it("refuses what the role does not allow, in IAM's words", async () => {
  await expect(client().send(read("other"))).rejects.toMatchObject({
    name: "AccessDeniedException",
    message:
      "User: arn:aws:sts::000000000000:assumed-role/reader-role/reader is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/other",
  });
  expect(received).toEqual([]);
  expect(usage.refusals()).toEqual([
    "reader may not dynamodb:GetItem on arn:aws:dynamodb:us-east-1:000000000000:table/other",
  ]);
});

it("refuses a call that it does not know, and a caller that has no role", async () => {
  await expect(client().send(new ScanCommand({ TableName: "own" }))).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
  await expect(client("ANOTHERKEY").send(read("own"))).rejects.toMatchObject({ name: "AccessDeniedException" });
  expect(received).toEqual([]);
  expect(usage.refusals()).toEqual([
    "reader was not understood: dynamodb:Scan",
    "ANOTHERKEY was not understood: nobody's key",
  ]);
});
