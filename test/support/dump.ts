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

/**
 * Everything of a realm in a form to compare: without its name, without run ids, without what may differ. Events are left
 * out: they are the history of a run, and one that was taken up again has another.
 */
export async function dump(store: Store, realm: string, runIds: readonly string[]): Promise<string[]> {
  const items: Record<string, unknown>[] = [];
  let last: Record<string, unknown> | undefined;
  do {
    const page = await store.client.send(
      new ScanCommand({
        TableName: store.tableName,
        ConsistentRead: true,
        ExclusiveStartKey: last,
        // Tests of one file share a table; what the other realms hold is not even sent.
        FilterExpression: "begins_with(pk, :realm)",
        ExpressionAttributeValues: { ":realm": `${realm}#` },
      }),
    );
    items.push(...(page.Items ?? []));
    last = page.LastEvaluatedKey;
  } while (last !== undefined);
  return items
    .filter(({ pk }) => ![`${realm}#SPEND`, `${realm}#EVENTS`].some((left) => String(pk).startsWith(left)))
    .map((item) => canonical(item, realm, runIds))
    .toSorted();
}

function canonical(item: Record<string, unknown>, realm: string, runIds: readonly string[]): string {
  const kept = Object.fromEntries(Object.entries(item).filter(([name]) => !passing.has(name)));
  const text = JSON.stringify(sorted(kept)).replaceAll(`"${realm}#`, '"#');
  return runIds.reduce((result, id, index) => result.replaceAll(id, `RUN-${index}`), text);
}

/** Engines hand out the members of a map in any order. */
function sorted(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
