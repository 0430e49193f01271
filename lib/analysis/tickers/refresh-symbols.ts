import type { Http } from "../../providers/calls/http.ts";
import { fetchSymbolDirectory } from "../../providers/symbols/universe.ts";
import type { RunServices } from "../../runs/services.ts";
import { storeDirectory } from "../../store/symbol-directory.ts";

/** Stores today's symbol directory; a download that fails leaves the last good one in place and throws. */
export async function refreshSymbols(services: RunServices & { http: Http }): Promise<void> {
  const { http, config, store, clock, log } = services;
  const baseUrl = config.environment.SYMBOL_DIRECTORY_URL;
  const directory = await fetchSymbolDirectory(http, { baseUrl, timeoutMs: 20_000 });
  await storeDirectory(store, directory, clock.now());
  log.info("symbol directory refreshed", { bytes: directory.length });
}
