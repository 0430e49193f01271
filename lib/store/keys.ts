import { accessKeys } from "./keys/access.ts";
import { analysisKeys } from "./keys/analysis.ts";
import { answerKeys } from "./keys/answers.ts";
import { breakerKeys } from "./keys/breaker.ts";
import { deskKeys } from "./keys/desk.ts";
import { liveKeys } from "./keys/live.ts";
import { orderKeys } from "./keys/orders.ts";
import { realmKeys } from "./keys/realm.ts";
import { type RunPlaces, runKeys } from "./keys/runs.ts";
import { templateKeys } from "./keys/templates.ts";
import { tradingKeys } from "./keys/trading.ts";

/**
 * Every key pattern of the table, listed per product in `keys/`. There `r` is the realm: one namespace with its own lock,
 * runs, portfolios and clock.
 *
 * Which index serves which list: `GET /runs` gsi1; the sweep gsi2 (only running runs are in it); `GET /signals` gsi2
 * with a ticker, else gsi3 with a type or portfolio, else gsi1, a date range narrowing the sort key;
 * `GET /signals/history` gsi2 or gsi3; `GET /positions` gsi4 for the open ones, else gsi2 with a ticker, else gsi3 with a
 * portfolio, else gsi1; closed positions of a portfolio by day (periods, performance, calibration, exported trades) gsi4;
 * `GET /predictions` gsi4 with a run, else gsi2 with a ticker, else gsi3 with an author, else gsi1; `GET /authors` gsi1 by trust,
 * gsi2 by skill; `GET /api/v1/orders` gsi2 with a symbol, else gsi3 with a status, else gsi1; the dispatcher gsi4;
 * `GET /api/v1/templates` as the orders, and what is due of them gsi4.
 *
 * What a run works through is listed in the table itself, because there it can be read strongly: the open positions in
 * their portfolio's item, tracked and unapplied predictions as items of their own, the signals of a day under that day.
 */
export function keysOf(realm: string) {
  return {
    ...realmKeys(realm),
    ...analysisKeys(realm),
    ...tradingKeys(realm),
    ...orderKeys(realm),
    ...templateKeys(realm),
    ...deskKeys(realm),
    ...breakerKeys(realm),
    ...liveKeys(realm),
    ...answerKeys(realm),
    ...accessKeys,
    /** Of the runs of another kind than analyses, whose keys stand above without a prefix. */
    runsOf: (places: RunPlaces) => runKeys(realm, places),
  };
}

export type Keys = ReturnType<typeof keysOf>;
