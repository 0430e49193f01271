import * as z from "zod";
import type { Clock } from "../../runtime/clock.ts";
import { iso } from "../../runtime/dates.ts";
import { type AppError, isAppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import type { HttpRequest } from "../calls/http.ts";
import { brokerLoginNeeded, brokerUnavailable, type SchwabAnswer } from "./answer.ts";

/** The secret as it is stored (spec data-model 3.19); times are ISO instants. */
export const brokerTokensSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_at: z.iso.datetime(),
  refresh_expires_at: z.iso.datetime(),
});
export type BrokerTokens = z.infer<typeof brokerTokensSchema>;

/** Where the tokens are kept. */
export interface TokenVault {
  /** Null before the first login. */
  read(): Promise<BrokerTokens | null>;
  /** Stores `next` if `previous` is still what is there, and says whether it did: one writer wins. */
  rotate(previous: BrokerTokens | null, next: BrokerTokens): Promise<boolean>;
}

export interface SchwabAppSettings {
  /** `https://api.schwabapi.com`, or a stand-in's. */
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  /** Exactly as registered with the app. */
  callbackUrl: string;
}

export interface SchwabAuth {
  /** A token with at least five minutes left. Parallel callers share one refresh. */
  accessToken(): Promise<string>;
  /** A token other than the one Schwab has just refused. */
  renew(refused: string): Promise<string>;
  /** Exchanges the code of a consent for tokens and stores them. */
  login(code: string): Promise<void>;
}

const accessSeconds = 30 * 60;
const refreshSeconds = 7 * 24 * 60 * 60;
/** Spec quality 4. */
const renewBeforeMs = 5 * 60_000;
const warnBeforeMs = 24 * 60 * 60_000;

const granted = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive().catch(accessSeconds),
});

/** Schwab's consent page, which returns to the callback with `code` and the same `state` (spec api 9). */
export function consentUrl(settings: SchwabAppSettings, state: string): string {
  const query = new URLSearchParams({
    client_id: settings.clientId,
    redirect_uri: settings.callbackUrl,
    response_type: "code",
    state,
  });
  return `${settings.baseUrl}/v1/oauth/authorize?${query}`;
}

/** Spec api 9: the refresh token alone decides; a warning begins 24 hours before its end. */
export function authStatus(tokens: BrokerTokens | null, now: Date) {
  if (tokens === null) {
    const unknown = { access_token_expires_at: null, refresh_token_expires_at: null };
    return { status: "not_configured", warning: false, ...unknown } as const;
  }
  const leftMs = Date.parse(tokens.refresh_expires_at) - now.getTime();
  const status = leftMs <= 0 ? "expired" : leftMs <= warnBeforeMs ? "warning" : "healthy";
  return {
    status,
    warning: status === "warning",
    access_token_expires_at: tokens.expires_at,
    refresh_token_expires_at: tokens.refresh_expires_at,
  } as const;
}

/**
 * OAuth authorization code grant and refresh. `send` is one call: it throws `BrokerUnavailable` for everything but a
 * readable 200 or a refusal. Throws `BrokerRefused` with `SCHWAB_AUTH_ERROR` where only a login helps, and logs how.
 */
