import { createHttp } from "../../lib/providers/calls/http.ts";
import { createReddit, type RedditSettings } from "../../lib/providers/reddit/client.ts";
import type { StandInRequest } from "../../localstack/standins/json-server.ts";
import { type RedditStandInOptions, startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import { recordedLog } from "./recorded-log.ts";

/** The client against a stand-in that answers by `script`: what it asked, how long it slept, and what it logged. */
export async function redditClient(
  script: NonNullable<RedditStandInOptions["faults"]>,
  settings: Partial<RedditSettings> = {},
  limits?: Parameters<typeof createHttp>[1],
) {
  const requests: StandInRequest[] = [];
  const server = await startRedditStandIn({
    faults: (request) => {
      requests.push(request);
      return script(request);
    },
  });
  const log = recordedLog();
  const waits: number[] = [];
  const time = { now: Date.parse("2026-11-20T10:00:00Z") };
  const reddit = createReddit(
    {
      baseUrl: server.url,
      authUrl: `${server.url}/api/v1/access_token`,
      clientId: "client",
      clientSecret: "secret",
      userAgent: "node:test:1.0",
      subreddit: "wallstreetbets",
      standIn: false,
      timeoutMs: 5_000,
      ...settings,
    },
    {
      http: createHttp(log, limits),
      clock: { now: () => new Date(time.now) },
      sleep: async (ms) => {
        waits.push(ms);
        time.now += ms;
      },
      log,
    },
  );
  return { reddit, requests, waits, time, log, server };
}
