import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";
import type { Store } from "./table.ts";

/** Well below the item limit of 400 KB, keys and attribute names included. */
const chunkBytes = 350_000;

const chunkSchema = z.object({ data: z.instanceof(Uint8Array), chunks: z.number().int() });

/**
 * Keeps a JSON value of any size as compressed chunks in the table, under a name that says what it is, until `expiresAt`.
 * The table instead of an object store: the values live for hours, are a few hundred kilobytes, and so share the
 * table's permissions, its local engine and its fault tests. Writing the same name again replaces it.
 */
export async function putArtifact(store: Store, name: string, value: unknown, expiresAt: Date): Promise<void> {
  const packed = gzipSync(JSON.stringify(value));
  const chunks = Math.max(1, Math.ceil(packed.length / chunkBytes));
  const ttl = Math.floor(expiresAt.getTime() / 1000);
  await store.putMany(
    Array.from({ length: chunks }, (_, number) => ({
      ...store.keys.artifactChunk(name, number),
      data: packed.subarray(number * chunkBytes, (number + 1) * chunkBytes),
      chunks,
      ttl,
    })),
  );
}

/** The value, or undefined where the artifact is absent or not whole. */
export async function getArtifact<T>(store: Store, name: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const { pk } = store.keys.artifactChunk(name, 0);
  const stored = await store.queryAll({ pk, prefix: "CHUNK#" }, chunkSchema);
  const total = stored[0]?.chunks ?? 0;
  if (total === 0 || stored.length < total) return undefined;
  const text = unpacked(Buffer.concat(stored.slice(0, total).map((chunk) => chunk.data)));
  return text === undefined ? undefined : schema.parse(JSON.parse(text));
}

/** Undefined where the chunks are of two writings, one of which broke off: the packed form has a checksum. */
function unpacked(packed: Buffer): string | undefined {
  try {
    return gunzipSync(packed).toString("utf8");
  } catch {
    return undefined;
  }
}
