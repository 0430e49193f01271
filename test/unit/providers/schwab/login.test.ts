import { describe, expect, it } from "vitest";
import type { HttpRequest } from "../../../../lib/providers/calls/http.ts";
import { brokerUnavailable, type SchwabAnswer } from "../../../../lib/providers/schwab/answer.ts";
import { authStatus, type BrokerTokens, consentUrl, createSchwabAuth } from "../../../../lib/providers/schwab/login.ts";
import { AppError } from "../../../../lib/runtime/errors.ts";
import { freshTokens, memoryVault, wallStart } from "../../../support/broker.ts";
import { recordedLog } from "../../../support/recorded-log.ts";

const settings = {
  baseUrl: "https://broker.test",
  clientId: "client",
  clientSecret: "secret",
  callbackUrl: "https://127.0.0.1/auth/schwab/callback",
  timeoutMs: 5_000,
};
const granted = (number: number, more: object = {}): SchwabAnswer => ({
  status: 200,
  body: { access_token: `new-${number}`, refresh_token: "refresh-2", expires_in: 1800, token_type: "Bearer", ...more },
});
const start = Date.parse(wallStart);
const minute = 60_000;

function setup(
  tokens: BrokerTokens | null,
  script: (call: number) => SchwabAnswer | Promise<SchwabAnswer> = (call) => granted(call),
) {
  const requests: HttpRequest[] = [];
  const vault = memoryVault(tokens);
  const log = recordedLog();
  const time = { now: start };
  const auth = createSchwabAuth(settings, {
    clock: { now: () => new Date(time.now) },
    log,
    vault,
    send: async (request) => {
      requests.push(request);
      return script(requests.length);
    },
  });
  const form = (index: number) => Object.fromEntries(new URLSearchParams(requests[index]?.body));
  return { auth, vault, log, time, requests, form };
}

describe("access tokens", () => {
  it("are read once and used until five minutes before their end", async () => {
    const { auth, vault, time, requests, form } = setup(freshTokens);
    expect(await auth.accessToken()).toBe("access-1");
    time.now = start + 25 * minute;
    expect(await auth.accessToken()).toBe("access-1");
    expect([vault.reads, requests.length]).toEqual([1, 0]);
    time.now += 1;
    expect(await auth.accessToken()).toBe("new-1");
    expect(form(0)).toEqual({ grant_type: "refresh_token", refresh_token: "stand-in-refresh" });
    expect(requests[0]?.url).toBe("https://broker.test/v1/oauth/token");
    expect(requests[0]?.headers?.authorization).toBe(`Basic ${Buffer.from("client:secret").toString("base64")}`);
  });

  it("cannot be had while the vault cannot be read, first or last: that is no reason to log in again", async () => {
    const unreadable = new AppError("NotReady", "NOT_READY", "The secret did not answer.", { retryable: true });
    for (const failing of [1, 2]) {
      const { auth, vault } = setup({ ...freshTokens, expires_at: wallStart }, () => ({ status: 400 }));
      const { read } = vault;
      vault.read = async () => {
        const tokens = await read();
        if (vault.reads === failing) throw unreadable;
        return tokens;
      };
      const expected = { name: "BrokerUnavailable", code: "PRICE_UNAVAILABLE", retryable: true };
      await expect(auth.accessToken()).rejects.toMatchObject(expected);
    }
  });

  it("are stored with their expiry times; a new refresh token has seven days again", async () => {
    const { auth, vault } = setup({ ...freshTokens, expires_at: wallStart });
    await auth.accessToken();
    expect(vault.tokens).toEqual({
      access_token: "new-1",
      refresh_token: "refresh-2",
      expires_at: "2026-11-20T10:30:00.000Z",
      refresh_expires_at: "2026-11-27T10:00:00.000Z",
    });
  });

  it("keep the old end of the seven days where the refresh token stays the same or is not sent", async () => {
    const stored = { ...freshTokens, expires_at: wallStart, refresh_expires_at: "2026-11-21T08:00:00.000Z" };
    for (const refresh_token of ["stand-in-refresh", undefined]) {
      const { auth, vault } = setup(stored, (call) => granted(call, { refresh_token }));
      await auth.accessToken();
      expect(vault.tokens).toMatchObject({
        refresh_token: "stand-in-refresh",
        refresh_expires_at: "2026-11-21T08:00:00.000Z",
      });
    }
  });

  it("are refreshed once for callers side by side", async () => {
    const { auth, requests } = setup({ ...freshTokens, expires_at: wallStart });
    const tokens = await Promise.all([auth.accessToken(), auth.accessToken(), auth.renew("access-1")]);
    expect(tokens).toEqual(["new-1", "new-1", "new-1"]);
    expect(requests).toHaveLength(1);
  });

  it("come from the vault where another process has renewed them", async () => {
    const { auth, vault, time, requests } = setup(freshTokens);
    await auth.accessToken();
    vault.tokens = { ...freshTokens, access_token: "theirs", expires_at: "2026-11-20T10:58:00.000Z" };
    expect(await auth.renew("access-1")).toBe("theirs");
    time.now = start + 26 * minute;
    expect(await auth.accessToken()).toBe("theirs");
    expect(requests).toEqual([]);
  });

  it("are another process's where that one was quicker, so that its refresh made ours invalid", async () => {
    const theirs = { ...freshTokens, access_token: "theirs", refresh_token: "refresh-9" };
    const { auth, vault, log } = setup({ ...freshTokens, expires_at: wallStart }, () => {
      vault.tokens = theirs;
      return { status: 400 };
    });
    expect(await auth.accessToken()).toBe("theirs");
    expect(vault.tokens).toEqual(theirs);
    expect(log.lines).toEqual([]);
  });

  it("are not stored over those that another process has stored meanwhile", async () => {
    const theirs = { ...freshTokens, access_token: "theirs", refresh_token: "refresh-9" };
    const { auth, vault } = setup({ ...freshTokens, expires_at: wallStart }, (call) => {
      vault.tokens = theirs;
      return granted(call);
    });
    expect(await auth.accessToken()).toBe("new-1");
    expect(vault.tokens).toEqual(theirs);
  });

  it("serve this process even if they cannot be stored", async () => {
    const { auth, vault, log } = setup({ ...freshTokens, expires_at: wallStart });
    vault.rotate = async () => {
      throw new Error("no permission");
    };
    expect(await auth.accessToken()).toBe("new-1");
    expect(await auth.accessToken()).toBe("new-1");
    expect(log.lines).toMatchObject([{ level: "error", message: "Schwab's new tokens could not be stored" }]);
  });
});

