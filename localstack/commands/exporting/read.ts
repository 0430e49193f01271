import * as z from "zod";
import { runItemSchema } from "../../../lib/analysis/run-view.ts";
import { signalItemSchema } from "../../../lib/analysis/signals/view.ts";
import { authorViewSchema } from "../../../lib/trading/authors/view.ts";
import { evaluationPeriodViewSchema } from "../../../lib/trading/evaluation/view.ts";
import { portfolioNames } from "../../../lib/trading/positions/accounts.ts";
import { positionViewSchema } from "../../../lib/trading/positions/view.ts";
import { predictionViewSchema } from "../../../lib/trading/predictions/view.ts";
import { type ApiClient, expectData } from "../client.ts";
import { authors, predictions, runs, signals } from "./analysis-tables.ts";
import { evaluationPeriods, positionExits, positionSplits, positions } from "./trading-tables.ts";
import { type Filled, filled } from "./write.ts";

/** All records that the API shows, however many, as the tables of the export. */
export async function readRecords(api: ApiClient): Promise<Filled[]> {
  const held = await readAll(api, "/positions", positionViewSchema);
  const periods = await Promise.all(
    portfolioNames.map(async (id) => {
      const path = `/evaluation-periods?portfolio_id=${id}`;
      return expectData(await api.call("GET", path), 200, z.array(evaluationPeriodViewSchema), `GET ${path}`);
    }),
  );
  return [
    filled(runs, await readAll(api, "/runs", runItemSchema)),
    filled(signals, await readAll(api, "/signals", signalItemSchema)),
    filled(authors, await readAll(api, "/authors", authorViewSchema)),
    filled(predictions, await readAll(api, "/predictions", predictionViewSchema)),
    filled(positions, held),
    filled(
      positionExits,
      held.flatMap(({ position_exits }) => position_exits),
    ),
    filled(
      positionSplits,
      held.flatMap(({ id, splits }) => splits.map((split) => ({ ...split, position_id: id }))),
    ),
    filled(evaluationPeriods, periods.flat()),
  ];
}

const nextPage = z.object({ meta: z.looseObject({ next_cursor: z.string().nullish() }) });

/** A paged list to its end. */
async function readAll<T>(api: ApiClient, path: string, schema: z.ZodType<T>): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null | undefined;
  do {
    const query = new URLSearchParams({ limit: "100", ...(cursor && { cursor }) });
    const answer = await api.call("GET", `${path}?${query}`);
    found.push(...expectData(answer, 200, z.array(schema), `GET ${path}`));
    cursor = nextPage.parse(answer.body).meta.next_cursor;
  } while (cursor);
  return found;
}
