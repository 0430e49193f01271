import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../lib/runtime/config.ts";
import { createServices, type Services } from "../../lib/services.ts";
import { type ApiClient, connect } from "../../localstack/commands/client.ts";
import { seedScenario } from "../../localstack/scenario/seed.ts";
import { type Aws, createAws, region } from "./aws.ts";
import { type LocalStackInstallation, startLocalStack } from "./localstack.ts";
import { reservedPort, runProgram } from "./programs.ts";
import { type DeployedRoles, deployedRoles } from "./roles/deployed.ts";
import { startRoleProxy } from "./roles/proxy.ts";
import { createUsage, type Usage } from "./roles/usage.ts";
import { type ProviderStandIns, startProviders } from "./stand-ins.ts";
import { findTools, type Tools } from "./tools.ts";

/** LocalStack with the role proxy before it and the stand-ins of the providers; nothing is deployed yet. */
export interface Cloud {
  aws: Aws;
  roles: DeployedRoles;
  usage: Usage;
  providers: ProviderStandIns;
  /** The environment of a command that speaks to this cloud instead of Amazon's. */
  environment: Record<string, string>;
  /** Its files, for the eyes of whoever finds out why something failed. */
  folder: string;
  close(options: { keepFiles: boolean }): Promise<void>;
}

/** The tools. Throws in words where this machine lacks one. */
export function requireTools(): Tools {
  const tools = findTools();
  if ("missing" in tools) throw new Error(`npm run test:cloud needs ${tools.missing.join(" and ")}.`);
  return tools;
}

export async function startCloud(tools: Tools, installation: LocalStackInstallation): Promise<Cloud> {
  const folder = mkdtempSync(join(tmpdir(), "wsb-cloud-"));
  const [port, dynamoDbPort, proxyPort] = await Promise.all([reservedPort(), reservedPort(), reservedPort()]);
  mkdirSync(join(folder, "providers"));
  const providers = await startProviders(join(folder, "providers"));
  const functionEnvironment = { ...providers.environment, AWS_ENDPOINT_URL: `http://127.0.0.1:${proxyPort}` };
  const localStack = await startLocalStack(installation, { tools, folder, port, dynamoDbPort, functionEnvironment });
  const { endpoint } = localStack;
  const aws = createAws(endpoint);
  const roles = deployedRoles(aws);
  const usage = createUsage();
  const proxy = await startRoleProxy({ port: proxyPort, target: endpoint, roles, usage });
  return {
    aws,
    roles,
    usage,
    providers,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    },
    folder,
    async close({ keepFiles }) {
      await localStack.close();
      await Promise.all([proxy.close(), providers.close()]);
      if (!keepFiles) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The stage as it was deployed. */
export interface Deployment {
  /** What the command said. */
  said: string;
  api: ApiClient;
  /** The product's own services, to look into the table and to seed it. */
  services: Services;
  /** Calls a function by its key in serverless.yml. */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** What answer runs read and make. */
  bucket: string;
}

/** Deploys stage `localstack` by the README's command, which ends with the canary. Throws what it said. */
export async function deploy(cloud: Cloud): Promise<Deployment> {
  const { aws, environment, providers } = cloud;
  const { code, said } = await runProgram("npm", ["run", "deploy:localstack"], environment);
  if (code !== 0) throw new Error(`The deployment failed: ${said}`);
  const url = /^Stage localstack works: (\S+)$/m.exec(said)?.[1] ?? "";
  const { Environment } = await aws.rest<{ Environment: { Variables: Record<string, string> } }>(
    "lambda",
    "GET",
    `/2015-03-31/functions/${functionName("startAnalysis")}/configuration`,
  );
  const endpoint = environment.AWS_ENDPOINT_URL;
  const own = { DYNAMODB_ENDPOINT: endpoint, STATES_ENDPOINT: endpoint, LOG_LEVEL: "SILENT" };
  return {
    said,
    bucket: Environment.Variables.ARTIFACTS_DIR?.replace("s3://", "") ?? "",
    api: connect({ BASE_URL: url }),
    services: createServices(readConfig({ ...Environment.Variables, ...providers.environment, ...own })),
    invoke: (name, event) =>
      aws.rest("lambda", "POST", `/2015-03-31/functions/${functionName(name)}/invocations`, event),
  };
}

/** The deployed name of a function of serverless.yml. */
export function functionName(key: string): string {
  return `wsb-signals-localstack-${key}`;
}

/**
 * From now on the sweep comes only when it is called: on its schedule it could end a run that another part of the suite
 * wants to see ended. Its targets are taken away, because LocalStack goes on with a rule that is disabled.
 */
export async function stopSweeping({ aws }: Cloud): Promise<void> {
  const TargetArn = `arn:aws:lambda:${region}:000000000000:function:${functionName("sweepRuns")}`;
  const rules = await aws.json<{ RuleNames: string[] }>("events", "AWSEvents.ListRuleNamesByTarget", { TargetArn });
  for (const Rule of rules.RuleNames) {
    const { Targets } = await aws.json<{ Targets: { Id: string }[] }>("events", "AWSEvents.ListTargetsByRule", {
      Rule,
    });
    await aws.json("events", "AWSEvents.RemoveTargets", { Rule, Ids: Targets.map(({ Id }) => Id) });
  }
}

/** The credentials of the providers, and the scenario's history. */
export async function fill({ aws, providers }: Cloud, { services }: Deployment): Promise<void> {
  const { providers: credentials, brokerTokens } = providers.secrets;
  const put = (name: string, SecretString: string) =>
    aws.json("secretsmanager", "secretsmanager.PutSecretValue", {
      SecretId: `wsb-signals/localstack/${name}`,
      SecretString,
      ClientRequestToken: randomUUID(),
    });
  await put("providers", credentials);
  await put("broker-tokens", brokerTokens);
  await seedScenario(services, providers.firstDay);
}
