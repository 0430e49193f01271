import type { SqlSource } from "../../providers/sql/source.ts";
import type { SqlResearcherReply } from "../roles/replies.ts";
import type { FailedQuery } from "./record.ts";

/** What the SQL researcher is told for one plan. */
export interface SqlResearcherInput {
  question: string;
  /** The database in words: tables, columns, types, meanings, keys. */
  schema: string;
  /** What the rounds before have found, in short; empty in the first. A later plan may be empty: there is enough. */
  found: string;
  /** Queries of this plan that did not work: to be sent again corrected, each under its own id, and nothing else. */
  problems: FailedQuery[];
}

/** What SQL research works with. */
export interface SqlResearchTools {
  source: SqlSource;
  ask(input: SqlResearcherInput): Promise<SqlResearcherReply>;
}
