import { createExecutions } from "./providers/aws/executions.ts";
import { createHttp } from "./providers/calls/http.ts";
import type { Broker, DailyPrices } from "./providers/market/market.ts";
import type { Model } from "./providers/openai/model.ts";
import type { RedditSource } from "./providers/reddit/source.ts";
import type { SchwabAuth, TokenVault } from "./providers/schwab/login.ts";
import type { SymbolUniverse } from "./providers/symbols/source.ts";
import { type Clock, type Sleep, sleep, wallClock } from "./runtime/clock.ts";
import { type Config, readConfig } from "./runtime/config.ts";
import { AppError } from "./runtime/errors.ts";
import { type Ids, systemIds } from "./runtime/ids.ts";
import { createLog, type Log } from "./runtime/logger.ts";
import { createMetrics, type Metrics, noMetrics, serviceName } from "./runtime/metrics.ts";
import { createTracer, noTracer } from "./runtime/tracer.ts";
import { createStoreClient } from "./store/client.ts";
import { keysOf } from "./store/keys.ts";
import { createStore } from "./store/table.ts";

export type Services = ReturnType<typeof createServices>;

/** How long each provider is given for one answer. */
export const patienceMs = {
  reddit: 10_000,
  openAi: 20_000,
  schwab: 5_000,
  // All four tries together stay below the time that an endpoint has.
  yahoo: 3_000,
} as const;

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
  const executions = { analysis: executionsOf(environment.ANALYSIS_STATE_MACHINE_ARN) };
  const credentials = once(async () => {
    const { loadCredentials } = await import("./providers/aws/secrets.ts");
    return loadCredentials(environment, tracer);
  });

  const reddit = once(async (): Promise<RedditSource> => {
    if (environment.REDDIT_ARCHIVE) {
      const { createArchive } = await import("./providers/archive/archive.ts");
      return createArchive({ location: environment.REDDIT_ARCHIVE }, tools);
    }
    const { createReddit } = await import("./providers/reddit/client.ts");
    const { REDDIT_CLIENT_ID = "", REDDIT_CLIENT_SECRET = "" } = await credentials();
    return createReddit(
      {
        baseUrl: environment.REDDIT_BASE_URL,
        authUrl: environment.REDDIT_AUTH_URL,
        clientId: REDDIT_CLIENT_ID,
        clientSecret: REDDIT_CLIENT_SECRET,
        userAgent: environment.REDDIT_USER_AGENT,
        subreddit: environment.SUBREDDIT,
        standIn: environment.REDDIT_STAND_IN,
        timeoutMs: patienceMs.reddit,
      },
      tools,
    );
  });

  const model = once(async (): Promise<Model> => {
    // Loaded on demand: endpoints, which never ask the model, do not carry its client.
    const { createOpenAi } = await import("./providers/openai/client.ts");
    const { OPENAI_API_KEY = "" } = await credentials();
    return createOpenAi(
      {
        baseUrl: environment.OPENAI_BASE_URL,
        apiKey: OPENAI_API_KEY,
        model: environment.OPENAI_MODEL,
        standIn: environment.OPENAI_STAND_IN,
        timeoutMs: patienceMs.openAi,
        temperature: environment.OPENAI_TEMPERATURE,
        topP: environment.OPENAI_TOP_P,
        maxOutputTokens: environment.OPENAI_MAX_OUTPUT_TOKENS,
        maxImageTokens: environment.OPENAI_MAX_IMAGE_TOKENS,
      },
      tools,
    );
  });

  const symbols = once(async (): Promise<SymbolUniverse> => {
    const { createSymbols } = await import("./providers/symbols/universe.ts");
    if (environment.SYMBOLS_FILE) return createSymbols({ files: environment.SYMBOLS_FILE.split(",") }).load();
    const { readDirectory } = await import("./store/symbol-directory.ts");
    const directory = await readDirectory(store);
    if (directory === undefined) return createSymbols({ files: [] }).load();
    return createSymbols({ files: ["symbol directory"], read: async () => directory }).load();
  });

  const schwabApp = once(async () => {
    const { SCHWAB_CLIENT_ID = "", SCHWAB_CLIENT_SECRET = "" } = await credentials();
    return {
      baseUrl: environment.SCHWAB_BASE_URL,
      clientId: SCHWAB_CLIENT_ID,
      clientSecret: SCHWAB_CLIENT_SECRET,
      callbackUrl: environment.SCHWAB_CALLBACK_URL,
    };
  });
  const tokenVault = once(async (): Promise<TokenVault> => {
    const { createTokenVault } = await import("./providers/schwab/token-vault.ts");
    return createTokenVault(environment, tracer);
  });
  const broker = once(async (): Promise<Broker & { auth: SchwabAuth }> => {
    const { createSchwab } = await import("./providers/schwab/client.ts");
    const settings = { ...(await schwabApp()), standIn: environment.SCHWAB_STAND_IN, timeoutMs: patienceMs.schwab };
    return createSchwab(settings, { ...tools, vault: await tokenVault() });
  });
  const brokerConsentUrl = async (state: string): Promise<string> => {
    const { consentUrl } = await import("./providers/schwab/login.ts");
    const app = await schwabApp();
    if (app.clientId === "") throw new AppError("NotReady", "NOT_READY", "SCHWAB_CLIENT_ID is not set.");
    return consentUrl(app, state);
  };
  const dailyPrices = once(async (): Promise<DailyPrices> => {
    const { createYahoo } = await import("./providers/yahoo/client.ts");
    return createYahoo(
      { baseUrl: environment.YAHOO_BASE_URL, standIn: environment.YAHOO_STAND_IN, timeoutMs: patienceMs.yahoo },
      tools,
    );
  });

  const prices = {
    inputUsdPerMillion: environment.LLM_INPUT_USD_PER_MILLION,
    outputUsdPerMillion: environment.LLM_OUTPUT_USD_PER_MILLION,
  };
  const trading = { broker, dailyPrices, tokenVault, brokerConsentUrl };
  return { ...ground, tracer, config, store, executions, http, reddit, model, symbols, prices, ...trading };
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
