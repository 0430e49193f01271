import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { readConfig } from "../../lib/runtime/config.ts";
import { claimDataDir, keptApiKey } from "./data-dir.ts";
import { startDynamoDb } from "./dynamodb/start.ts";
import { openBackendLog } from "./lambda/backend-log.ts";
import { lambdaInvoker } from "./lambda/invoke.ts";
import { startOfflineServer } from "./lambda/offline-server.ts";
import { freePort } from "./ports.ts";
import type { Settings } from "./settings.ts";
import { startStandIns } from "./standins.ts";
import { StartProblem } from "./start-problem.ts";
import { createEventBus } from "./step-functions/event-bus.ts";
import { machineArn } from "./step-functions/machine.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const machine = "wsb-signals-local-analysis";

export interface Stack {
  url: string;
  apiKey: string;
  /** What the functions find in their environment: with it, other processes can use the same table and machine. */
  variables: Record<string, string>;
  /** Resolves with a sentence when a part of the stack ends by itself. */
  broken: Promise<string>;
  /** Ends everything, what uses others before what it uses. */
  close(): Promise<void>;
}

/** Brings up the whole system on this machine. Throws `StartProblem`, and leaves nothing behind when it throws. */
export async function startStack(settings: Settings): Promise<Stack> {
  const open: { close(): Promise<void> }[] = [];
  const opened = <T extends { close(): Promise<void> }>(part: T): T => {
    open.unshift(part);
    return part;
  };
  let closing = false;
  const close = async () => {
    closing = true;
    for (const part of open.splice(0)) await part.close().catch(() => {});
  };
  try {
    const { ended, ...stack } = await startParts(settings, opened);
    const broken = new Promise<string>((resolve) => {
      ended.then(() => closing || resolve("The local server ended unexpectedly; see logs/server.log."));
    });
    return { ...stack, broken, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  settings: Settings,
  opened: <T extends { close(): Promise<void> }>(part: T) => T,
): Promise<Omit<Stack, "close" | "broken"> & { ended: Promise<void> }> {
  const { dataDir } = settings;
  const claim = claimDataDir(dataDir);
  opened({ close: async () => claim.release() });
  const log = opened(openBackendLog(dataDir));
  const [httpPort, lambdaPort] = await Promise.all([freePort(), freePort()]);
  // The slowest part first; what it needs to know it is told when it is known. The modules of the others are loaded
  // meanwhile, and before anything is written the port must be ours.
  const server = opened(startOfflineServer({ httpPort, lambdaPort, log }));
  let isReady = false;
  const front = opened(await openFront(settings, httpPort, () => isReady));

  const invoke = lambdaInvoker(lambdaPort);
  const [database, states, standIns] = await Promise.all([
    openDatabase(settings).then(opened),
    openStepFunctions(dataDir, invoke).then(opened),
    startStandIns(settings).then(opened),
  ]);
  const variables = {
    ...settings.variables,
    ...standIns.variables,
    DYNAMODB_ENDPOINT: database.endpoint,
    STATES_ENDPOINT: states.endpoint,
    ANALYSIS_STATE_MACHINE_ARN: machineArn(machine),
  };
  server.tell(variables);
  const [apiKey] = await Promise.all([fillTable(settings, variables), server.ready]);
  // What the last process left running is ended before anybody can ask about it.
  await invoke("sweepRuns", {});
  isReady = true;
  return { url: front.url, apiKey, variables, ended: server.ended };
}

async function openFront(settings: Settings, apiPort: number, isReady: () => boolean) {
  const { startFront } = await import("../front/server.ts");
  const dashboard = join(root, "dashboard/dist");
  try {
    return await startFront({
      host: settings.host,
      port: settings.port,
      apiPort,
      isReady,
      corsAllowedOrigins: readConfig(settings.variables).corsAllowedOrigins,
      appDir: existsSync(dashboard) ? dashboard : join(root, "localstack/front/app"),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new StartProblem(`PORT ${settings.port} is taken by another process; set PORT to a free one.`);
    }
    if (code === "EACCES") throw new StartProblem(`PORT ${settings.port} needs rights this process lacks.`);
    throw error;
  }
}

async function openStepFunctions(dataDir: string, invoke: ReturnType<typeof lambdaInvoker>) {
  const { startStepFunctions } = await import("./step-functions/server.ts");
  const definition = parse(readFileSync(join(root, "workflows/analysis.asl.yml"), "utf8"));
  const bus = createEventBus(invoke);
  return startStepFunctions({ machines: [{ name: machine, definition }], invoke, dataDir, onStatus: bus.publish });
}

async function openDatabase({
  dynamoDbEndpoint,
  dataDir,
}: Settings): Promise<{ endpoint: string; close(): Promise<void> }> {
  if (!dynamoDbEndpoint) return startDynamoDb({ dataDir });
  return { endpoint: dynamoDbEndpoint, close: async () => {} };
}

/** The table, the API key, and the history without which nothing in the scenario could be new. */
async function fillTable(settings: Settings, variables: Record<string, string>): Promise<string> {
  const { createTableIfAbsent } = await import("./dynamodb/table.ts");
  const { createServices } = await import("../../lib/services.ts");
  const { registerApiKey } = await import("../commands/api-keys.ts");
  const services = createServices(readConfig({ ...variables, LOG_LEVEL: "SILENT" }));
  const { DYNAMODB_ENDPOINT: endpoint = "", TABLE_NAME: tableName } = services.config.environment;
  await createTableIfAbsent(endpoint, tableName).catch((error: Error) => {
    if (!settings.dynamoDbEndpoint) throw error;
    throw new StartProblem(`DYNAMODB_ENDPOINT ${endpoint} does not answer as DynamoDB: ${error.message}.`);
  });
  const apiKey = settings.apiKey ?? keptApiKey(settings.dataDir);
  await registerApiKey(services, apiKey, "local");
  if (settings.firstDay) {
    const { seedScenario } = await import("../scenario/seed.ts");
    await seedScenario(services, settings.firstDay);
  }
  return apiKey;
}
