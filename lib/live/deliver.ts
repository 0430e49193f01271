import type { PostOutcome } from "../providers/aws/peers.ts";
import { iso } from "../runtime/dates.ts";
import type { Log } from "../runtime/logger.ts";
import { isOn } from "./channels.ts";
import { greetingOf, resumedFrame } from "./frames.ts";
import type { EventPage } from "./pages.ts";
import type { Connection, ConnectionCursor } from "./record.ts";

/** For how long who was late is left alone: nobody else is to wait for it again and again. */
const pauseMs = 1_000;
/** A gateway may not know a connection for a moment after it was made. */
const youngMs = 5_000;

/** What the deliveries of one pass share. */
export interface Pass {
  /** The newest event that is sent. */
  newest: number;
  /** Until when to begin with another message, in milliseconds. */
  until: number;
  now(): Date;
  pageAfter(after: number): Promise<EventPage>;
  post(connectionId: string, message: string): Promise<PostOutcome>;
  log: Log;
}

/**
 * How a connection came out of a pass: `served` with all there was; `unfinished`: there is more for it; `paused`: there is,
 * and it is left alone for a while; `unknown`: its gateway does not know it yet; `gone`: it is over.
 */
export interface Delivered {
  state: "served" | "unfinished" | "paused" | "unknown" | "gone";
  cursor: ConnectionCursor;
  isChanged: boolean;
}

/** Sends a connection what is due to it, one message after the other. Never throws for the sake of the others. */
export async function deliver(pass: Pass, connection: Connection, stored?: ConnectionCursor): Promise<Delivered> {
  const cursor = cursorOf(connection, stored);
  const state = await go(pass, connection, cursor).catch((error: unknown) => {
    pass.log.error("a client of the feed could not be sent to", { connectionId: connection.connection_id, error });
    return pause(pass, cursor);
  });
  return { state, cursor, isChanged: JSON.stringify(cursor) !== JSON.stringify(stored) };
}

/** Where it was. */
function cursorOf({ connection_id, after, ttl }: Connection, stored?: ConnectionCursor): ConnectionCursor {
  return stored ? { ...stored } : { connection_id, after, resumes: 0, greeted: false, paused_until: 0, ttl };
}

type State = Delivered["state"];

/** Moves the cursor over what was sent, and over what was not for this connection. */
async function go(pass: Pass, connection: Connection, cursor: ConnectionCursor): Promise<State> {
  const asksToGoOn = cursor.resumes !== connection.resumes;
  // Who asks is awake.
  if (!asksToGoOn && cursor.paused_until > pass.now().getTime()) {
    return cursor.after < pass.newest ? "paused" : "served";
  }
  const stopped =
    (cursor.greeted ? undefined : await greet(pass, connection, cursor)) ??
    (asksToGoOn ? await resume(pass, connection, cursor) : undefined);
  return stopped ?? sendAll(pass, connection, cursor);
}

/** Goes on where the client asked to, and says so: what it was sent before that may have left something out. */
async function resume(pass: Pass, connection: Connection, cursor: ConnectionCursor): Promise<State | undefined> {
  const { newest } = pass;
  const { after, resumes } = connection;
  const { missed } = await pass.pageAfter(after);
  const frame = resumedFrame(iso(pass.now()), { after, newest, missed });
  const stopped = await send(pass, cursor, JSON.stringify(frame));
  if (!stopped) Object.assign(cursor, { after: Math.min(after, newest), resumes });
  return stopped;
}

async function sendAll(pass: Pass, connection: Connection, cursor: ConnectionCursor): Promise<State> {
  while (cursor.after < pass.newest) {
    const { events, next } = await pass.pageAfter(cursor.after);
    const due = events.filter(({ channel }) => isOn(connection, channel));
    const stopped = await sendEvents(pass, due, cursor);
    if (stopped) return stopped;
    cursor.after = next;
  }
  return "served";
}

async function greet(pass: Pass, connection: Connection, cursor: ConnectionCursor): Promise<State | undefined> {
  const stopped = await send(pass, cursor, JSON.stringify(greetingOf(connection, iso(pass.now()))));
  const isYoung = pass.now().getTime() - Date.parse(connection.connected_at) < youngMs;
  if (stopped === "gone" && isYoung) return "unknown";
  cursor.greeted = stopped === undefined;
  return stopped;
}

async function sendEvents(
  pass: Pass,
  events: EventPage["events"],
  cursor: ConnectionCursor,
): Promise<State | undefined> {
  for (const event of events) {
    if (pass.now().getTime() >= pass.until) return "unfinished";
    const stopped = await send(pass, cursor, event.message);
    if (stopped) return stopped;
    cursor.after = event.id;
  }
  return undefined;
}

/** Undefined where it was sent; else why nothing more is. */
async function send(pass: Pass, cursor: ConnectionCursor, message: string): Promise<State | undefined> {
  const outcome = await pass.post(cursor.connection_id, message);
  if (outcome === "sent") return undefined;
  return outcome === "gone" ? "gone" : pause(pass, cursor);
}

function pause(pass: Pass, cursor: ConnectionCursor): "paused" {
  cursor.paused_until = pass.now().getTime() + pauseMs;
  return "paused";
}