export function createSchwabAuth(
  settings: SchwabAppSettings & { timeoutMs: number },
  tools: { clock: Clock; log: Log; vault: TokenVault; send: (request: HttpRequest) => Promise<SchwabAnswer> },
): SchwabAuth {
  const { vault, log } = tools;
  let known: BrokerTokens | null = null;
  let underWay: Promise<string> | undefined;
  /** Refused once, refused for ever: nobody asks again with it. */
  let refusedRefreshToken: string | undefined;
  let hasComplained = false;
  const now = () => tools.clock.now().getTime();
  const isFresh = (tokens: BrokerTokens) => Date.parse(tokens.expires_at) - now() >= renewBeforeMs;

  async function requestTokens(form: Record<string, string>, previous: BrokerTokens | null): Promise<BrokerTokens> {
    const basic = Buffer.from(`${settings.clientId}:${settings.clientSecret}`).toString("base64");
    const askedAt = now();
    const answer = await tools.send({
      method: "POST",
      url: `${settings.baseUrl}/v1/oauth/token`,
      headers: { authorization: `Basic ${basic}`, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
      timeoutMs: settings.timeoutMs,
    });
    // The gateway before Schwab turns callers away for a while with 403; Schwab's own refusals are 400 and 401.
    if (answer.status === 403) throw brokerUnavailable("Schwab's gateway turned the login away: HTTP 403");
    if (answer.status !== 200) throw brokerLoginNeeded(`Schwab refused the ${form.grant_type}: HTTP ${answer.status}`);
    const grant = granted.safeParse(answer.body);
    if (!grant.success) throw brokerUnavailable("Schwab answered the login with no token");
    const { access_token, refresh_token = previous?.refresh_token, expires_in } = grant.data;
    if (refresh_token === undefined) throw brokerUnavailable("Schwab answered the login with no refresh token");
    // The seven days begin with a token, not with its use: the same one again has no more time than before.
    const isSame = previous !== null && refresh_token === previous.refresh_token;
    return {
      access_token,
      refresh_token,
      expires_at: iso(new Date(askedAt + expires_in * 1000)),
      refresh_expires_at: isSame ? previous.refresh_expires_at : iso(new Date(askedAt + refreshSeconds * 1000)),
    };
  }

  /** A vault that cannot be read is as good as a broker that does not answer: a run goes on without its prices. */
  async function readTokens(): Promise<BrokerTokens | null> {
    return vault.read().catch((cause: unknown) => {
      throw brokerUnavailable("Schwab's tokens could not be read", { cause });
    });
  }

  /** What is stored, unless it is old or `unusable`; then new tokens. */
  async function renewed(unusable?: string): Promise<string> {
    const stored = await readTokens();
    if (stored === null) throw brokerLoginNeeded("Schwab has never been logged in to");
    known = stored;
    if (isFresh(stored) && stored.access_token !== unusable) return stored.access_token;
    if (now() >= Date.parse(stored.refresh_expires_at)) throw brokerLoginNeeded("Schwab's refresh token has expired");
    if (stored.refresh_token === refusedRefreshToken) throw brokerLoginNeeded("Schwab has refused the refresh token");
    known = await refreshed(stored);
    return known.access_token;
  }

  async function refreshed(stored: BrokerTokens): Promise<BrokerTokens> {
    try {
      const next = await requestTokens({ grant_type: "refresh_token", refresh_token: stored.refresh_token }, stored);
      await keep(stored, next);
      return next;
    } catch (error) {
      if (!isLoginNeeded(error)) throw error;
      // A refusal is no news where another process has renewed the tokens meanwhile.
      const current = await readTokens();
      if (current !== null && current.refresh_token !== stored.refresh_token && isFresh(current)) return current;
      refusedRefreshToken = stored.refresh_token;
      throw error;
    }
  }

  /** Tokens that could not be stored still serve this process. */
  async function keep(previous: BrokerTokens, next: BrokerTokens): Promise<void> {
    try {
      if (!(await vault.rotate(previous, next))) log.info("another process has stored Schwab's tokens first");
    } catch (error) {
      log.error("Schwab's new tokens could not be stored", { error });
    }
  }

  function shared(unusable?: string): Promise<string> {
    underWay ??= renewed(unusable)
      .then((token) => {
        hasComplained = false;
        return token;
      })
      .catch((error: unknown) => {
        if (isLoginNeeded(error)) complain(error.message);
        throw error;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  }

  /** Once, not for each of a run's hundred calls. */
  function complain(problem: string): void {
    if (hasComplained) return;
    hasComplained = true;
    log.error("Schwab needs a new login: open the address that GET /auth/schwab/login answers", { problem });
  }

  return {
    async accessToken() {
      return known !== null && isFresh(known) ? known.access_token : shared();
    },
    async renew(refused) {
      if (known !== null && known.access_token !== refused && isFresh(known)) return known.access_token;
      const token = await shared(refused);
      // It was shared with somebody who did not know yet.
      return token === refused ? shared(refused) : token;
    },
    async login(code) {
      const next = await requestTokens(
        { grant_type: "authorization_code", code, redirect_uri: settings.callbackUrl },
        null,
      );
      known = next;
      // A login outranks a refresh that came between reading and writing.
      for (let attempt = 0; attempt < 3; attempt++) {
        if (await vault.rotate(await vault.read(), next)) return;
      }
      throw brokerUnavailable("Schwab's tokens could not be stored: somebody else is storing others");
    },
  };
}

function isLoginNeeded(error: unknown): error is AppError {
  return isAppError(error) && error.code === "SCHWAB_AUTH_ERROR";
}
