import { renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Table } from "./columns.ts";

/** A table with what goes into it. */
export interface Filled {
  table: Table<never>;
  rows: readonly (readonly (string | number | null)[])[];
}

export function filled<Shown>(table: Table<Shown>, shown: readonly Shown[]): Filled {
  return { table, rows: shown.map((each) => table.columns.map(({ of }) => of(each))) };
}

/**
 * Writes these tables into a new file of SQLite and puts it in the place of the old one, which readers have until then.
 * A table `documentation` says what each table (without a column) and each column means.
 */
export function writeDatabase(file: string, tables: readonly Filled[]): void {
  const unfinished = `${file}.${process.pid}.unfinished`;
  rmSync(unfinished, { force: true });
  try {
    // Rows may name others that were made after those were read.
    const database = new DatabaseSync(unfinished, { enableForeignKeyConstraints: false });
    database.exec("PRAGMA journal_mode = OFF; BEGIN");
    for (const each of [...tables, documentation(tables.map(({ table }) => table))]) fill(database, each);
    database.exec("COMMIT");
    database.close();
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function fill(database: DatabaseSync, { table: { name, columns, references = {} }, rows }: Filled): void {
  const [first] = columns;
  const defined = columns.map((column) => {
    const key = column === first && name !== "documentation" ? " PRIMARY KEY NOT NULL" : "";
    const other = references[column.name];
    return `${column.name} ${column.type}${key}${other === undefined ? "" : ` REFERENCES ${other}`}`;
  });
  database.exec(`CREATE TABLE ${name} (${defined.join(", ")})`);
  // A list that changes while it is read may show a row twice.
  const insert = database.prepare(`INSERT OR REPLACE INTO ${name} VALUES (${columns.map(() => "?").join(", ")})`);
  for (const row of rows) insert.run(...row);
}

interface Meaning {
  table: string;
  column: string | null;
  meaning: string;
}

function documentation(tables: readonly Table<never>[]): Filled {
  const meanings = tables.flatMap(({ name, meaning, columns }): Meaning[] => [
    { table: name, column: null, meaning },
    ...columns.map((column) => ({ table: name, column: column.name, meaning: column.meaning })),
  ]);
  return filled<Meaning>(
    {
      name: "documentation",
      meaning: "",
      columns: [
        { name: "table_name", type: "TEXT", meaning: "", of: ({ table }) => table },
        { name: "column_name", type: "TEXT", meaning: "", of: ({ column }) => column },
        { name: "meaning", type: "TEXT", meaning: "", of: ({ meaning }) => meaning },
      ],
    },
    meanings,
  );
}
