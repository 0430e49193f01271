import type { Environment } from "../../runtime/config.ts";
import type { Credentials } from "../aws/secrets.ts";
import { createReddit, type RedditTools } from "./client.ts";
import type { RedditSource } from "./source.ts";

/** How long Reddit is given for one answer. */
export const redditPatienceMs = 10_000;

/** Reddit as the environment says, with its own credentials. */
export async function openReddit(
  environment: Environment,
  credentials: () => Promise<Credentials>,
  tools: RedditTools,
): Promise<RedditSource> {
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
      timeoutMs: redditPatienceMs,
    },
    tools,
  );
}
