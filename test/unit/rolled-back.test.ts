import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import type { Serverless } from "../../functions/packaging/framework.ts";
import { deleteRolledBackStack } from "../../functions/packaging/rolled-back.ts";

const StackId = "arn:aws:cloudformation:us-east-1:000000000000:stack/wsb-signals-prod/1";
afterEach(() => void vi.restoreAllMocks());

/** What is asked of a CloudFormation whose stack has this status, or that has none. */
async function askedWith(
  status: string | undefined,
  outputs: readonly string[] = [],
  asked: string[] = [],
): Promise<string[]> {
  let now = status;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    const action = form.get("Action") ?? "";
    asked.push(`${action} ${form.get("StackName")}`);
    if (action === "DeleteStack") now = "DELETE_COMPLETE";
    response.setHeader("content-type", "text/xml");
    if (action !== "DescribeStacks") return response.end(`<${action}Response/>`);
    if (now === undefined) {
      const error = "<Code>ValidationError</Code><Message>Stack with id wsb-signals-prod does not exist</Message>";
      return response.writeHead(400).end(`<ErrorResponse><Error>${error}</Error></ErrorResponse>`);
    }
    const stack = `<StackId>${StackId}</StackId><StackName>wsb-signals-prod</StackName><StackStatus>${now}</StackStatus>
      <Outputs>${outputs.map((key) => `<member><OutputKey>${key}</OutputKey></member>`).join("")}</Outputs>`;
    response.end(
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>${stack}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const config = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  const provider = { getAwsSdkV3Config: async () => config, naming: { getStackName: () => "wsb-signals-prod" } };
  await deleteRolledBackStack({ getProvider: () => provider } as unknown as Serverless).finally(() => server.close());
  return asked;
}

it("a stack whose first creation was rolled back is deleted, and no other that has taken its name meanwhile", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  for (const outputs of [[], ["ServerlessDeploymentBucketName"]]) {
    expect(await askedWith("ROLLBACK_COMPLETE", outputs)).toEqual([
      "DescribeStacks wsb-signals-prod",
      `DeleteStack ${StackId}`,
      `DescribeStacks ${StackId}`,
    ]);
  }
});

it("a stack that was whole before LocalStack rolled an update back is left to a person: its data would go with it", async () => {
  const outputs = ["ServerlessDeploymentBucketName", "TableName"];
  const asked: string[] = [];
  await expect(askedWith("ROLLBACK_COMPLETE", outputs, asked)).rejects.toThrow("delete it yourself");
  expect(asked).toEqual(["DescribeStacks wsb-signals-prod"]);
});

it.each([
  undefined,
  "CREATE_COMPLETE",
  "CREATE_FAILED",
  "IMPORT_ROLLBACK_COMPLETE",
  "REVIEW_IN_PROGRESS",
  "ROLLBACK_FAILED",
  "ROLLBACK_IN_PROGRESS",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "UPDATE_ROLLBACK_FAILED",
])("a stack that is %s is left alone", async (status) => {
  expect(await askedWith(status)).toEqual(["DescribeStacks wsb-signals-prod"]);
});
