import { analysis } from "./analysis.ts";
import { answers } from "./answers.ts";
import { bundles } from "./bundles.ts";
import { desk } from "./desk.ts";
import { gateway } from "./gateway.ts";
import { poll, signals } from "./lists.ts";
import { type Section, table, verdict } from "./report.ts";
import { start, startup } from "./start.ts";
import { trading } from "./trading.ts";

/** `npm run bench`, or `npm run bench -- startup poll` for some sections. Exit code 1 where a budget is broken. */
const sections: Record<string, () => Promise<Section>> = {
  startup,
  start,
  poll,
  gateway,
  signals,
  analysis,
  trading,
  desk,
  answers,
  bundles,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(sections, name));
if (unknown.length > 0) {
  console.error(`There is no section ${unknown.join(", ")}; there are ${Object.keys(sections).join(", ")}.`);
  process.exit(1);
}

const measured: Section[] = [];
for (const [name, measure] of Object.entries(sections)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.error(`measuring ${name} …`);
  measured.push(await measure());
}
const rows = measured.flatMap((section) => section.rows);
if (rows.length > 0) console.log(`\n${table(rows)}`);
for (const { lines } of measured) if (lines) console.log(`\n${lines.join("\n")}`);
const judgements = measured.flatMap((section) => section.judgements);
console.log(`\n${judgements.map(verdict).join("\n")}`);
process.exit(judgements.some(({ kind, holds }) => kind === "budget" && !holds) ? 1 : 0);
