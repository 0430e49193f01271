import * as z from "zod";
import type { Clock } from "../../runtime/clock.ts";
import { AppError } from "../../runtime/errors.ts";
import type { HttpRequest } from "../calls/http.ts";
import { type RedditAnswer, refused, unavailable } from "./answer.ts";

export interface RedditCredentials {
  authUrl: string;
  clientId: string;
  clientSecret: string;
  userAgent: string;
}

/** The bearer token, kept until shortly before it expires. */
interface TokenCache {
  get(): Promise<string>;
  /** Forgets the token Reddit has just refused; a newer one, fetched by a parallel call, is kept. */
  forget(token: string): void;
}

/** A token is not used in its last minute, so that it cannot expire on the way. */
const safetySeconds = 60;

const granted = z.object({ access_token: z.string().min(1), expires_in: z.number().catch(3600) });
const denied = z.object({ error: z.union([z.string(), z.number()]) });

/** Throws `BadConfiguration` with the name of the first empty credential. */
export function requireCredentials(credentials: RedditCredentials): void {
  const named = {
    REDDIT_CLIENT_ID: credentials.clientId,
    REDDIT_CLIENT_SECRET: credentials.clientSecret,
    REDDIT_USER_AGENT: credentials.userAgent,
  };
  for (const [name, value] of Object.entries(named)) {
    if (value.trim() === "") {
      throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", `${name} is empty; Reddit needs it to log in`);
    }
  }
}

/**
 * OAuth2 client credentials. `send` is one call: it throws for everything but a readable 200 or a
 * refusal. Parallel callers share one request.
 */
export function createTokenCache(
  credentials: RedditCredentials,
  tools: { clock: Clock; timeoutMs: number; send: (request: HttpRequest) => Promise<RedditAnswer> },
): TokenCache {
  let token: { value: string; usableUntil: number } | undefined;
  let underWay: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    const basic = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString("base64");
    const answer = await tools.send({
      method: "POST",
      url: credentials.authUrl,
      headers: {
        authorization: `Basic ${basic}`,
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": credentials.userAgent,
      },
      body: "grant_type=client_credentials",
      timeoutMs: tools.timeoutMs,
    });
    const grant = readGrant(answer);
    token = { value: grant.value, usableUntil: tools.clock.now().getTime() + (grant.seconds - safetySeconds) * 1000 };
    return grant.value;
  }

  return {
    async get() {
      if (token && tools.clock.now().getTime() < token.usableUntil) return token.value;
      underWay ??= fetchToken().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    forget(value) {
      if (token?.value === value) token = undefined;
    },
  };
}

/** Reddit answers bad credentials with 401, but also with 200 and an `error`: neither gets better by waiting. */
function readGrant(answer: RedditAnswer): { value: string; seconds: number } {
  if (answer.status !== 200) throw refused(`Reddit refused the credentials: HTTP ${answer.status}`);
  const grant = granted.safeParse(answer.body);
  if (grant.success) return { value: grant.data.access_token, seconds: grant.data.expires_in };
  const denial = denied.safeParse(answer.body);
  if (denial.success) throw refused(`Reddit refused the credentials: ${String(denial.data.error).slice(0, 60)}`);
  throw unavailable("Reddit answered the login with neither a token nor an error");
}
