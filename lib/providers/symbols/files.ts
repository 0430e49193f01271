import { parse } from "csv-parse/sync";
import { AppError } from "../../runtime/errors.ts";
import type { ListedSymbol } from "./source.ts";

/** The headings of each known format. The exchanges' own pipe files and the public CSV editions share most of them. */
const symbolHeadings = ["symbol", "act symbol"];
const nameHeadings = ["company name", "security name", "name"];

interface Columns {
  separator: string;
  symbol: number;
  name: number;
  test: number;
  etf: number;
}

/** Units, warrants and preferred series have marks that no one writes in a comment; class shares (`BRK.B`) are kept. */
const listedForm = /^[A-Z]{1,6}(?:\.[A-Z])?$/;

/** What follows a company's name in a security's name. */
const shareClass =
  /(?:\s+-\s.*|[\s,]+(?:class [a-z]\b.*|common (?:stock|shares?)\b.*|ordinary shares?\b.*|(?:american|global) deposit[ao]ry\b.*|depositary shares?\b.*|ads\b.*|units?\b.*|warrants?\b.*|rights?\b.*|subordinate voting\b.*|capital stock\b.*))$/i;

/**
 * The listed symbols of a file in any form the exchanges' directories come in: pipe-separated with a "File Creation
 * Time" trailer, or CSV with quotes. Columns are found by their headings, and a further header line starts a further
 * table, so files may be concatenated. Test issues are left out. Throws `BadConfiguration`, naming `file`, when there is
 * no known header or no row below it.
 */
export function parseSymbolFile(text: string, file: string): ListedSymbol[] {
  const tables: { columns: Columns; lines: string[] }[] = [];
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const columns = columnsOf(line);
    if (columns) tables.push({ columns, lines: [] });
    else tables.at(-1)?.lines.push(line);
  }
  const rows = tables.flatMap(({ columns, lines }) =>
    cellsOf(lines.join("\n"), columns.separator).flatMap((cells) => readRow(cells, columns)),
  );
  if (rows.length > 0) return rows;
  throw new AppError(
    "BadConfiguration",
    "CONFIGURATION_ERROR",
    tables.length > 0
      ? `The symbol file ${file} lists no symbols.`
      : `The symbol file ${file} has no header that is known.`,
  );
}

function columnsOf(line: string): Columns | undefined {
  if (!/symbol/i.test(line)) return undefined;
  const separator = line.includes("|") ? "|" : ",";
  const headings = (cellsOf(line, separator)[0] ?? []).map((heading) => heading.trim().toLowerCase());
  const find = (names: string[]) => headings.findIndex((heading) => names.includes(heading));
  const columns = {
    separator,
    symbol: find(symbolHeadings),
    name: find(nameHeadings),
    test: find(["test issue"]),
    etf: find(["etf"]),
  };
  return columns.symbol === 0 && columns.name > 0 ? columns : undefined;
}

function readRow(cells: readonly string[], columns: Columns): ListedSymbol[] {
  const symbol = (cells[columns.symbol] ?? "").trim().replace("/", ".");
  const security = (cells[columns.name] ?? "").trim();
  const etf = cells[columns.etf]?.trim() === "Y";
  const isTest = cells[columns.test]?.trim() === "Y" || /\btest (?:stock|issue|symbol|common)\b/i.test(security);
  if (!listedForm.test(symbol) || isTest) return [];
  return [{ symbol, name: etf ? security : companyName(security), nicknames: [], etf }];
}

/** "Apple Inc. - Common Stock" → "Apple Inc.". */
function companyName(security: string): string {
  return security.replace(shareClass, "").replace(/[\s,]+$/, "");
}

/** Lines as cells; only in CSV are they quoted. A line with too few or too many is as long as it is. */
function cellsOf(text: string, separator: string): string[][] {
  const isCsv = separator === ",";
  return parse(text, { delimiter: separator, quote: isCsv, relax_quotes: true, relax_column_count: true });
}
