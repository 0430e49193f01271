import { iso } from "../../runtime/dates.ts";
import { type Action, put } from "../../store/actions.ts";
import { type Report, transactReporting } from "../../store/events.ts";
import { type Condition, ifAbsent, ifUnchanged } from "../../store/expressions.ts";
import type { Keys } from "../../store/keys.ts";
import type { DeskServices } from "../services.ts";
import { type Breaker, type BreakerEvent, breakerEventSchema, breakerSchema, type Happening } from "./record.ts";
import type { Changed } from "./rules.ts";

export type BreakerServices = Pick<DeskServices, "store" | "clock" | "sleep" | "ids" | "log">;

/** As many events as can be read back. */
const keptReadable = 100;

/** Undefined before the engine has made its first pass: nobody has looked whether trading is safe. */
export async function findBreaker({ store }: Pick<DeskServices, "store">): Promise<Breaker | undefined> {
  return store.get(store.keys.breaker(), breakerSchema);
}

/** The writes by which the breaker becomes what it is now, if nobody else changed it, with all that tells of it. */
export function breakerWrites(
  keys: Keys,
  before: Breaker | undefined,
  changed: Changed,
  now: string,
): { actions: Action[]; reports: Report[] } {
  const condition = before ? ifUnchanged("version", before.version, "another look") : ifAbsent("another look");
  return writes(keys, (before?.version ?? 0) + 1, changed, now, condition);
}

function writes(
  keys: Keys,
  version: number,
  { breaker, happened }: Changed,
  now: string,
  condition?: Condition,
): { actions: Action[]; reports: Report[] } {
  const actions: Action[] = [put({ ...keys.breaker(), ...breaker, version }, condition)];
  if (happened) actions.push(put({ ...keys.breakerEvent(version), ...eventOf(happened, version, now) }));
  const { state, trip_reason: reason } = breaker;
  const isTold = happened !== undefined && happened.type !== "condition";
  const data = { is_halted: state !== "closed", reason };
  const report: Report = { channel: "alerts", type: "circuit_breaker", subject_id: "circuit-breaker", data };
  return { actions, reports: isTold ? [report] : [] };
}

function eventOf(happened: Happening, version: number, at: string): BreakerEvent {
  const unsaid = { reason: null, detail: null, authorized_by: null, api_key_id: null };
  return { ...unsaid, ...happened, event_id: String(version), at };
}

/** The breaker as it was stored; undefined where somebody else changed it since `before` was read. */
export async function saveBreaker(
  services: BreakerServices,
  before: Breaker | undefined,
  changed: Changed,
): Promise<Breaker | undefined> {
  const { store, clock, log } = services;
  const { actions, reports } = breakerWrites(store.keys, before, changed, iso(clock.now()));
  if (!(await transactReporting(services, actions, reports)).applied) return undefined;
  if (changed.happened) log.warn("circuit breaker", { ...changed.happened, state: changed.breaker.state });
  return { ...changed.breaker, version: (before?.version ?? 0) + 1 };
}

/** The breaker in the place of a record that cannot be read, numbered on from its last event. */
export async function replaceBreaker(services: BreakerServices, changed: Changed): Promise<Breaker | undefined> {
  const { store, clock, log } = services;
  const version = Number((await readBreakerEvents(services))[0]?.event_id ?? 0) + 1;
  const { actions, reports } = writes(store.keys, version, changed, iso(clock.now()));
  if (!(await transactReporting(services, actions, reports)).applied) return undefined;
  log.error("the record of the circuit breaker could not be read, and was replaced", { ...changed.happened });
  return { ...changed.breaker, version };
}

/** The last hundred events, the newest first. */
export async function readBreakerEvents({ store }: Pick<DeskServices, "store">): Promise<BreakerEvent[]> {
  const { pk, sk: prefix } = store.keys.breakerEvents();
  return (await store.query({ pk, prefix, descending: true, limit: keptReadable }, breakerEventSchema)).items;
}
