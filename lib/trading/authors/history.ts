import type { Store } from "../../store/table.ts";
import { type AppliedResult, appliedResultSchema } from "../predictions/record.ts";

/** All that has entered an author's accuracy, oldest first, read strongly. */
export function readHistory(store: Store, username: string): Promise<AppliedResult[]> {
  return store.queryAll({ pk: store.keys.author(username).pk, prefix: "APPLIED#" }, appliedResultSchema);
}
