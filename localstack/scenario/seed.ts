import { openRealm, readSettings } from "../../lib/realm/state.ts";
import { utcDay } from "../../lib/runtime/dates.ts";
import type { Services } from "../../lib/services.ts";
import { update } from "../../lib/store/actions.ts";
import { scenarioMarketTime } from "./calendar.ts";
import { scenarioHistory } from "./history.ts";

/**
 * Gives a fresh realm the scenario's eight days of history: who spoke of what, and a start date before the first of
 * them, so that the very first run can tell what is new. A realm that has a start date is left as it is.
 */
export async function seedScenario(services: Services, firstDay: string): Promise<void> {
  const { store } = services;
  await openRealm(services);
  if ((await readSettings(services)).system_start_date !== undefined) return;
  const facts = scenarioHistory(utcDay(scenarioMarketTime(firstDay, 0)));
  await store.putMany(
    facts.map((fact) => ({
      ...store.keys.mention(fact.ticker, fact.day, fact.commentId),
      comment_id: fact.commentId,
      author: fact.author,
      sentiment: fact.sentiment,
      run_id: "scenario",
      created_at: `${fact.day}T21:00:00.000Z`,
    })),
  );
  const start = facts.map((fact) => fact.day).toSorted()[0] ?? firstDay;
  // Last: a start that was interrupted before this line begins the seeding anew.
  await store.transact([
    update(store.keys.configuration("system_start_date"), {
      setIfAbsent: { value: start, updated_at: `${start}T00:00:00.000Z` },
    }),
  ]);
}
