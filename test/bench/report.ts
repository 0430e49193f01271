/** Samples of one measurement, in milliseconds. */
export interface Row {
  what: string;
  samples: readonly number[];
}

/** A promise held against what was measured. A broken `budget` ends the bench with code 1; an `aim` is only shown. */
export interface Judgement {
  kind: "budget" | "aim";
  holds: boolean;
  sentence: string;
}

export interface Section {
  rows: Row[];
  /** What does not fit the table of percentiles. */
  lines?: string[];
  judgements: Judgement[];
}

/** By the nearest rank; `share` from 0 to 1. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

export function atMost(kind: Judgement["kind"], what: string, value: number, limit: number, unit = ""): Judgement {
  return { kind, holds: value <= limit, sentence: `${what}: ${rounded(value)}${unit}, at most ${limit}${unit}` };
}

/** Only ratios inside one run say something about the code: machines differ. */
export function ratioAtMost(what: string, large: readonly number[], small: readonly number[], limit: number) {
  return atMost("budget", `${what}, ratio of medians`, median(large) / median(small), limit);
}

export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ what, samples }) => [
    what,
    String(samples.length),
    ...[0.5, 0.95, 0.99].map((share) => duration(percentile(samples, share))),
  ]);
  return aligned([["", "n", "p50", "p95", "p99"], ...cells]).join("\n");
}

/** Lines with the first column to the left and the others to the right. */
export function aligned(cells: readonly (readonly string[])[]): string[] {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
}

export function verdict({ kind, holds, sentence }: Judgement): string {
  return `${holds ? "ok    " : kind === "budget" ? "BROKEN" : "missed"}  ${kind}  ${sentence}`;
}

function duration(ms: number): string {
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
