/** Texts, quoted names and comments of both dialects, in which no character means anything to SQL. */
const opaque = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;
const longest = 20_000;

/**
 * What a plan's query comes to as text: without comments before it and semicolons behind it, or why it is refused. This is
 * to answer the model early and in clear words. What protects the data is the database, which refuses to write; and which
 * tables and columns there are the database says too, when it prepares the query (`SqlSource.check`): it knows its own
 * dialect, and no parser knows both.
 */
export function checkQuery(text: string): { sql: string } | { problem: string } {
  // As long as the text, so that places in it are places in the text.
  const masked = text.replace(opaque, (part) => (/^(--|\/\*)/.test(part) ? " " : "x").repeat(part.length));
  const start = masked.length - masked.trimStart().length;
  const end = masked.replace(/[;\s]+$/, "").length;
  if (end <= start) return { problem: "The query is empty." };
  if (end - start > longest) return { problem: `The query is longer than ${longest} characters.` };
  const bare = masked.slice(start, end);
  if (bare.includes(";")) return { problem: "Only one statement is allowed." };
  if (!/^(select|with)\b/i.test(bare)) return { problem: "Only SELECT and WITH … SELECT are allowed." };
  if (!/\bselect\b/i.test(bare)) return { problem: "A WITH must end in a SELECT." };
  return { sql: text.slice(start, end) };
}
