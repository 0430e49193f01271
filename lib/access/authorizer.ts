import { createHash, timingSafeEqual } from "node:crypto";
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import * as z from "zod";
import { rights } from "../http/rights.ts";
import { AppError } from "../runtime/errors.ts";

/** What is stored of a key: its digest is the item's sort key. */
export const apiKeySchema = z.object({
  sk: z.string(),
  id: z.string(),
  label: z.string(),
  /** Keys that were stored before there were rights have all of them. */
  rights: z.enum(rights).default("trade"),
  created_at: z.string(),
  revoked_at: z.string().nullable().default(null),
});
export type StoredApiKey = z.infer<typeof apiKeySchema>;

const forbiddenKeys = new Set(["default-token-change-me", "change-me", "secret", "password", "token", "test", "admin"]);

/** Refuses keys that are too weak to be one (spec orders 2.1). Throws `BadConfiguration`. */
export function checkNewKey(key: string): void {
  const problem =
    key.length < 32 || forbiddenKeys.has(key.toLowerCase())
      ? "must have at least 32 characters"
      : /^[\x21-\x7e]+$/.test(key)
        ? undefined
        : "must consist of visible ASCII characters";
  if (problem) throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", `Bad setting: API_KEY ${problem}.`);
}

/** SHA-256, hexadecimal. Keys are random and long, so no salt and no slow hash is needed. */
export function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/**
 * The key a request carries: `X-API-Key`, or `Authorization: Bearer …` as an equal alternative; two different ones are
 * none. Reads whatever a gateway may hand over, and never throws.
 */
export function keyOf(
  event: Pick<APIGatewayRequestAuthorizerEvent, "headers" | "multiValueHeaders">,
): string | undefined {
  const values = new Set<string>();
  const collect = (name: string, value: unknown) => {
    if (typeof value !== "string" || value.length > 1_000) return;
    if (name.toLowerCase() === "x-api-key") values.add(value);
    const bearer = name.toLowerCase() === "authorization" ? /^Bearer (\S+)$/i.exec(value)?.[1] : undefined;
    if (bearer !== undefined) values.add(bearer);
  };
  for (const [name, value] of Object.entries(event.headers ?? {})) collect(name, value);
  for (const [name, list] of Object.entries(event.multiValueHeaders ?? {})) {
    for (const value of list ?? []) collect(name, value);
  }
  return values.size === 1 ? [...values][0] : undefined;
}

/**
 * How long a container trusts what it read about a key. API Gateway keeps the answer as long again (`resultTtlInSeconds`
 * in serverless.yml); a revoked key is refused after both at the latest.
 */
export const trustedMs = 30_000;

export interface KeyRing {
  /** The stored key with this digest. */
  find(digest: string): Promise<StoredApiKey | undefined>;
  nowMs(): number;
}

/**
 * The authorizer: answers with a policy for the whole API (a cached policy for one method would refuse the others), and
 * with the rights of the key, which `endpoint()` holds against its contract: so a key that is unknown is told from one that
 * may not. A refusal is a policy too, because API Gateway keeps policies and no errors; a gateway response makes it a 401.
 */
export function authorizer(load: () => KeyRing) {
  const known = new Map<string, { key: StoredApiKey | undefined; atMs: number }>();
  return async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const key = keyOf(event);
    if (key === undefined) return refusal(event);
    const ring = load();
    const digest = digestOf(key);
    let entry = known.get(digest);
    if (entry === undefined || ring.nowMs() - entry.atMs > trustedMs) {
      entry = { key: await ring.find(digest), atMs: ring.nowMs() };
      // Wrong keys are not remembered: guesses must not fill the memory.
      if (entry.key) known.set(digest, entry);
    }
    const stored = entry.key;
    if (!stored || stored.revoked_at !== null || !sameDigest(stored.sk, digest)) return refusal(event);
    const context = { apiKeyId: stored.id, rights: stored.rights };
    return { principalId: stored.id, context, policyDocument: policy("Allow", event) };
  };
}

function refusal(event: APIGatewayRequestAuthorizerEvent): APIGatewayAuthorizerResult {
  return { principalId: "unknown", policyDocument: policy("Deny", event) };
}

function policy(Effect: "Allow" | "Deny", { methodArn }: APIGatewayRequestAuthorizerEvent) {
  return {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect, Resource: wholeApi(methodArn) }],
  };
}

function sameDigest(stored: string, given: string): boolean {
  const [a, b] = [Buffer.from(stored), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `arn:…:api-id/stage/GET/runs` → `arn:…:api-id/stage/*`. */
function wholeApi(methodArn: string): string {
  return `${methodArn.split("/").slice(0, 2).join("/")}/*`;
}
