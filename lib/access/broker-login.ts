import { createHash } from "node:crypto";
import * as z from "zod";
import { authStatus } from "../providers/schwab/login.ts";
import { iso } from "../runtime/dates.ts";
import { isAppError } from "../runtime/errors.ts";
import { put, remove } from "../store/actions.ts";
import { ifPresent } from "../store/expressions.ts";
import type { TradingServices } from "../trading/services.ts";

/** How long a login that was started may take. */
const stateMs = 10 * 60_000;
/** What a stranger's text may take of a page. */
const longestQuote = 200;

export const brokerStatusSchema = z
  .object({
    status: z.enum(["healthy", "warning", "expired", "not_configured"]),
    warning: z.boolean(),
    access_token_expires_at: z.string().nullable(),
    refresh_token_expires_at: z.string().nullable(),
  })
  .meta({ id: "BrokerStatus" });

const startedLoginSchema = z.object({ expires_at: z.string() });

// The broker adds what it likes. What is given twice, or is longer than an address can be, is as good as absent.
const word = z
  .string()
  .regex(/^[\x20-\x7e]{0,3000}$/)
  .optional()
  .catch(undefined);

/** With what the broker sends a browser back. */
export const brokerReplySchema = z.looseObject({ code: word, state: word, error: word, error_description: word });
type BrokerReply = z.infer<typeof brokerReplySchema>;

/** How a login ended, in words for the person at the browser. */
export interface LoginResult {
  outcome: "done" | "refused" | "failed";
  title: string;
  text: string;
}

/** Spec api 9: how long the broker's login lasts. The broker is not asked. Throws `NotReady`. */
export async function readBrokerStatus(services: TradingServices): Promise<z.infer<typeof brokerStatusSchema>> {
  const vault = await services.tokenVault();
  return authStatus(await vault.read(), services.clock.now());
}

/** The address of the broker's consent page, with a state that is good once and for ten minutes. Throws `NotReady`. */
export async function startBrokerLogin(services: TradingServices): Promise<{ url: string }> {
  const { store, clock, ids } = services;
  const state = ids.uuid();
  const url = await services.brokerConsentUrl(state);
  const expiresAt = new Date(clock.now().getTime() + stateMs);
  const ttl = Math.ceil(expiresAt.getTime() / 1000);
  await store.transact([put({ ...store.keys.brokerLogin(digestOf(state)), expires_at: iso(expiresAt), ttl })]);
  return { url };
}

/** Exchanges the code that the broker sent for tokens, if the login was started here. Every state is used up by it. */
export async function finishBrokerLogin(services: TradingServices, reply: BrokerReply): Promise<LoginResult> {
  const isOurs = reply.state !== undefined && (await consumeState(services, reply.state));
  if (reply.error) return refused(`Schwab answered: ${quoted(reply)}`);
  if (!isOurs) return refused("It was not started here, is used up, or took longer than ten minutes.");
  if (!reply.code) return refused("Schwab sent no code.");
  try {
    const broker = await services.broker();
    await broker.auth.login(reply.code);
    const { refresh_token_expires_at: until } = await readBrokerStatus(services);
    services.log.info("logged in to Schwab", { until });
    return { outcome: "done", title: "Logged in to Schwab", text: `The login lasts until ${until}.` };
  } catch (error) {
    if (!isAppError(error)) throw error;
    services.log.error("the login to Schwab failed", { error });
    return { outcome: "failed", title, text: `${error.message.replace(/\.?$/, ".")} ${again}` };
  }
}

/** Whether the state was stored by us, unused and in time. Time decides, because a TTL removes items days later. */
async function consumeState({ store, clock }: TradingServices, state: string): Promise<boolean> {
  const key = store.keys.brokerLogin(digestOf(state));
  const started = await store.get(key, startedLoginSchema);
  if (started === undefined) return false;
  const removed = await store.transact([remove(key, ifPresent())]);
  return removed.applied && started.expires_at > iso(clock.now());
}

const title = "Not logged in to Schwab";
const again = "Start the login again.";

function refused(problem: string): LoginResult {
  return { outcome: "refused", title, text: `${problem} ${again}` };
}

function quoted({ error = "", error_description }: BrokerReply): string {
  const text = error_description ? `${error} (${error_description})` : error;
  return `${text.slice(0, longestQuote)}.`;
}

/** Only digests are stored: who can read the table cannot finish somebody's login. */
function digestOf(state: string): string {
  return createHash("sha256").update(state).digest("hex");
}
