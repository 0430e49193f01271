import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { AppError } from "../runtime/errors.ts";
import { put } from "./actions.ts";
import { ifAbsent } from "./expressions.ts";
import type { Store } from "./table.ts";

const placeSchema = z.object({ list: z.string(), after: z.record(z.string(), z.string()) });

/** An opaque place in a list, signed together with the list it belongs to. */
export function writeCursor(secret: Buffer, list: string, after: Record<string, string>): string {
  return signed(secret, Buffer.from(JSON.stringify({ list: sign(secret, list), after })).toString("base64url"));
}

/** The place a cursor stands for. Throws `VALIDATION_ERROR` for anything that this list did not hand out. */
export function readCursor(secret: Buffer, list: string, cursor: string): Record<string, unknown> {
  const [body = ""] = cursor.split(".");
  // Compared as text: several texts decode to the same bytes.
  const [given, expected] = [Buffer.from(cursor), Buffer.from(signed(secret, body))];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw badCursor();
  const place = placeSchema.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
  if (place.list !== sign(secret, list)) throw badCursor();
  return place.after;
}

function badCursor(): AppError {
  return new AppError("InvalidRequest", "VALIDATION_ERROR", "cursor: is not one this list gave to this API key.", {
    details: [{ field: "cursor", problem: "is not one this list gave to this API key" }],
  });
}

function signed(secret: Buffer, body: string): string {
  return `${body}.${sign(secret, body)}`;
}

function sign(secret: Buffer, data: string): string {
  return createHmac("sha256", secret).update(data).digest("base64url");
}

const secretSchema = z.object({ secret: z.string() });
const secrets = new WeakMap<Store, Promise<Buffer>>();

/** Made once per deployment and kept in the table; read once per process. */
export function cursorSecret(store: Store): Promise<Buffer> {
  const known = secrets.get(store);
  if (known) return known;
  const loading = loadSecret(store);
  secrets.set(store, loading);
  loading.catch(() => secrets.delete(store));
  return loading;
}

async function loadSecret(store: Store): Promise<Buffer> {
  const key = store.keys.cursorSecret();
  const stored = await store.get(key, secretSchema);
  if (stored) return Buffer.from(stored.secret, "base64url");
  await store.transact([put({ ...key, secret: randomBytes(32).toString("base64url") }, ifAbsent())]);
  const created = await store.get(key, secretSchema);
  return Buffer.from(created?.secret ?? "", "base64url");
}
