import { type MarkdownEvidence, markdownEvidenceSchema } from "../research/record.ts";
import { type SqlResearch, sqlResearchSchema } from "../sql/record.ts";
import type { Kept } from "./kept.ts";
import { artifacts, work } from "./names.ts";
import { type Decision, type Documents, type Draft, decisionSchema, documentsSchema, draftSchema } from "./record.ts";

/** All that the states of a run have left so far. */
export interface Parts {
  documents: Documents | undefined;
  markdown: MarkdownEvidence | undefined;
  sql: SqlResearch | undefined;
  decisions: Decision[];
  drafts: Draft[];
}

export async function readParts(kept: Kept): Promise<Parts> {
  const [documents, markdown, decisions, drafts] = await Promise.all([
    kept.find(work.documents, documentsSchema),
    kept.find(artifacts.markdown_excerpts, markdownEvidenceSchema),
    kept.series(work.decision, decisionSchema),
    kept.series(work.draft, draftSchema),
  ]);
  return { documents, markdown, decisions, drafts, sql: await latestSql(kept, decisions.length + 1) };
}

/** Of the newest round that asked the source; each goes on from the one before. */
export async function latestSql(kept: Kept, round: number): Promise<SqlResearch | undefined> {
  for (let each = round; each > 0; each--) {
    const found = await kept.find(work.sql(each), sqlResearchSchema);
    if (found) return found;
  }
  return undefined;
}
