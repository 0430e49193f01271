import type * as z from "zod";
import { authorSchema } from "../../analysis/authors/author.ts";
import { readPopulation } from "../../analysis/authors/stored-population.ts";
import { marketNow } from "../../realm/market-time.ts";
import { readRealm } from "../../realm/state.ts";
import { AppError } from "../../runtime/errors.ts";
import { type ListPage, type PageRequest, readPage } from "../../store/lists.ts";
import type { Range } from "../../store/ranges.ts";
import { benchmarkCloses } from "../performance/portfolio.ts";
import { equityCurve, performanceView } from "../performance/view.ts";
import type { TradingServices } from "../services.ts";
import { followedTrades, sizing, startingCents } from "./account.ts";
import { countedResults } from "./figures.ts";
import { readHistory } from "./history.ts";
import {
  type authorDetailSchema,
  authorView,
  type authorViewSchema,
  skillsMeta,
  type skillsMetaSchema,
} from "./view.ts";

type ListServices = Pick<TradingServices, "store">;
type DetailServices = Pick<TradingServices, "store" | "config" | "clock" | "dailyPrices" | "log">;

interface Authors {
  page: ListPage<z.infer<typeof authorViewSchema>>;
  skills: z.infer<typeof skillsMetaSchema>;
}

/**
 * Authors by trust or by skill descending, in the order in which the last run left them; of whom no skill is known come
 * last. What is shown of skill is of now.
 */
export async function listAuthors(
  { store }: ListServices,
  { sort, ...page }: PageRequest & { sort: "trust" | "skill" },
): Promise<Authors> {
  const places = store.keys.authorIndex({ username: "", trust_score: 0 });
  const range: Range = sort === "skill" ? { index: "gsi2", pk: places.gsi2pk } : { index: "gsi1", pk: places.gsi1pk };
  const [found, population] = await Promise.all([
    readPage(store, { range: { ...range, descending: true }, counter: "AUTHORS" }, page, authorSchema),
    readPopulation(store),
  ]);
  const items = found.items.map((author) => authorView(author, population));
  return { page: { ...found, items }, skills: skillsMeta(population) };
}

/**
 * One author with what became of an account of $100,000 that followed each of their results that count, beside the
 * S&P 500's closes where they can be had. Throws `NOT_FOUND`.
 */
export async function readAuthorDetail(
  services: DetailServices,
  name: string,
): Promise<z.infer<typeof authorDetailSchema>> {
  const { store, config, clock } = services;
  const author = await store.get(store.keys.author(name), authorSchema);
  if (!author) throw new AppError("NotFound", "NOT_FOUND", "There is no such author.");
  const [history, realm, population] = await Promise.all([
    readHistory(store, name),
    readRealm(services),
    readPopulation(store),
  ]);
  const trades = followedTrades(countedResults(history));
  const curve = equityCurve(startingCents, trades);
  const benchmark = await benchmarkCloses(services, curve, marketNow(config.marketClock, realm, clock));
  const performance = performanceView({ trades, curve, benchmark });
  return { ...authorView(author, population), ...performance, equity_curve_sizing: sizing };
}
