import { describe, expect, it } from "vitest";
import { isNotified, nextTry } from "../../../lib/notifications/rules.ts";

describe("people are told", () => {
  it.each(["order_filled", "order_partial", "order_rejected", "circuit_breaker", "run_ended"])("of %s", (type) => {
    expect(isNotified({ type })).toBe(true);
  });

  it.each(["order_submitted", "order_update", "order_cancelled", "position_opened", "run_started", "phase_done", ""])(
    "not of %j",
    (type) => {
      expect(isNotified({ type })).toBe(false);
    },
  );
});

describe("an event whose sending failed", () => {
  const at = new Date("2026-03-02T15:00:00Z");

  it.each([
    [1, "2026-03-02T15:01:00.000Z"],
    [2, "2026-03-02T15:02:00.000Z"],
    [3, "2026-03-02T15:04:00.000Z"],
    [4, "2026-03-02T15:08:00.000Z"],
    [5, "2026-03-02T15:16:00.000Z"],
    [6, undefined],
    [7, undefined],
  ])("for the time number %i is tried again at %s", (failures, expected) => {
    expect(nextTry(at, failures, at)?.toISOString()).toBe(expected);
  });

  it("is given up where it is more than an hour old", () => {
    expect(nextTry(at, 1, new Date("2026-03-02T16:00:00Z"))?.toISOString()).toBe("2026-03-02T16:01:00.000Z");
    expect(nextTry(at, 1, new Date("2026-03-02T16:00:00.001Z"))).toBeUndefined();
  });
});
