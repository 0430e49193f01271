import { createSymbols } from "../../lib/providers/symbols.ts";
import type { Settings } from "./settings.ts";

export interface StandIns {
  /** Where the functions find them. */
  variables: Record<string, string>;
  close(): Promise<void>;
}

/** Starts what takes the place of Reddit and OpenAI, for those whose credentials are absent. */
export async function startStandIns(settings: Settings): Promise<StandIns> {
  const [reddit, openai] = await Promise.all([
    settings.reddit === "stand-in" ? startReddit() : undefined,
    settings.openai === "stand-in" ? startOpenAi(settings) : undefined,
  ]);
  return {
    variables: {
      ...(reddit && {
        REDDIT_STAND_IN: "true",
        REDDIT_BASE_URL: reddit.url,
        REDDIT_AUTH_URL: `${reddit.url}/api/v1/access_token`,
        REDDIT_CLIENT_ID: "stand-in",
        REDDIT_CLIENT_SECRET: "stand-in",
      }),
      ...(openai && { OPENAI_STAND_IN: "true", OPENAI_BASE_URL: `${openai.url}/v1`, OPENAI_API_KEY: "stand-in" }),
      // A service of one's own that asks for no key still gets one: the client insists on sending it.
      ...(settings.openai === "real" && !settings.variables.OPENAI_API_KEY && { OPENAI_API_KEY: "none" }),
    },
    close: async () => {
      await Promise.all([reddit?.close(), openai?.close()]);
    },
  };
}

async function startReddit() {
  const { startRedditStandIn } = await import("../standins/reddit/server.ts");
  return startRedditStandIn();
}

async function startOpenAi(settings: Settings) {
  const { startOpenAiStandIn } = await import("../standins/openai/server.ts");
  const { scenarioImageDescription } = await import("../scenario/images.ts");
  const files = settings.variables.SYMBOLS_FILE?.split(",") ?? [];
  return startOpenAiStandIn({
    universe: await createSymbols({ files }).load(),
    describeImage: scenarioImageDescription,
    latencyMs: settings.openaiLatencyMs,
  });
}
