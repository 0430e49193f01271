import type { JsonAnswer, StandInRequest } from "../json-server.ts";

/** The code that the consent page hands to everybody. */
const consentCode = "stand-in-code";
/** A token of this form is taken for good for ever, also after a restart of the stand-in. */
const refreshToken = "stand-in-refresh";
const accessSeconds = 1800;

/** Schwab's OAuth: a consent page that always consents, and tokens of thirty minutes that never run out by themselves. */
export function createLogin() {
  const accessTokens = new Set<string>();

  /** `GET /v1/oauth/authorize`: back to the callback at once. */
  function consent({ query }: StandInRequest): JsonAnswer {
    const callback = query.get("redirect_uri") ?? "";
    if (!URL.canParse(callback) || !query.get("client_id") || query.get("response_type") !== "code") {
      return { status: 400, body: { error: "invalid_request" } };
    }
    const location = new URL(callback);
    location.searchParams.set("code", consentCode);
    location.searchParams.set("session", "stand-in");
    location.searchParams.set("state", query.get("state") ?? "");
    return { status: 302, headers: { location: location.toString() }, body: {} };
  }

  /** `POST /v1/oauth/token` */
  function grant(request: StandInRequest): JsonAnswer {
    const basic = /^basic (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const [client, secret] = Buffer.from(basic, "base64").toString().split(":");
    if (request.method !== "POST" || !client || !secret) return { status: 401, body: { error: "invalid_client" } };
    const form = new URLSearchParams(request.body);
    const isCode = form.get("grant_type") === "authorization_code" && form.get("code") === consentCode;
    const isRefresh = form.get("grant_type") === "refresh_token" && form.get("refresh_token") === refreshToken;
    if (!isCode && !isRefresh) {
      const error_description = "Exception while authenticating refresh token";
      return { status: 400, body: { error: "unsupported_token_type", error_description } };
    }
    const access_token = `stand-in-access-${request.number}`;
    accessTokens.add(access_token);
    return {
      status: 200,
      body: {
        expires_in: accessSeconds,
        token_type: "Bearer",
        scope: "api",
        refresh_token: refreshToken,
        access_token,
      },
    };
  }

  function isLoggedIn({ headers }: StandInRequest): boolean {
    const token = /^bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
    return token !== undefined && accessTokens.has(token);
  }

  return { consent, grant, isLoggedIn };
}

/** Tokens with which a local vault may begin, so that nobody has to log in: the first call refreshes them. */
export function standInTokens(now: Date) {
  return {
    access_token: "none-yet",
    refresh_token: refreshToken,
    expires_at: now.toISOString(),
    refresh_expires_at: new Date(now.getTime() + 7 * 24 * 60 * 60_000).toISOString(),
  };
}
