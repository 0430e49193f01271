import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { newApiKey, registerApiKey } from "../../lib/access/api-keys.ts";
import { digestOf } from "../../lib/access/authorizer.ts";
import { readConfig } from "../../lib/runtime/config.ts";
import { createServices } from "../../lib/services.ts";
import { remove } from "../../lib/store/actions.ts";
import { readDeployment } from "./deployment.ts";

/**
 * `npm run deploy -- --stage NAME`: deploys, then asks the deployed API whether it works (the canary: `npm run smoke`
 * without a run, because a run costs money and trades). Exit code 1 where one of the two failed.
 */
const serverless = createRequire(import.meta.url).resolve("serverless/bin/serverless.js");
const smoke = fileURLToPath(new URL("./smoke.ts", import.meta.url));

const args = process.argv.slice(2);
const deployment = readDeployment(args, process.env);
if (!deployment) fail("Usage: npm run deploy -- --stage NAME [--region REGION] [--aws-profile PROFILE]");
const { stage, environment } = deployment;
process.env = environment;

/** Ctrl-C ends what runs just now, and then this: the key of the canary must not outlive it. */
let interrupted = false;
let running: ChildProcess | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted = true;
    running?.kill(signal);
  });
}

const deployed = (await run([serverless, "deploy", ...args])) === 0;
if (interrupted)
  fail(`Interrupted. What CloudFormation had begun of stage ${stage}, it ends; nothing was asked of it.`);
if (!deployed) {
  fail(`Stage ${stage} was not deployed, and nothing was asked of it.`);
}
const { Url: url, TableName: table } = await readOutputs(`wsb-signals-${stage}`);
if (!url || !table) fail(`The stack wsb-signals-${stage} names no Url and no TableName.`);
console.log(`\ncanary: asking ${url}`);
const works = stage === "localstack" ? await asks({}) : await withKey(table, (API_KEY) => asks({ API_KEY }));
if (interrupted)
  fail(`Interrupted. Stage ${stage} is deployed, and nobody knows whether it works: deploy again to see.`);
if (!works) {
  fail(`
Stage ${stage} is deployed and DOES NOT WORK; the canary says above which request failed, and how.
  Why          the group /wsb-signals/${stage} of CloudWatch Logs, by the request id of the answer
  Back         npx serverless deploy list --stage ${stage} --region ${environment.AWS_REGION}
               npx serverless rollback --stage ${stage} --region ${environment.AWS_REGION} --timestamp …   (of the deployment before this one)
  Or forward   mend it and deploy again
Data is untouched by either; a run that is under way goes on and can be resumed.`);
}
console.log(`Stage ${stage} works: ${url}`);

async function asks(key: { API_KEY?: string }): Promise<boolean> {
  return (await run([smoke], { BASE_URL: url, SMOKE_RUN: "false", ...key })) === 0;
}

/** Asks with an API key that exists only meanwhile. */
async function withKey<T>(tableName: string, work: (key: string) => Promise<T>): Promise<T> {
  const services = createServices(readConfig({ TABLE_NAME: tableName, LOG_LEVEL: "SILENT" }));
  const key = newApiKey();
  await registerApiKey(services, key, "canary");
  try {
    return await work(key);
  } finally {
    await services.store.transact([remove(services.store.keys.apiKey(digestOf(key)))]);
  }
}

async function readOutputs(stack: string): Promise<Record<string, string | undefined>> {
  const { Stacks } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: stack }));
  return Object.fromEntries((Stacks?.[0]?.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue]));
}

/** Runs a program of Node's with this one's input and output; its exit code. */
function run(command: string[], more: Record<string, string | undefined> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    if (interrupted) return resolve(1);
    const child = spawn(process.execPath, command, { stdio: "inherit", env: { ...process.env, ...more } });
    running = child;
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
