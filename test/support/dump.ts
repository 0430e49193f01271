import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { Store } from "../../lib/store/table.ts";

/** What may differ between a run without faults and one that was taken up again (DESIGN section 10). */
const passing = new Set([
  "attempt",
  "attempt_started_at",
  "llm_prompt_tokens",
  "llm_completion_tokens",
  "llm_cost_micro_usd",
  "ttl",
]);

/** Everything of a realm in a form to compare: without its name, without run ids, without what may differ. */
export async function dump(store: Store, realm: string, runIds: readonly string[]): Promise<string[]> {
  const items: Record<string, unknown>[] = [];
  let last: Record<string, unknown> | undefined;
  do {
    const page = await store.client.send(
      new ScanCommand({ TableName: store.tableName, ConsistentRead: true, ExclusiveStartKey: last }),
    );
    items.push(...(page.Items ?? []));
    last = page.LastEvaluatedKey;
  } while (last !== undefined);
  return items
    .filter((item) => String(item.pk).startsWith(`${realm}#`) && !String(item.pk).startsWith(`${realm}#SPEND`))
    .map((item) => canonical(item, realm, runIds))
    .toSorted();
}

function canonical(item: Record<string, unknown>, realm: string, runIds: readonly string[]): string {
  const kept = Object.entries(item)
    .filter(([name]) => !passing.has(name))
    .map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const text = JSON.stringify(Object.fromEntries(kept)).replaceAll(`"${realm}#`, '"#');
  return runIds.reduce((result, id, index) => result.replaceAll(id, `RUN-${index}`), text);
}
