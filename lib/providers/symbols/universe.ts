import { readFile } from "node:fs/promises";
import { AppError } from "../../runtime/errors.ts";
import type { Http } from "../calls/http.ts";
import { HttpFailure } from "../calls/http.ts";
import { parseSymbolFile } from "./files.ts";
import { ownSymbols } from "./own-list.ts";
import type { ListedSymbol, SymbolsSource, SymbolUniverse } from "./source.ts";

/** The two files that hold every US listing: NASDAQ's own, and those of all other exchanges. */
const directoryFiles = ["nasdaqlisted.txt", "otherlisted.txt"];

/** A day's directory has some 5,000 rows per file; an error page or half a file has fewer than this. */
const fewestRowsPerFile = 1000;

export interface SymbolsSettings {
  /** Files of the exchanges; empty for the project's own list. */
  files: string[];
  /** How a file's text is got, where it is not on this disk. */
  read?: (file: string) => Promise<string>;
}

/**
 * The listed universe: the given files together, with the nicknames of the project's own list where the symbol exists
 * in them, else that list alone. `load` throws `BadConfiguration` when a file cannot be read or has no known header.
 */
export function createSymbols({ files, read = (file) => readFile(file, "utf8") }: SymbolsSettings): SymbolsSource {
  return {
    async load() {
      if (files.length === 0) return createUniverse(ownSymbols());
      const listed: ListedSymbol[] = [];
      for (const file of files) listed.push(...parseSymbolFile(await textOf(file, read), file));
      return createUniverse(withOwnNicknames(listed));
    },
  };
}

async function textOf(file: string, read: (file: string) => Promise<string>): Promise<string> {
  try {
    return await read(file);
  } catch (error) {
    throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", `The symbol file ${file} cannot be read.`, {
      cause: error,
    });
  }
}

/** A universe over `listed`; of a symbol that occurs twice the first row counts. */
export function createUniverse(listed: readonly ListedSymbol[]): SymbolUniverse {
  const bySymbol = new Map<string, ListedSymbol>();
  for (const row of listed) if (!bySymbol.has(row.symbol)) bySymbol.set(row.symbol, row);
  const all = [...bySymbol.values()];
  return { has: (symbol) => bySymbol.has(symbol), get: (symbol) => bySymbol.get(symbol), all: () => all };
}

/** Files from before the change of name know the company by its old symbol. */
const renamed: Readonly<Record<string, string>> = { FB: "META", SQ: "XYZ", GPS: "GAP" };

function withOwnNicknames(listed: readonly ListedSymbol[]): ListedSymbol[] {
  const own = new Map(ownSymbols().map((row) => [row.symbol, row.nicknames]));
  const symbols = new Set(listed.map((row) => row.symbol));
  return listed.map((row) => {
    const successor = renamed[row.symbol];
    const known = successor && !symbols.has(successor) ? successor : row.symbol;
    return { ...row, nicknames: [...row.nicknames, ...(own.get(known) ?? [])] };
  });
}

/**
 * Downloads the exchanges' daily symbol directory from `baseUrl` (without a slash at its end) and returns both files
 * as one text, which `createSymbols` reads back. Throws a retryable `NotReady` when a file does not come, and one that
 * is not when it is no directory, so that a bad day never replaces a good copy.
 */
export async function fetchSymbolDirectory(
  http: Http,
  { baseUrl, timeoutMs }: { baseUrl: string; timeoutMs: number },
): Promise<string> {
  const texts: string[] = [];
  for (const file of directoryFiles) {
    const text = await download(http, `${baseUrl}/${file}`, timeoutMs);
    const rows = parseSymbolFile(text, file).length;
    if (rows < fewestRowsPerFile) throw notReady(`${file} holds only ${rows} symbols`, false);
    texts.push(text);
  }
  return texts.join("\n");
}

async function download(http: Http, url: string, timeoutMs: number): Promise<string> {
  try {
    const { status, text } = await http({ method: "GET", url, timeoutMs });
    if (status === 200) return text;
    throw notReady(`${url} answered ${status}`, status === 429 || status >= 500);
  } catch (error) {
    if (error instanceof HttpFailure) throw notReady(error.message, true);
    throw error;
  }
}

function notReady(problem: string, retryable: boolean): AppError {
  return new AppError("NotReady", "NOT_READY", `The symbol directory was not refreshed: ${problem}.`, { retryable });
}
