/** The rows of a CSV text by the names of its header; quoted cells may hold commas, line ends and doubled quotes. */
export function parseCsv(text: string): { columns: string[]; rows: Record<string, string>[] } {
  const lines = cellsOf(text.replace(/^\uFEFF/, ""));
  const columns = lines.shift() ?? [];
  const whole = lines.filter((cells) => cells.length === columns.length);
  return {
    columns,
    rows: whole.map((cells) => Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ""]))),
  };
}

function cellsOf(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let ended = true;
  for (const [, quoted, bare = "", separator] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    if (ended && separator === "" && bare === "" && quoted === undefined) break;
    line.push(quoted?.replaceAll('""', '"') ?? bare);
    ended = separator !== ",";
    if (!ended) continue;
    lines.push(line);
    line = [];
    if (separator === "") break;
  }
  return lines;
}
