import type { Environment } from "../../runtime/config.ts";
import type { SymbolUniverse } from "./source.ts";
import { createSymbols } from "./universe.ts";

/** The listed symbols: of the files that the environment names, else of the stored directory, else the project's own. */
export async function openSymbols(
  environment: Environment,
  symbolDirectory: () => Promise<string | undefined>,
): Promise<SymbolUniverse> {
  if (environment.SYMBOLS_FILE) return createSymbols({ files: environment.SYMBOLS_FILE.split(",") }).load();
  const directory = await symbolDirectory();
  if (directory === undefined) return createSymbols({ files: [] }).load();
  return createSymbols({ files: ["symbol directory"], read: async () => directory }).load();
}
