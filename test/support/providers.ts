import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSymbols } from "../../lib/providers/symbols/universe.ts";
import { scenarioMarket } from "../../localstack/scenario/market.ts";
import type { StandInRequest } from "../../localstack/standins/json-server.ts";
import type { MarketHistory } from "../../localstack/standins/market/history.ts";
import {
  type OpenAiRequest,
  type ScriptedAnswer,
  startOpenAiStandIn,
} from "../../localstack/standins/openai/server.ts";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import type { StandInContent } from "../../localstack/standins/reddit/wire.ts";
import { standInTokens } from "../../localstack/standins/schwab/login.ts";
import { startSchwabStandIn } from "../../localstack/standins/schwab/server.ts";
import { startYahooStandIn } from "../../localstack/standins/yahoo/server.ts";
import { type CloudOptions, startCloud } from "./cloud.ts";

/** The environment that lets functions speak to a Schwab and a Yahoo stand-in. */
export function marketSettings(schwabUrl: string, yahooUrl: string, tokenFile: string): Record<string, string> {
  return {
    SCHWAB_BASE_URL: schwabUrl,
    SCHWAB_CLIENT_ID: "client",
    SCHWAB_CLIENT_SECRET: "canary-secret-4711",
    SCHWAB_STAND_IN: "true",
    BROKER_TOKEN_FILE: tokenFile,
    YAHOO_BASE_URL: yahooUrl,
    YAHOO_STAND_IN: "true",
  };
}

/** A file of tokens with which the first call logs in; in a folder of its own. */
export function tokenFileFor(now: Date): { path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "wsb-tokens-"));
  const path = join(folder, "broker-tokens.json");
  writeFileSync(path, JSON.stringify(standInTokens(now)), { mode: 0o600 });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

type OpenAiFaults = (request: OpenAiRequest) => ScriptedAnswer | "hang" | undefined;
type Faults = (request: StandInRequest) => ScriptedAnswer | "hang" | undefined;

/** The environment that lets functions speak to a Reddit stand-in. */
export function redditSettings(url: string): Record<string, string> {
  return {
    REDDIT_BASE_URL: url,
    REDDIT_AUTH_URL: `${url}/api/v1/access_token`,
    REDDIT_CLIENT_ID: "id",
    REDDIT_CLIENT_SECRET: "secret",
    REDDIT_STAND_IN: "true",
  };
}

/** The environment that lets functions speak to an OpenAI stand-in. */
export function openAiSettings(url: string): Record<string, string> {
  return { OPENAI_BASE_URL: url, OPENAI_API_KEY: "sk-canary-0123456789", OPENAI_STAND_IN: "true" };
}

/** Nothing is scripted and nothing fails. */
const calm = {
  content: undefined,
  openAiFaults: undefined,
  redditFaults: undefined,
  schwabFaults: undefined,
  yahooFaults: undefined,
  market: undefined,
};

/**
 * The local cloud with all stand-ins in front of it. A test sets what the subreddit and the market hold and how the providers fail;
 * `questions` are the requests the model got.
 */
export async function startCloudWithProviders(options: CloudOptions = {}) {
  const scene: {
    content: StandInContent | undefined;
    openAiFaults: OpenAiFaults | undefined;
    redditFaults: Faults | undefined;
    schwabFaults: Faults | undefined;
    yahooFaults: Faults | undefined;
    /** What the market does; the scenario's where a test does not say. */
    market: MarketHistory | undefined;
    questions: string[];
  } = { ...calm, questions: [] };
  const { scenarioContent } = await import("../../localstack/scenario/content.ts");
  const { scenarioImageDescription } = await import("../../localstack/scenario/images.ts");

  const reddit = await startRedditStandIn({
    content: (marketTime) => scene.content ?? scenarioContent(marketTime),
    faults: (request) => scene.redditFaults?.(request),
  });
  const openai = await startOpenAiStandIn({
    universe: await createSymbols({ files: [] }).load(),
    describeImage: scenarioImageDescription,
    faults: (request) => {
      scene.questions.push(request.body);
      return scene.openAiFaults?.(request);
    },
  });
  const scenario = scenarioMarket();
  const current = () => scene.market ?? scenario;
  const market: MarketHistory = {
    has: (symbol) => current().has(symbol),
    bars: (symbol, from, to) => current().bars(symbol, from, to),
    candles: (symbol, day) => current().candles(symbol, day),
    splits: (symbol) => current().splits?.(symbol) ?? [],
    recordedChain: (symbol, at) => current().recordedChain?.(symbol, at),
  };
  const schwab = await startSchwabStandIn({ market, faults: (request) => scene.schwabFaults?.(request) });
  const yahoo = await startYahooStandIn({ market, faults: (request) => scene.yahooFaults?.(request) });
  const tokens = tokenFileFor(new Date("2026-03-02T15:30:00Z"));
  const cloud = await startCloud({
    ...options,
    settings: {
      ...redditSettings(reddit.url),
      ...openAiSettings(openai.url),
      ...marketSettings(schwab.url, yahoo.url, tokens.path),
      MARKET_CLOCK: "2026-03-02T15:30:00Z",
      ...options.settings,
    },
  });
  return {
    cloud,
    scene,
    /** A realm of its own and a calm scene, for one test. */
    begin(realm: string, content: StandInContent | undefined, settings: Record<string, string> = {}) {
      Object.assign(scene, { ...calm, content, questions: [] });
      return cloud.enter(realm, settings);
    },
    async close() {
      await cloud.close();
      await reddit.close();
      await openai.close();
      await schwab.close();
      await yahoo.close();
      tokens.remove();
    },
  };
}
