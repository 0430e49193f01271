import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { AppError, invalidRequest } from "../runtime/errors.ts";
import { put } from "./actions.ts";
import { ifAbsent } from "./expressions.ts";
import type { Store } from "./table.ts";

const placeSchema = z.object({ list: z.string(), after: z.record(z.string(), z.string()) });

/** An opaque place in a list, signed together with the list it belongs to. Throws `InvalidStoredItem` without a secret. */
export async function writeCursor(store: Store, list: string, after: Record<string, string>): Promise<string> {
  const secret = await findSecret(store);
  if (!secret) throw new AppError("InvalidStoredItem", "DATABASE_ERROR", "The secret of the cursors is missing.");
  return signed(secret, Buffer.from(JSON.stringify({ list: sign(secret, list), after })).toString("base64url"));
}

/** The place a cursor stands for. Throws `VALIDATION_ERROR` for anything that this list did not hand out. */
export async function readCursor(store: Store, list: string, cursor: string): Promise<Record<string, unknown>> {
  const secret = await findSecret(store);
  if (!secret) throw badCursor();
  const [body = ""] = cursor.split(".");
  // Compared as text: several texts decode to the same bytes.
  const [given, expected] = [Buffer.from(cursor), Buffer.from(signed(secret, body))];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw badCursor();
  const place = placeSchema.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
  if (place.list !== sign(secret, list)) throw badCursor();
  return place.after;
}

function badCursor(): AppError {
  return invalidRequest([{ field: "cursor", problem: "is not one this list gave to this API key" }]);
}

function signed(secret: Buffer, body: string): string {
  return `${body}.${sign(secret, body)}`;
}

function sign(secret: Buffer, data: string): string {
  return createHmac("sha256", secret).update(data).digest("base64url");
}

const secretSchema = z.object({ secret: z.string() });
const secrets = new WeakMap<Store, Buffer>();

/**
 * Makes the deployment's secret where there is none yet. Called by what opens a realm, and by the sweep for older ones:
 * the lists, whose roles may only read, find it there before there is anything to list.
 */
export async function ensureCursorSecret(store: Store): Promise<void> {
  if (await findSecret(store)) return;
  const secret = randomBytes(32).toString("base64url");
  await store.transact([put({ ...store.keys.cursorSecret(), secret }, ifAbsent())]);
}

/** The secret cursors are signed with; undefined before a realm was opened, when no list can have given any. */
async function findSecret(store: Store): Promise<Buffer | undefined> {
  const known = secrets.get(store);
  if (known) return known;
  const stored = await store.get(store.keys.cursorSecret(), secretSchema);
  if (!stored) return undefined;
  const secret = Buffer.from(stored.secret, "base64url");
  secrets.set(store, secret);
  return secret;
}
