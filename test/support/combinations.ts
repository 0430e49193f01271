import { expect } from "vitest";
import { call } from "./cloud.ts";

/** Every query that gives each parameter one of its values or leaves it out. */
export function combinationsOf(choices: Record<string, readonly string[]>): Record<string, string>[] {
  return Object.entries(choices).reduce<Record<string, string>[]>(
    (queries, [name, values]) =>
      queries.flatMap((query) => [query, ...values.map((value) => ({ ...query, [name]: value }))]),
    [{}],
  );
}

const shortestPage = 15;
/** No list is read in fewer pages, however long it is, unless it is shorter than these together. */
const pages = 4;

/**
 * Asks for all pages of a list, by cursor and by offset, and compares rows, order and totals with what it must hold. Of
 * each row the given fields are compared.
 */
export async function everyPage(file: string, query: Record<string, string>, expected: readonly object[]) {
  const limit = Math.max(shortestPage, Math.ceil(expected.length / pages));
  const page = async (place: Record<string, string>, offset: number) => {
    const answer = await call(file, { query: { ...query, ...place, limit: String(limit) } });
    expect(answer.status).toBe(200);
    expect(answer.body.meta).toMatchObject({ total: expected.length, limit, offset });
    expect(answer.body.meta).not.toHaveProperty("total_is_at_least");
    return answer.body;
  };
  const seen: unknown[] = [];
  let cursor: string | null = null;
  do {
    const { data, meta } = await page(cursor === null ? {} : { cursor }, 0);
    seen.push(...data);
    cursor = meta.next_cursor;
  } while (cursor !== null);
  expect(seen, JSON.stringify(query)).toMatchObject(expected);
  // One page further than the last, which is empty.
  for (let offset = 0; offset < expected.length + limit; offset += limit) {
    const { data } = await page({ offset: String(offset) }, offset);
    expect(data, JSON.stringify(query)).toMatchObject(expected.slice(offset, offset + limit));
  }
}
