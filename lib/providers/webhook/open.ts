import type { Clock } from "../../runtime/clock.ts";
import type { Environment } from "../../runtime/config.ts";
import { AppError } from "../../runtime/errors.ts";
import type { Credentials } from "../aws/secrets.ts";
import type { Http } from "../calls/http.ts";
import type { RetryTools } from "../calls/retry.ts";
import { createWebhook, type Webhook } from "./client.ts";

/** How long a receiver is given for one answer. */
export const webhookPatienceMs = 5_000;
/** As many characters as the digest has bytes. */
const shortestSecret = 32;

/** The webhook of the environment; undefined where it names none. Throws `BadConfiguration` without a good secret. */
export async function openWebhook(
  { WEBHOOK_URL: url }: Environment,
  credentials: () => Promise<Credentials>,
  tools: RetryTools & { http: Http; clock: Clock },
): Promise<Webhook | undefined> {
  if (url === undefined) return undefined;
  const { WEBHOOK_SECRET: secret = "" } = await credentials();
  checkWebhookSecret(secret);
  return createWebhook({ url, secret, timeoutMs: webhookPatienceMs }, tools);
}

/** Throws `BadConfiguration` for a secret that could be guessed. */
export function checkWebhookSecret(secret: string): void {
  if (secret.length >= shortestSecret) return;
  const problem = `WEBHOOK_SECRET must have at least ${shortestSecret} characters where WEBHOOK_URL is set.`;
  throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", problem);
}
