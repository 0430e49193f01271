import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../lib/analysis/run.ts";
import { call } from "../support/cloud.ts";
import { comment, post } from "../support/content.ts";
import { marketOf } from "../support/market.ts";
import { onDay } from "../support/monitoring.ts";
import { startCloudWithProviders } from "../support/providers.ts";
import { settled } from "../support/waiting.ts";

let stage: Awaited<ReturnType<typeof startCloudWithProviders>>;
beforeAll(async () => {
  stage = await startCloudWithProviders();
});
afterAll(() => stage.close());

const because = "because short interest is 30% of the float and revenue grew 20% last quarter";

async function runAt(marketClock: string): Promise<Run | undefined> {
  const services = stage.cloud.enter("whole-runs", { MARKET_CLOCK: marketClock });
  const { body } = await call("api/start-analysis");
  return settled(services, body.data.run_id);
}

describe("two whole runs", () => {
  it("buy on two reasons, sell when the price falls, and find the predictions wrong", async () => {
    stage.begin("whole-runs", {
      posts: [post("p1")],
      comments: [
        comment("a1", "p1", `Bought more GME calls ${because}.`),
        comment("a2", "p1", `GME is going up ${because}, I am long.`),
      ],
    });
    stage.scene.market = marketOf({ GME: onDay("2026-03-03", { 6: 89 }) });
    const opened = { status: "completed", positions_opened: 2, exits_triggered: 0, warnings: null };
    expect(await runAt("2026-03-02T15:30:00Z")).toMatchObject(opened);

    stage.scene.content = { posts: [post("p2")], comments: [comment("b1", "p2", "What time does the market open?")] };
    const sold = { status: "completed", positions_opened: 0, exits_triggered: 2, warnings: null };
    expect(await runAt("2026-03-03T15:30:00Z")).toMatchObject(sold);
    const { data: positions } = (await call("api/list-positions", { query: { status: "closed" } })).body;
    expect(positions.map((each: { instrument_type: string }) => each.instrument_type).toSorted()).toEqual([
      "option",
      "stock",
    ]);
    for (const each of positions) expect([each.exit_reason, each.hold_days]).toEqual(["stop_loss", 1]);
    const stock = positions.find((each: { instrument_type: string }) => each.instrument_type === "stock");
    expect(stock.position_exits).toMatchObject([{ exit_price: 90 }]);

    const { data: predictions } = (await call("api/list-predictions")).body;
    expect(predictions).toHaveLength(2);
    for (const each of predictions) expect([each.status, each.is_correct]).toEqual(["resolved", false]);
    const { data: portfolios } = (await call("api/list-portfolios")).body;
    for (const each of portfolios) expect(each.current_value).toBe(each.cash_available);
  });
});
