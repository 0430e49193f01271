import type * as z from "zod";
import { type Author, authorSchema } from "../../analysis/authors/author.ts";
import { marketNow } from "../../realm/market-time.ts";
import { readRealm } from "../../realm/state.ts";
import { AppError } from "../../runtime/errors.ts";
import { type ListPage, type PageRequest, readPage } from "../../store/lists.ts";
import { benchmarkCloses } from "../performance/portfolio.ts";
import { equityCurve, performanceView } from "../performance/view.ts";
import type { TradingServices } from "../services.ts";
import { readHistory } from "./history.ts";
import { type authorDetailSchema, tradesOf } from "./view.ts";

type ListServices = Pick<TradingServices, "store">;
type DetailServices = Pick<TradingServices, "store" | "config" | "clock" | "dailyPrices" | "log">;

/** What an account that follows an author begins with. */
const startingCents = 10_000_000;

/** Authors by trust descending, as it was last computed. */
export function listAuthors({ store }: ListServices, page: PageRequest): Promise<ListPage<Author>> {
  const { gsi1pk: pk = "" } = store.keys.authorIndex({ username: "", trust_score: 0 });
  return readPage(store, { range: { index: "gsi1", pk, descending: true }, counter: "AUTHORS" }, page, authorSchema);
}

/**
 * One author with what became of an account of $100,000 that followed each of their predictions with its simulated
 * size, beside the S&P 500's closes where they can be had. Throws `NOT_FOUND`.
 */
export async function readAuthorDetail(
  services: DetailServices,
  name: string,
): Promise<z.infer<typeof authorDetailSchema>> {
  const { store, config, clock } = services;
  const author = await store.get(store.keys.author(name), authorSchema);
  if (!author) throw new AppError("NotFound", "NOT_FOUND", "There is no such author.");
  const [history, realm] = await Promise.all([readHistory(store, name), readRealm(services)]);
  const trades = tradesOf(history);
  const curve = equityCurve(startingCents, trades);
  const benchmark = await benchmarkCloses(services, curve, marketNow(config.marketClock, realm, clock));
  return { ...author, ...performanceView({ trades, curve, benchmark }) };
}
