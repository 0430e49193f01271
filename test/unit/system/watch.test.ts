import { describe, expect, it } from "vitest";
import { AppError } from "../../../lib/runtime/errors.ts";
import { keysOf } from "../../../lib/store/keys.ts";
import { onEvent } from "../../../lib/system/event.ts";
import { watchSystem } from "../../../lib/system/watch.ts";
import type { TradingServices } from "../../../lib/trading/services.ts";
import { recordedMetrics } from "../../support/recorded-metrics.ts";

interface Scene {
  now: string;
  /** When the last run was completed; absent where none ever was. */
  completed?: string | undefined;
  /** When the login at the broker ends; absent where nobody has logged in. */
  loginUntil?: string;
  broken?: "store" | "secret";
}

async function watch({ now, completed, loginUntil, broken }: Scene) {
  const metrics = recordedMetrics();
  const failure = new AppError("NotReady", "NOT_READY", "out of order", { retryable: true });
  const tokens = { access_token: "a", refresh_token: "r", expires_at: now, refresh_expires_at: loginUntil ?? now };
  const services = {
    clock: { now: () => new Date(now) },
    metrics,
    tracer: { watch: <T>(client: T) => client, trace: <T>(_: unknown, work: () => Promise<T>) => work() },
    store: {
      keys: keysOf("live"),
      get: async () => {
        if (broken === "store") throw failure;
        return completed === undefined ? undefined : { initialized_at: completed, last_run_completed_at: completed };
      },
    },
    tokenVault: async () => ({
      read: async () => {
        if (broken === "secret") throw failure;
        return loginUntil === undefined ? null : tokens;
      },
    }),
  } as unknown as TradingServices;
  const outcome = await onEvent(() => services, watchSystem)({}).catch((error: unknown) => error);
  return { measured: metrics.take(), outcome };
}

describe("a run is overdue", () => {
  it.each<[what: string, now: string, completed: string | undefined, overdue: 0 | 1]>([
    ["an hour after a trading day's session (winter, 17:00 EST)", "2026-03-02T22:00:00Z", "2026-02-27T20:00:00Z", 1],
    [
      "not a second before: one that began at the end may still go on",
      "2026-03-02T21:59:59Z",
      "2026-02-27T20:00:00Z",
      0,
    ],
    ["in summer at 17:00 EDT", "2026-07-01T21:00:00Z", "2026-06-30T20:30:00Z", 1],
    ["in summer not at 16:59 EDT", "2026-07-01T20:59:59Z", "2026-06-30T20:30:00Z", 0],
    ["on the first Monday of daylight saving by the new hour", "2026-03-09T21:00:00Z", "2026-03-06T20:00:00Z", 1],
    ["on the first Monday of standard time by the old hour", "2026-11-02T21:30:00Z", "2026-10-30T20:00:00Z", 0],
    ["on that Monday half an hour later", "2026-11-02T22:00:00Z", "2026-10-30T20:00:00Z", 1],
    ["not where one was completed today", "2026-03-02T22:00:00Z", "2026-03-02T15:31:00Z", 0],
    ["not where one was completed in the first minute of the day", "2026-03-02T22:00:00Z", "2026-03-02T05:00:00Z", 0],
    ["where one was completed in the last minute of yesterday", "2026-03-02T22:00:00Z", "2026-03-02T04:59:59Z", 1],
    [
      "not where one was completed this evening, already tomorrow in UTC",
      "2026-03-03T04:30:00Z",
      "2026-03-03T01:00:00Z",
      0,
    ],
    ["late in the evening, already tomorrow in UTC", "2026-03-03T04:59:00Z", "2026-02-27T20:00:00Z", 1],
    ["not after midnight in New York", "2026-03-03T05:00:00Z", "2026-02-27T20:00:00Z", 0],
    ["where none ever was", "2026-03-02T22:00:00Z", undefined, 1],
    ["not on a Saturday", "2026-02-28T22:00:00Z", "2026-02-26T20:00:00Z", 0],
    ["not on a Sunday", "2026-03-01T22:00:00Z", "2026-02-26T20:00:00Z", 0],
    ["not on a Monday that is a holiday", "2026-05-25T22:00:00Z", "2026-05-21T20:00:00Z", 0],
    ["on a half day from 14:00", "2026-11-27T19:00:00Z", "2026-11-25T20:00:00Z", 1],
    ["on a half day not before", "2026-11-27T18:59:59Z", "2026-11-25T20:00:00Z", 0],
  ])("%s", async (_what, now, completed, overdue) => {
    expect(await watch({ now, completed })).toEqual({ measured: { RunOverdue: overdue }, outcome: undefined });
  });
});

describe("the login at the broker", () => {
  const now = "2026-03-02T12:00:00Z";
  const done = { RunOverdue: 0 };

  it.each([
    ["2026-03-09T12:00:00Z", 168],
    ["2026-03-03T12:00:00Z", 24],
    ["2026-03-02T12:45:00Z", 0.75],
    ["2026-03-02T12:00:00Z", 0],
    ["2026-02-23T12:00:00Z", 0],
  ])("that lasts until %s has %d hours left", async (loginUntil, hours) => {
    const { measured } = await watch({ now, completed: now, loginUntil });
    expect(measured).toEqual({ ...done, BrokerLoginHoursLeft: hours });
  });

  it("that nobody has made has none", async () => {
    expect((await watch({ now, completed: now })).measured).toEqual(done);
  });
});

describe("what cannot be read", () => {
  const now = "2026-03-02T22:00:00Z";

  it("fails the invocation and measures nothing where it is the table", async () => {
    const { measured, outcome } = await watch({ now, broken: "store" });
    expect(outcome).toMatchObject({ name: "NotReady" });
    expect(measured).toEqual({});
  });

  it("fails the invocation where it is the login, and keeps what was measured before", async () => {
    const { measured, outcome } = await watch({ now, broken: "secret" });
    expect(outcome).toMatchObject({ name: "NotReady" });
    expect(measured).toEqual({ RunOverdue: 1 });
  });
});
