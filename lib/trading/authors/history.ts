import type { Range } from "../../store/ranges.ts";
import type { Store } from "../../store/table.ts";
import { type AppliedResult, appliedResultSchema } from "../predictions/record.ts";

/** All that has entered an author's accuracy, oldest first, read strongly. */
export function readHistory(store: Store, username: string): Promise<AppliedResult[]> {
  return store.queryAll(historyRange(store, username), appliedResultSchema);
}

/** The newest of an author's history. */
export async function readNewestResult(store: Store, username: string): Promise<AppliedResult | undefined> {
  const newest = { ...historyRange(store, username), descending: true, limit: 1 };
  return (await store.query(newest, appliedResultSchema)).items[0];
}

function historyRange({ keys }: Store, username: string): Range {
  return { pk: keys.author(username).pk, prefix: "APPLIED#" };
}
