import { refreshSymbols } from "../../lib/analysis/symbol-refresh.ts";
import { loadServices } from "../../lib/services.ts";

/** Daily: the exchanges' symbol directory, for checking tickers. */
export const handler = async (): Promise<void> => refreshSymbols(loadServices());