describe("where only a login helps", () => {
  const loginNeeded = { name: "BrokerRefused", code: "SCHWAB_AUTH_ERROR", retryable: false };
  const stale = { ...freshTokens, expires_at: wallStart };

  it("says so before the first login", async () => {
    const { auth, requests } = setup(null);
    await expect(auth.accessToken()).rejects.toMatchObject(loginNeeded);
    expect(requests).toEqual([]);
  });

  it("does not try a refresh token after its seven days", async () => {
    const { auth, requests, time, log } = setup(stale);
    time.now = Date.parse(freshTokens.refresh_expires_at);
    await expect(auth.accessToken()).rejects.toMatchObject(loginNeeded);
    expect(requests).toEqual([]);
    expect(log.lines).toMatchObject([{ level: "error", message: expect.stringContaining("/auth/schwab/login") }]);
  });

  it.each([400, 401])("asks once with a refresh token that is refused with %i, and logs it once", async (status) => {
    const { auth, requests, log, vault } = setup(stale, (call) => (call === 1 ? { status } : granted(call)));
    for (let call = 0; call < 3; call++) await expect(auth.accessToken()).rejects.toMatchObject(loginNeeded);
    expect(requests).toHaveLength(1);
    expect(log.lines.map(({ level }) => level)).toEqual(["error"]);
    expect(JSON.stringify(log.lines)).not.toContain("stand-in-refresh");

    vault.tokens = { ...stale, refresh_token: "from-a-new-login" };
    expect(await auth.accessToken()).toBe("new-2");
  });

  it("takes the gateway's 403 and an answer without a token for a bad moment", async () => {
    const unavailable = { name: "BrokerUnavailable", retryable: true };
    const { auth } = setup(stale, (call) => (call === 1 ? { status: 403 } : { status: 200, body: { error: "?" } }));
    await expect(auth.accessToken()).rejects.toMatchObject(unavailable);
    await expect(auth.accessToken()).rejects.toMatchObject(unavailable);
    const lost = setup(stale, () => Promise.reject(brokerUnavailable("no connection")));
    await expect(lost.auth.accessToken()).rejects.toMatchObject(unavailable);
  });
});

describe("the login", () => {
  it("begins at Schwab's consent page", () => {
    expect(consentUrl(settings, "s/1")).toBe(
      "https://broker.test/v1/oauth/authorize?client_id=client" +
        "&redirect_uri=https%3A%2F%2F127.0.0.1%2Fauth%2Fschwab%2Fcallback&response_type=code&state=s%2F1",
    );
  });

  it("exchanges the code for tokens and stores them, whatever was there before", async () => {
    for (const before of [null, freshTokens]) {
      const { auth, vault, form } = setup(before);
      await auth.login("C0.code@");
      expect(form(0)).toEqual({
        grant_type: "authorization_code",
        code: "C0.code@",
        redirect_uri: "https://127.0.0.1/auth/schwab/callback",
      });
      expect(vault.tokens).toEqual({
        access_token: "new-1",
        refresh_token: "refresh-2",
        expires_at: "2026-11-20T10:30:00.000Z",
        refresh_expires_at: "2026-11-27T10:00:00.000Z",
      });
      expect(await auth.accessToken()).toBe("new-1");
    }
  });

  it("stores nothing when Schwab refuses the code", async () => {
    const { auth, vault } = setup(freshTokens, () => ({ status: 400 }));
    await expect(auth.login("used")).rejects.toMatchObject({ code: "SCHWAB_AUTH_ERROR" });
    expect(vault.tokens).toEqual(freshTokens);
  });
});

describe("the health of the token", () => {
  const statusAt = (now: string) => authStatus(freshTokens, new Date(now));

  it("depends on the refresh token alone", () => {
    expect(statusAt("2026-11-20T12:00:00Z")).toEqual({
      status: "healthy",
      warning: false,
      access_token_expires_at: "2026-11-20T10:30:00.000Z",
      refresh_token_expires_at: "2026-11-27T10:00:00.000Z",
    });
  });

  it.each([
    ["2026-11-26T09:59:59.999Z", "healthy", false],
    ["2026-11-26T10:00:00Z", "warning", true],
    ["2026-11-27T09:59:59.999Z", "warning", true],
    ["2026-11-27T10:00:00Z", "expired", false],
  ])("at %s is %s", (now, status, warning) => {
    expect(statusAt(now)).toMatchObject({ status, warning });
  });

  it("has no times where nobody has logged in", () => {
    expect(authStatus(null, new Date(start))).toEqual({
      status: "not_configured",
      warning: false,
      access_token_expires_at: null,
      refresh_token_expires_at: null,
    });
  });
});
