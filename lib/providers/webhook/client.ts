import type { Clock } from "../../runtime/clock.ts";
import { AppError } from "../../runtime/errors.ts";
import { type Http, HttpFailure, retryAfterSeconds } from "../calls/http.ts";
import { type RetryPolicy, type RetryTools, withRetries } from "../calls/retry.ts";
import { eventIdHeader, signatureHeader, signatureOf } from "./signature.ts";

export interface Message {
  /** The same whenever it is sent again, so that a receiver can drop repeats. */
  id: string;
  body: string;
}

/** Where people want to be told of events. */
export interface Webhook {
  /**
   * Sends a message, as often as `tries` at most. Throws `WebhookUnavailable`, which is retryable where the receiver did
   * not answer or was out of order, and not where it refused.
   */
  send(message: Message, tries: number): Promise<void>;
}

export interface WebhookSettings {
  url: string;
  secret: string;
  timeoutMs: number;
}

export const webhookPolicy: Omit<RetryPolicy, "retries"> = {
  waitsMs: [1_000, 5_000],
  longestWaitMs: 5_000,
  countedAs: "ProviderRetries",
};
/** "Later" in another way than 5xx says it. */
const passingStatuses = new Set([408, 425, 429]);

/** A webhook over HTTP. Each try is signed anew, with its own time. */
export function createWebhook(
  { url, secret, timeoutMs }: WebhookSettings,
  tools: RetryTools & { http: Http; clock: Clock },
): Webhook {
  const { host } = new URL(url);

  async function sendOnce({ id, body }: Message): Promise<void> {
    const { status, headers } = await tools
      .http({
        method: "POST",
        url,
        // Many services put their secret there.
        hasSecretPath: true,
        headers: {
          "content-type": "application/json",
          "user-agent": "wsb-signals",
          [eventIdHeader]: id,
          [signatureHeader]: signatureOf(secret, tools.clock.now(), body),
        },
        body,
        timeoutMs,
      })
      .catch((error: unknown) => {
        if (!(error instanceof HttpFailure)) throw error;
        throw failed(error.message, { retryable: true });
      });
    if (status >= 200 && status < 300) return;
    const retryAfter = retryAfterSeconds(headers, tools.clock.now());
    throw failed(`${host} answered HTTP ${status}`, {
      retryable: status >= 500 || passingStatuses.has(status),
      ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter }),
    });
  }

  return {
    send: (message, tries) => withRetries({ ...webhookPolicy, retries: tries - 1 }, tools, () => sendOnce(message)),
  };
}

function failed(message: string, facts: { retryable: boolean; retryAfterSeconds?: number }): AppError {
  return new AppError("WebhookUnavailable", "WEBHOOK_FAILED", message, facts);
}
