import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readDeployment } from "../../../../localstack/commands/deployment.ts";

describe("npm run deploy", () => {
  it.each<[args: string[], environment: Record<string, string>, region: string | undefined, profile?: string]>([
    [["--stage", "prod"], {}, "us-east-1"],
    [["--stage=prod"], { AWS_REGION: "eu-west-1" }, "eu-west-1"],
    [["-s", "prod"], { AWS_REGION: "" }, "us-east-1"],
    [["--stage", "prod", "--region", "eu-central-1"], { AWS_REGION: "eu-west-1" }, "eu-central-1"],
    [["--verbose", "--region=eu-central-1", "--stage", "prod"], {}, "eu-central-1"],
    [["-r", "eu-central-1", "-s", "prod"], {}, "eu-central-1"],
    [["--stage", "prod", "--aws-profile", "desk"], { AWS_PROFILE: "other" }, "us-east-1", "desk"],
    [["--stage", "prod"], { AWS_PROFILE: "other" }, "us-east-1", "other"],
  ])("%j with %j asks the stack where the framework deployed it", (args, environment, region, profile) => {
    const deployment = readDeployment(args, environment);
    expect(deployment?.stage).toBe("prod");
    expect(deployment?.environment.AWS_REGION).toBe(region);
    expect(deployment?.environment.AWS_PROFILE).toBe(profile);
    expect(deployment?.environment.AWS_ENDPOINT_URL).toBeUndefined();
  });

  it("of LocalStack goes to this machine, unless another address is named", () => {
    const urlOf = (environment: Record<string, string>) =>
      readDeployment(["--stage", "localstack"], environment)?.environment.AWS_ENDPOINT_URL;
    expect(urlOf({})).toBe("http://127.0.0.1:4566");
    expect(urlOf({ AWS_ENDPOINT_URL: "http://127.0.0.1:4000" })).toBe("http://127.0.0.1:4000");
  });

  it.each([[[]], [["--stage"]], [["--stage="]], [["--stage", "local"]], [["prod"]]])("wants a stage: %j", (args) => {
    expect(readDeployment(args, {})).toBeUndefined();
  });
});

const command = fileURLToPath(new URL("../../../../localstack/commands/deploy.ts", import.meta.url));
/** Has the framework deploy nothing, and be done at once. */
const nothingToDeploy = `data:text/javascript,
  import childProcess from "node:child_process";
  import { syncBuiltinESMExports } from "node:module";
  const { spawn } = childProcess;
  childProcess.spawn = (program, args, options) =>
    args[0].endsWith("serverless.js") ? spawn(process.execPath, ["--eval", ""], options) : spawn(program, args, options);
  syncBuiltinESMExports();`;
const outputs = ["Url=http://127.0.0.1:9", "TableName=table"]
  .map((output) => output.split("="))
  .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`);
const stack = `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName>
  <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>UPDATE_COMPLETE</StackStatus>
  <Outputs>${outputs.join("")}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

const storedKey = JSON.stringify({
  Item: { sk: { S: "digest" }, id: { S: "1" }, label: { S: "canary" }, created_at: { S: "" } },
});

/** Keeps count of the keys that are there, by the transactions that write and delete them. */
function writeKey(keys: Set<string>, transaction: string): void {
  const [{ Update, Delete }] = JSON.parse(transaction).TransactItems;
  if (Update) keys.add(Update.Key.sk.S);
  else keys.delete(Delete.Key.sk.S);
}

describe("the canary's key", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "is gone after %s",
    async (signal) => {
      const keys = new Set<string>();
      const regions = new Set<string | undefined>();
      const stored = Promise.withResolvers<void>();
      const aws = createServer((request, response) => {
        let body = "";
        request.on("data", (chunk) => {
          body += chunk;
        });
        request.on("end", () => {
          regions.add(/\/\d{8}\/([a-z0-9-]+)\//.exec(request.headers.authorization ?? "")?.[1]);
          const target = request.headers["x-amz-target"];
          if (target === undefined) return response.setHeader("content-type", "text/xml").end(stack);
          if (target === "DynamoDB_20120810.TransactWriteItems") {
            writeKey(keys, body);
            return response.end("{}");
          }
          // The key as it was stored; and from now on it is in use.
          stored.resolve();
          return response.end(storedKey);
        });
      });
      await new Promise<void>((resolve) => aws.listen(0, "127.0.0.1", resolve));
      const { port } = aws.address() as AddressInfo;
      const environment = { ...process.env, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: "us-west-2" };
      const deploying = spawn(
        process.execPath,
        ["--import", nothingToDeploy, command, "--stage", "prod", "--region", "eu-central-1"],
        { env: { ...environment, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" }, stdio: "ignore" },
      );
      const ended = new Promise((resolve) => deploying.once("exit", resolve));
      await Promise.race([stored.promise, ended]);
      expect(keys.size).toBe(1);
      deploying.kill(signal);
      expect(await ended).toBe(1);
      aws.close();
      expect([[...keys], [...regions]]).toEqual([[], ["eu-central-1"]]);
    },
    20_000,
  );
});
