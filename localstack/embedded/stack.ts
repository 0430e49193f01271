import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { readConfig } from "../../lib/runtime/config.ts";
import { registerApiKey } from "../commands/api-keys.ts";
import { startFront } from "../front/server.ts";
import { openBackendLog } from "./backend-log.ts";
import { claimDataDir, keptApiKey } from "./data-dir.ts";
import { startDynamoDb } from "./dynamodb.ts";
import { createEventBus } from "./event-bus.ts";
import { lambdaInvoker } from "./lambda-invoke.ts";
import { startOfflineServer } from "./offline-server.ts";
import { freePort } from "./ports.ts";
import { type Settings, StartProblem } from "./settings.ts";
import { startStandIns } from "./standins.ts";
import { machineArn } from "./state-machine.ts";
import { startStepFunctions } from "./step-functions.ts";
import { createTableIfAbsent } from "./table.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const machine = "wsb-signals-local-analysis";
const silent = "SILENT";

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
  // First of all what can fail because of others; requests before the rest is ready are answered with 502.
  const front = opened(
    await startFront({
      host: settings.host,
      port: settings.port,
      apiPort: httpPort,
      corsAllowedOrigins: readConfig(settings.variables).corsAllowedOrigins,
      appDir: join(root, existsSync(join(root, "dashboard/dist")) ? "dashboard/dist" : "localstack/front/app"),
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        throw new StartProblem(`PORT ${settings.port} is taken by another process; set PORT to a free one.`);
      }
      if (error.code === "EACCES") throw new StartProblem(`PORT ${settings.port} needs rights this process lacks.`);
      throw error;
    }),
  );

  const invoke = lambdaInvoker(lambdaPort);
  const bus = createEventBus(invoke, () => {});
  const [database, states, standIns] = await Promise.all([
    openDatabase(settings).then(opened),
    startStepFunctions({
      machines: [{ name: machine, definition: parse(readFileSync(join(root, "workflows/analysis.asl.yml"), "utf8")) }],
      invoke,
      dataDir,
      onStatus: bus.publish,
    }).then(opened),
    startStandIns(settings).then(opened),
  ]);
  const variables = {
    ...settings.variables,
    ...standIns.variables,
    DYNAMODB_ENDPOINT: database.endpoint,
    STATES_ENDPOINT: states.endpoint,
    ANALYSIS_STATE_MACHINE_ARN: machineArn(machine),
  };
  const tableName = readConfig(variables).environment.TABLE_NAME;
  const [server, apiKey] = await Promise.all([
    startOfflineServer({ httpPort, lambdaPort, variables, log }).then(opened),
    createTableIfAbsent(database.endpoint, tableName).then(() => fillTable(settings, variables)),
  ]);
  // What the last process left running is ended before anybody can ask about it.
  await invoke("sweepRuns", {});
  return { url: front.url, apiKey, variables, ended: server.ended };
}

async function openDatabase({
  dynamoDbEndpoint,
  dataDir,
}: Settings): Promise<{ endpoint: string; close(): Promise<void> }> {
  if (!dynamoDbEndpoint) return startDynamoDb({ dataDir });
  return { endpoint: dynamoDbEndpoint, close: async () => {} };
}

/** The API key, and the history without which nothing in the scenario could be new. */
async function fillTable(settings: Settings, variables: Record<string, string>): Promise<string> {
  const { createServices } = await import("../../lib/services.ts");
  const services = createServices(readConfig({ ...variables, LOG_LEVEL: silent }));
  const apiKey = settings.apiKey ?? keptApiKey(settings.dataDir);
  await registerApiKey(services, apiKey, "local");
  if (settings.firstDay) {
    const { seedScenario } = await import("../scenario/seed.ts");
    await seedScenario(services, settings.firstDay);
  }
  return apiKey;
}
