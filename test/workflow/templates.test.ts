import { expect, it } from "vitest";
import { handler as runDueTemplates } from "../../functions/events/run-due-templates.ts";
import { call } from "../support/cloud.ts";
import { useDesk } from "../support/desk.ts";

const desk = useDesk("templates");

it("a template's slot becomes an order of the bot, and its execution shows what that was filled at", async () => {
  await desk.begin({ SPY: 400 });
  const body = { name: "condor", symbol: "SPY", strategy_name: "iron_condor", schedule_type: "market_close" };
  const id = (await call("templates/create-template", { body })).body.data.template_id;
  desk.stage.cloud.time.now = new Date("2026-03-02T20:55:30Z");
  await runDueTemplates({});
  const executions = async () =>
    (await call("templates/list-template-executions", { params: { id } })).body.data.executions;
  const [{ order_id, status }] = await executions();
  expect(status).toBe("submitted");
  await desk.dispatch();
  const filled = await desk.over(order_id);
  expect(filled).toMatchObject({ status: "filled", origin: "bot", template_id: id, strategy_name: "iron_condor" });
  expect(await executions()).toEqual([
    {
      ...{ execution_id: `${id}.2026-03-02T20:55:00.000Z`, template_id: id, order_id, error_message: null },
      ...{ scheduled_for: "2026-03-02T20:55:00.000Z", executed_at: "2026-03-02T20:55:30.000Z" },
      ...{ status: "filled", fill_price: filled.fill_price },
    },
  ]);
  expect(filled.fill_price).not.toBeNull();
  expect((await desk.book()).positions).toMatchObject([{ symbol: "SPY iron_condor", source: "bot" }]);
});
