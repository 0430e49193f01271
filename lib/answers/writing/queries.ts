import type { SqlResearch } from "../sql/record.ts";

/** The answer with the queries that its figures may come from below it: they have no citations, and can be run again. */
export function withQueries(answer: string, sql: SqlResearch | undefined): string {
  const asked = (sql?.evidence.queries ?? []).map(({ query }) => query.replaceAll("```", "` ` `"));
  if (asked.length === 0) return answer;
  return [answer, "**Asked of the database:**", ...asked.map((query) => `\`\`\`sql\n${query}\n\`\`\``)].join("\n\n");
}
