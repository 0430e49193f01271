import { createExecutions } from "./providers/aws/executions.ts";
import { createHttp } from "./providers/calls/http.ts";
import { type Clock, type Sleep, sleep, wallClock } from "./runtime/clock.ts";
import { type Config, readConfig } from "./runtime/config.ts";
import { type Ids, systemIds } from "./runtime/ids.ts";
import { createLog, type Log } from "./runtime/logger.ts";
import { createMetrics, type Metrics, noMetrics, serviceName } from "./runtime/metrics.ts";
import { createTracer, noTracer } from "./runtime/tracer.ts";
import { createStoreClient } from "./store/client.ts";
import { keysOf } from "./store/keys.ts";
import { createStore } from "./store/table.ts";

export type Services = ReturnType<typeof createServices>;

let current: Services | undefined;

/** The services of this process, built from its environment at the first use. */
export function loadServices(): Services {
  current ??= createServices(readConfig());
  return current;
}

/** Hands in services built elsewhere: an embedded process or a test with its own clock. */
export function useServices(services: Services): void {
  current = services;
}

/** What everything stands on, and what a test replaces to make time, chance, the log and the metrics its own. */
export interface Ground {
  clock: Clock;
  sleep: Sleep;
  ids: Ids;
  log: Log;
  metrics: Metrics;
}

function systemGround({ environment }: Config): Ground {
  // Nobody collects them locally, where several functions share one process and its console is for people.
  const metrics = environment.STAGE === "local" ? noMetrics : createMetrics(environment.STAGE);
  return { clock: wallClock, sleep, ids: systemIds(), log: createLog(environment.LOG_LEVEL), metrics };
}

/**
 * Clients and settings, once per cold start. Providers are loaded when a phase first asks for them: the other functions
 * start without that code, and are packaged without it.
 */
export function createServices(config: Config, ground: Ground = systemGround(config)) {
  const { environment } = config;
  const http = createHttp(ground.log);
  // Only AWS itself collects traces.
  const tracer = environment.ENVIRONMENT === "production" ? createTracer(serviceName(environment.STAGE)) : noTracer;
  const tools = { ...ground, random: ground.ids.random, http, tracer };
  const store = createStore({
    client: tracer.watch(createStoreClient(environment.DYNAMODB_ENDPOINT)),
    tableName: environment.TABLE_NAME,
    keys: keysOf(environment.REALM),
    ...tools,
  });
  const executionsOf = (machineArn: string) =>
    createExecutions({ machineArn, endpoint: environment.STATES_ENDPOINT }, tracer);
  const executions = {
    analysis: executionsOf(environment.ANALYSIS_STATE_MACHINE_ARN),
    order: executionsOf(environment.ORDER_STATE_MACHINE_ARN),
    answer: executionsOf(environment.ANSWER_STATE_MACHINE_ARN),
  };

  // One line per provider. Whoever asks first builds it, so a function has the clients of its own product alone.
  const credentials = once(async () =>
    (await import("./providers/aws/secrets.ts")).loadCredentials(environment, tracer),
  );
  const reddit = once(async () =>
    environment.REDDIT_ARCHIVE
      ? (await import("./providers/archive/archive.ts")).createArchive({ location: environment.REDDIT_ARCHIVE }, tools)
      : (await import("./providers/reddit/open.ts")).openReddit(environment, credentials, tools),
  );
  const model = once(async () =>
    (await import("./providers/openai/open.ts")).openModel(environment, credentials, tools),
  );
  const symbolDirectory = async () => (await import("./store/symbol-directory.ts")).readDirectory(store);
  const symbols = once(async () =>
    (await import("./providers/symbols/open.ts")).openSymbols(environment, symbolDirectory),
  );
  const tokenVault = once(async () =>
    (await import("./providers/schwab/token-vault.ts")).createTokenVault(environment, tracer),
  );
  const broker = once(async () =>
    (await import("./providers/schwab/open.ts")).openSchwab(environment, credentials, { ...tools, tokenVault }),
  );
  const brokerConsentUrl = async (state: string) =>
    (await import("./providers/schwab/consent.ts")).openConsent(environment, credentials, state);
  const dailyPrices = once(async () => (await import("./providers/yahoo/open.ts")).openYahoo(environment, tools));
  const peers = once(async () => (await import("./providers/aws/peers.ts")).createPeers(environment, tracer));

  const documents = once(async () =>
    (await import("./providers/documents/open.ts")).openDocuments(environment, { tracer }),
  );
  const sqlSource = once(async () => (await import("./providers/sql/open.ts")).openSql(environment, credentials));
  /** Whether there is one, for those who do not ask it. */
  const hasSqlSource = async () => (await credentials()).ANSWER_SQL_URL !== undefined;
  const artifacts = once(async () =>
    (await import("./providers/artifacts/open.ts")).openArtifacts(environment, tracer),
  );
  const webhook = once(async () =>
    (await import("./providers/webhook/open.ts")).openWebhook(environment, credentials, tools),
  );

  const prices = {
    inputUsdPerMillion: environment.LLM_INPUT_USD_PER_MILLION,
    outputUsdPerMillion: environment.LLM_OUTPUT_USD_PER_MILLION,
  };
  const trading = { broker, dailyPrices, tokenVault, brokerConsentUrl };
  const others = { peers, webhook };
  const answers = { artifacts, documents, sqlSource, hasSqlSource };
  return {
    ...ground,
    tracer,
    config,
    store,
    executions,
    http,
    reddit,
    model,
    symbols,
    prices,
    ...others,
    ...trading,
    ...answers,
  };
}

/** One try for all callers; a failed one is forgotten, so that the next caller tries again. */
function once<T>(build: () => Promise<T>): () => Promise<T> {
  let building: Promise<T> | undefined;
  return () => {
    building ??= build().catch((error: unknown) => {
      building = undefined;
      throw error;
    });
    return building;
  };
}
