import { parse } from "csv-parse/sync";

/** The rows of a CSV text by the names of its header; those with another number of cells are left out. */
export function parseCsv(text: string): { columns: string[]; rows: Record<string, string>[] } {
  const lines: string[][] = parse(text, {
    bom: true,
    record_delimiter: ["\r\n", "\n"],
    relax_quotes: true,
    relax_column_count: true,
  });
  const [columns = [], ...others] = lines;
  const whole = others.filter((cells) => cells.length === columns.length);
  return {
    columns,
    rows: whole.map((cells) => Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ""]))),
  };
}
