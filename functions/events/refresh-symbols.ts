import { refreshSymbols } from "../../lib/analysis/tickers/refresh-symbols.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

/** Daily: the exchanges' symbol directory, for checking tickers. */
export const handler = onEvent(loadServices, refreshSymbols);
