import type { ListedSymbol, SymbolUniverse } from "../../providers/symbols/source.ts";

export interface TickerNames {
  /** The symbol of a nickname or company name in any letter case; undefined where there is none. */
  find(name: string): string | undefined;
  /** Lower-case nicknames, recognised in any letter case. */
  nicknames: ReadonlyMap<string, string>;
  /** Company names as written ("Plug Power"), without legal form. */
  companies: ReadonlyMap<string, string>;
}

const legalForm =
  /(?:[\s,]+(?:\(the\)|the|inc\.?|incorporated|corp\.?|corporation|co\.?|company|companies|ltd\.?|limited|plc|p\.l\.c\.?|holdings?|group|n\.?v\.?|s\.?a\.?|s\.?e\.?|ag|a\/s|ab|l\.?p\.?|llc|trust|new|bancorp|\.com|&))+$/i;

const byUniverse = new WeakMap<SymbolUniverse, TickerNames>();

/** The names of a universe's symbols, worked out once per universe (spec ai 4.3). */
export function tickerNames(universe: SymbolUniverse): TickerNames {
  const known = byUniverse.get(universe);
  if (known) return known;
  const nicknames = new Map<string, string>();
  const companies = new Map<string, string>();
  const anyCase = new Map<string, string>();
  // Warrants, units and rights bear their company's name too; the share has the shortest symbol.
  for (const row of [...universe.all()].sort((a, b) => a.symbol.length - b.symbol.length)) {
    for (const nickname of row.nicknames) addFirst(nicknames, nickname, row.symbol);
    const company = companyOf(row);
    if (company === undefined) continue;
    addFirst(companies, company, row.symbol);
    addFirst(anyCase, company.toLowerCase(), row.symbol);
  }
  const names: TickerNames = {
    nicknames,
    companies,
    find: (name) => nicknames.get(name.toLowerCase()) ?? anyCase.get(name.toLowerCase()),
  };
  byUniverse.set(universe, names);
  return names;
}

function addFirst(names: Map<string, string>, name: string, symbol: string): void {
  if (!names.has(name)) names.set(name, symbol);
}

/** "Plug Power, Inc." → "Plug Power". Fund names are descriptions, no one's name for the fund. */
function companyOf({ name, etf }: ListedSymbol): string | undefined {
  if (etf || / (?:fund|etf|etn|notes|debentures?|acquisition) ?/i.test(name)) return undefined;
  const company = name
    .replaceAll("’", "'")
    .replace(/\s*\(the\)\s*$/i, "")
    .replace(legalForm, "")
    .trim();
  return company.length >= 3 ? company : undefined;
}
