import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { writeTokenFile } from "../../lib/providers/schwab/token-vault.ts";
import { createSymbols } from "../../lib/providers/symbols/universe.ts";
import type { MarketHistory } from "../standins/market/history.ts";
import type { Settings } from "./settings.ts";
import { StartProblem } from "./start-problem.ts";

/** A server and where the functions find it. */
interface StandIn {
  variables: Record<string, string>;
  close(): Promise<void>;
}

/**
 * The same in a thread of its own: pricing an option chain takes longer than a poll. `ended` resolves when the thread ends by
 * itself. Throws what `startStandIns` throws.
 */
export async function startStandInsThread(settings: Settings): Promise<StandIn & { ended: Promise<string> }> {
  const thread = new Worker(new URL("./standins-thread.ts", import.meta.url), { workerData: settings });
  const ended = new Promise<string>((resolve) => {
    thread.once("error", ({ message }) => resolve(`The stand-ins' thread ended unexpectedly: ${message}`));
    thread.once("exit", () => resolve("The stand-ins' thread ended unexpectedly."));
  });
  const [outcome] = (await once(thread, "message")) as [StandInsOutcome];
  const close = async () => {
    await thread.terminate();
  };
  if ("variables" in outcome) return { variables: outcome.variables, ended, close };
  await close();
  throw outcome.isKnown ? new StartProblem(outcome.problem) : new Error(outcome.problem);
}

/** Starts what takes the place of Reddit, OpenAI, Schwab and Yahoo, for those that are not to be the real ones. */
export async function startStandIns(settings: Settings): Promise<StandIn> {
  const { reddit, openai, schwab, yahoo } = settings;
  // One market for both, so that a day's bar is what its candles were.
  const market = schwab === "stand-in" || yahoo === "stand-in" ? openMarket(settings) : undefined;
  const started = await Promise.all([
    reddit === "stand-in" && startReddit(),
    openai === "stand-in" && startOpenAi(settings),
    schwab === "stand-in" && market?.then((prices) => startSchwab(prices, settings)),
    yahoo === "stand-in" && market?.then(startYahoo),
  ]);
  const standIns = started.filter((one) => typeof one === "object");
  // A service of one's own that asks for no key still gets one: the client insists on sending it.
  const needsKey = openai === "real" && !settings.variables.OPENAI_API_KEY;
  return {
    variables: Object.assign(needsKey ? { OPENAI_API_KEY: "none" } : {}, ...standIns.map(({ variables }) => variables)),
    close: async () => {
      await Promise.all(standIns.map((one) => one.close()));
    },
  };
}

async function startReddit(): Promise<StandIn> {
  const { startRedditStandIn } = await import("../standins/reddit/server.ts");
  const { url, close } = await startRedditStandIn();
  const variables = {
    REDDIT_STAND_IN: "true",
    REDDIT_BASE_URL: url,
    REDDIT_AUTH_URL: `${url}/api/v1/access_token`,
    REDDIT_CLIENT_ID: "stand-in",
    REDDIT_CLIENT_SECRET: "stand-in",
  };
  return { variables, close };
}

async function startOpenAi(settings: Settings): Promise<StandIn> {
  const { startOpenAiStandIn } = await import("../standins/openai/server.ts");
  const { scenarioImageDescription } = await import("../scenario/images.ts");
  const files = settings.variables.SYMBOLS_FILE?.split(",") ?? [];
  const { url, close } = await startOpenAiStandIn({
    universe: await createSymbols({ files }).load(),
    describeImage: scenarioImageDescription,
    latencyMs: settings.openaiLatencyMs,
  });
  return { variables: { OPENAI_STAND_IN: "true", OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: "stand-in" }, close };
}

async function openMarket({ marketArchive }: Settings): Promise<MarketHistory> {
  if (marketArchive) {
    const { readMarketArchive } = await import("../standins/market/archive.ts");
    return readMarketArchive(marketArchive);
  }
  const { scenarioMarket } = await import("../scenario/market.ts");
  return scenarioMarket();
}

async function startSchwab(market: MarketHistory, { dataDir }: Settings): Promise<StandIn> {
  const { startSchwabStandIn } = await import("../standins/schwab/server.ts");
  const { standInTokens } = await import("../standins/schwab/login.ts");
  const { url, close } = await startSchwabStandIn({ market });
  // A file of its own: that of a real login is left alone.
  const tokenFile = join(dataDir, "broker-tokens.stand-in.json");
  await writeTokenFile(tokenFile, standInTokens(new Date()));
  const variables = {
    SCHWAB_STAND_IN: "true",
    SCHWAB_BASE_URL: url,
    SCHWAB_CLIENT_ID: "stand-in",
    SCHWAB_CLIENT_SECRET: "stand-in",
    BROKER_TOKEN_FILE: tokenFile,
  };
  return { variables, close };
}

async function startYahoo(market: MarketHistory): Promise<StandIn> {
  const { startYahooStandIn } = await import("../standins/yahoo/server.ts");
  const { url, close } = await startYahooStandIn({ market });
  return { variables: { YAHOO_STAND_IN: "true", YAHOO_BASE_URL: url }, close };
}

/** What the thread says once it has started, or why it cannot. */
export type StandInsOutcome =
  | { variables: Record<string, string> }
  /** `isKnown` where it is a sentence for the person at the keyboard. */
  | { problem: string; isKnown: boolean };
