/** A column of the export: what it is called, what it means, and how it is read out of what the API shows. */
export interface Column<Shown> {
  name: string;
  type: "TEXT" | "INTEGER" | "REAL";
  meaning: string;
  of(shown: Shown): string | number | null;
}

/** A table of the export. What it is made of is known to its columns alone. */
export interface Table<Shown> {
  name: string;
  meaning: string;
  /** By column, the table whose rows it names. */
  references?: Record<string, string>;
  /** The first one is the key. */
  columns: readonly Column<Shown>[];
}

export function text<Shown>(name: string, meaning: string, of: (shown: Shown) => string | null): Column<Shown> {
  return { name, type: "TEXT", meaning, of };
}

export function whole<Shown>(name: string, meaning: string, of: (shown: Shown) => number | null): Column<Shown> {
  return { name, type: "INTEGER", meaning, of };
}

export function real<Shown>(name: string, meaning: string, of: (shown: Shown) => number | null): Column<Shown> {
  return { name, type: "REAL", meaning, of };
}

/** SQLite has no truth values. */
export function flag<Shown>(name: string, meaning: string, of: (shown: Shown) => boolean | null): Column<Shown> {
  const number = (shown: Shown) => {
    const value = of(shown);
    return value === null ? null : Number(value);
  };
  return { name, type: "INTEGER", meaning: `1 yes, 0 no. ${meaning}`, of: number };
}

/** Money, which the API shows in dollars with two decimals: in cents it can be added up without an error. */
export function money<Shown>(name: string, meaning: string, of: (shown: Shown) => number | null): Column<Shown> {
  const cents = (shown: Shown) => {
    const dollars = of(shown);
    return dollars === null ? null : Math.round(dollars * 100);
  };
  return { name: `${name}_cents`, type: "INTEGER", meaning: `In US cents. ${meaning}`, of: cents };
}
