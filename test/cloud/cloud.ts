import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../lib/runtime/config.ts";
import { createServices, type Services } from "../../lib/services.ts";
import { type ApiClient, connect } from "../../localstack/commands/client.ts";
import { seedScenario } from "../../localstack/scenario/seed.ts";
import { type Aws, createAws, region } from "./aws.ts";
import { installLocalStack, startLocalStack } from "./localstack.ts";
import { reservedPort, runProgram } from "./programs.ts";
import { type DeployedRoles, deployedRoles } from "./roles/deployed.ts";
import { startRoleProxy } from "./roles/proxy.ts";
import { createUsage, type Usage } from "./roles/usage.ts";
import { type ProviderStandIns, startProviders } from "./stand-ins.ts";
import { findTools } from "./tools.ts";

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
  close(): Promise<void>;
}

/** Throws in words where this machine lacks a tool for it. */
export async function startCloud(): Promise<Cloud> {
  const tools = findTools();
  if ("missing" in tools) throw new Error(`npm run test:cloud needs ${tools.missing.join(" and ")}.`);
  const installation = await installLocalStack(tools);
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
    async close() {
      await localStack.close();
      await Promise.all([proxy.close(), providers.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const stack = "wsb-signals-localstack";

/** The stage as it was deployed. */
export interface Deployment {
  api: ApiClient;
  /** The product's own services, to look into the table and to seed it. */
  services: Services;
  /** Calls a function by its key in serverless.yml. */
  invoke(name: string, event: unknown): Promise<unknown>;
}

/** Deploys stage `localstack` by the README's command and fills in what its readers fill in by hand. */
export async function deploy(cloud: Cloud): Promise<Deployment> {
  const { aws, environment, providers } = cloud;
  const { code, said } = await runProgram("npx", ["serverless", "deploy", "--stage", "localstack"], environment);
  if (code !== 0) throw new Error(`The deployment failed: ${said}`);
  const { item } = await aws.rest<{ item: { id: string; name: string }[] }>("apigateway", "GET", "/restapis");
  const apiId = item.find(({ name }) => name === stack)?.id;
  const { Environment } = await aws.rest<{ Environment: { Variables: Record<string, string> } }>(
    "lambda",
    "GET",
    `/2015-03-31/functions/${stack}-startAnalysis/configuration`,
  );
  const { Variables } = Environment;
  const services = createServices(
    readConfig({
      ...Variables,
      ...providers.environment,
      DYNAMODB_ENDPOINT: environment.AWS_ENDPOINT_URL,
      STATES_ENDPOINT: environment.AWS_ENDPOINT_URL,
      LOG_LEVEL: "SILENT",
    }),
  );
  return {
    api: connect({ BASE_URL: `${environment.AWS_ENDPOINT_URL}/_aws/execute-api/${apiId}/localstack` }),
    services,
    invoke: (name, event) => aws.rest("lambda", "POST", `/2015-03-31/functions/${stack}-${name}/invocations`, event),
  };
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
