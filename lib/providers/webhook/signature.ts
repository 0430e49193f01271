import { createHmac } from "node:crypto";

/** The headers that a receiver reads, as they are written in the README. */
export const eventIdHeader = "X-WSB-Event-Id";
export const signatureHeader = "X-WSB-Signature";

/**
 * `t=1764345600,v1=<hex>`: HMAC-SHA256 over `<t>.<body>`. The time of sending is signed too, so that a receiver can refuse
 * what is old, and with it what somebody has recorded and plays again.
 */
export function signatureOf(secret: string, sentAt: Date, body: string): string {
  const seconds = Math.floor(sentAt.getTime() / 1000);
  const digest = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${digest}`;
}
