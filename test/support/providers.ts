import { createSymbols } from "../../lib/providers/symbols.ts";
import type { StandInRequest } from "../../localstack/standins/json-server.ts";
import {
  type OpenAiRequest,
  type ScriptedAnswer,
  startOpenAiStandIn,
} from "../../localstack/standins/openai/server.ts";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import type { StandInContent } from "../../localstack/standins/reddit/wire.ts";
import { type CloudOptions, startCloud } from "./cloud.ts";

type OpenAiFaults = (request: OpenAiRequest) => ScriptedAnswer | "hang" | undefined;
type RedditFaults = (request: StandInRequest) => ScriptedAnswer | "hang" | undefined;

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

/**
 * The local cloud with both stand-ins in front of it. A test sets what the subreddit holds and how the providers fail;
 * `questions` are the requests the model got.
 */
export async function startCloudWithProviders(options: CloudOptions = {}) {
  const scene: {
    content: StandInContent | undefined;
    openAiFaults: OpenAiFaults | undefined;
    redditFaults: RedditFaults | undefined;
    questions: string[];
  } = { content: undefined, openAiFaults: undefined, redditFaults: undefined, questions: [] };
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
  const cloud = await startCloud({
    ...options,
    settings: {
      ...redditSettings(reddit.url),
      ...openAiSettings(openai.url),
      MARKET_CLOCK: "2026-03-02T15:30:00Z",
      ...options.settings,
    },
  });
  return {
    cloud,
    scene,
    /** A realm of its own and a calm scene, for one test. */
    begin(realm: string, content: StandInContent | undefined, settings: Record<string, string> = {}) {
      Object.assign(scene, { content, openAiFaults: undefined, redditFaults: undefined, questions: [] });
      return cloud.enter(realm, settings);
    },
    async close() {
      await cloud.close();
      await reddit.close();
      await openai.close();
    },
  };
}
