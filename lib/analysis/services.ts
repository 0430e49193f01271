import type { TokenPrices } from "../providers/openai/cost.ts";
import type { Model } from "../providers/openai/model.ts";
import type { RedditSource } from "../providers/reddit/source.ts";
import type { SymbolUniverse } from "../providers/symbols/source.ts";
import type { RunServices } from "../runs/services.ts";

/** What the phases of an analysis need beside the lifecycle. Providers are built at their first use, once. */
export interface AnalysisServices extends RunServices {
  reddit(): Promise<RedditSource>;
  model(): Promise<Model>;
  symbols(): Promise<SymbolUniverse>;
  prices: TokenPrices;
}
