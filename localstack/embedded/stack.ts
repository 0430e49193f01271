import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeAllConnections } from "../../lib/live/connections.ts";
import { readConfig } from "../../lib/runtime/config.ts";
import { createLog } from "../../lib/runtime/logger.ts";
import type { Services } from "../../lib/services.ts";
import type { SocketOptions } from "../front/socket/server.ts";
import { type Claim, claimDataDir, keptApiKey, shareEndpoint } from "./data-dir.ts";
import type { DynamoDb } from "./dynamodb/engine.ts";
import { startDynamoDb } from "./dynamodb/start.ts";
import { type BackendLog, openBackendLog } from "./lambda/backend-log.ts";
import { openServices } from "./lambda/call.ts";
import { type Deployment, readDeployment } from "./lambda/functions.ts";
import { type Invoke, startLambda } from "./lambda/invoke.ts";
import { startSchedules } from "./lambda/schedules.ts";
import { startTableStream } from "./lambda/table-stream.ts";
import type { Settings } from "./settings.ts";
import { startStandInsThread } from "./standins.ts";
import { StartProblem } from "./start-problem.ts";
import { createEventBus } from "./step-functions/event-bus.ts";
import { machineVariables, readWorkflows } from "./step-functions/workflows.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Stack {
  url: string;
  feedUrl: string;
  apiKey: string;
  /** Resolves with a sentence when a part of the stack ends by itself. */
  broken: Promise<string>;
  /** Ends everything, what uses others before what it uses. */
  close(): Promise<void>;
}

interface Part {
  close(): Promise<void>;
}
/** Notes what has to be closed; the last one first. */
type Opened = <T extends Part>(part: T) => T;

/** Brings up the whole system on this machine. Throws `StartProblem`, and leaves nothing behind when it throws. */
export async function startStack(settings: Settings): Promise<Stack> {
  const open: Part[] = [];
  const opened: Opened = (part) => {
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
      ended.then((reason) => closing || resolve(reason));
    });
    return { ...stack, broken, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  settings: Settings,
  opened: Opened,
): Promise<Pick<Stack, "url" | "feedUrl" | "apiKey"> & { ended: Promise<string> }> {
  const { dataDir } = settings;
  const claim = await claimDataDir(dataDir);
  opened({ close: async () => claim.release() });
  const log = opened(openBackendLog(dataDir));
  const deployment = readDeployment();
  // Before anything is written the ports must be ours.
  let stream: Awaited<ReturnType<typeof startTableStream>> | undefined;
  const isReady = () => stream !== undefined;
  const front = opened(await openFront(settings, deployment, log, isReady));
  const onChange = (connectionId: string) => stream?.publishConnection(connectionId);
  const feed = opened(await openFeed(settings, deployment, log, { isReady, onChange }));

  // The functions are told where everything else is, which calls them: but nothing does before they are there.
  let lambda: ReturnType<typeof startLambda> | undefined;
  const invoke: Invoke = async (key, event) => lambda?.invoke(key, event);
  const [database, states, standIns] = await Promise.all([
    openDatabase(settings, claim).then(opened),
    openStepFunctions(dataDir, deployment, invoke).then(opened),
    startStandInsThread(settings).then(opened),
  ]);
  opened(shareEndpoint(dataDir, database.endpoint));
  const variables = {
    ...settings.variables,
    ...standIns.variables,
    DYNAMODB_ENDPOINT: database.endpoint,
    STATES_ENDPOINT: states.endpoint,
    FEED_ENDPOINT: feed.endpoint,
    FEED_URL: feedUrlOf(feed.port),
    ...machineVariables(),
  };
  lambda = opened(startLambda({ ...deployment, variables, enginePorts: database.ports, log }));
  const services = openServices(variables, log.write, database.answer);
  const apiKey = await fillTable(settings, services);
  // What the last process left running is ended before anybody can ask about it.
  await invoke("sweepRuns", {});
  await removeAllConnections(services);
  opened(startSchedules(deployment.functions.values(), invoke));
  stream = opened(await startTableStream(services, deployment.functions.values(), invoke));
  return {
    url: front.url,
    feedUrl: feedUrlOf(feed.port),
    apiKey,
    ended: Promise.race([lambda.ended, standIns.ended]),
  };
}

async function openFront(settings: Settings, deployment: Deployment, log: BackendLog, isReady: () => boolean) {
  const { startFront } = await import("../front/server.ts");
  const { readApi } = await import("./lambda/api.ts");
  const { environment, corsAllowedOrigins } = readConfig(settings.variables);
  const dashboard = join(root, "dashboard/dist");
  const { host, port } = settings;
  const front = startFront({
    host,
    port,
    ...(await readApi(deployment)),
    log: createLog(environment.LOG_LEVEL, log.write),
    isReady,
    corsAllowedOrigins,
    throttling: settings.throttling,
    appDir: existsSync(dashboard) ? dashboard : join(root, "localstack/front/app"),
  });
  return front.catch((error: NodeJS.ErrnoException) => {
    throw portProblem(error, `PORT ${port}`) ?? error;
  });
}

const feedUrlOf = (port: number) => `ws://localhost:${port}/ws`;
/** How many ports the feed tries: nobody asked for one of its own, so another's server there is no reason not to start. */
const feedPorts = 10;

async function openFeed(
  { host, feedPort, variables }: Settings,
  deployment: Deployment,
  log: BackendLog,
  more: Pick<SocketOptions, "isReady" | "onChange">,
) {
  const { startSocketFront } = await import("../front/socket/server.ts");
  const { readRoutes } = await import("./lambda/api.ts");
  const { LOG_LEVEL } = readConfig(variables).environment;
  const routes = await readRoutes(deployment);
  const options = { host, routes, log: createLog(LOG_LEVEL, log.write), ...more };
  for (let port = feedPort; ; port++) {
    try {
      return await startSocketFront({ ...options, port });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE" && port + 1 < feedPort + feedPorts) continue;
      throw portProblem(error as NodeJS.ErrnoException, `PORT + 1, the live feed's ${port},`) ?? error;
    }
  }
}

function portProblem({ code }: NodeJS.ErrnoException, port: string): StartProblem | undefined {
  if (code === "EADDRINUSE") return new StartProblem(`${port} is taken by another process; set PORT to a free one.`);
  return code === "EACCES" ? new StartProblem(`${port} needs rights this process lacks.`) : undefined;
}

async function openStepFunctions(dataDir: string, { functions }: Deployment, invoke: Invoke) {
  const { startStepFunctions } = await import("./step-functions/server.ts");
  const bus = createEventBus(functions.values(), invoke);
  return startStepFunctions({ machines: readWorkflows(), invoke, dataDir, onStatus: bus.publish });
}

async function openDatabase(
  settings: Settings,
  claim: Claim,
): Promise<Pick<DynamoDb, "endpoint"> & Partial<Pick<DynamoDb, "answer" | "ports">> & Part> {
  const { dynamoDbEndpoint, dataDir } = settings;
  if (dynamoDbEndpoint) return { endpoint: dynamoDbEndpoint, close: async () => {} };
  const database = await startDynamoDb({ dataDir });
  claim.share(database.pids);
  return database;
}

/** The table, the API key, and the history without which nothing in the scenario could be new. */
async function fillTable(settings: Settings, services: Services): Promise<string> {
  const { createTableIfAbsent } = await import("./dynamodb/table.ts");
  const { registerApiKey } = await import("../../lib/access/api-keys.ts");
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
