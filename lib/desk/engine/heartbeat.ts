import * as z from "zod";
import { iso } from "../../runtime/dates.ts";
import { put } from "../../store/actions.ts";
import type { DeskServices } from "../services.ts";

/** Two passes of the dispatcher: after them the engine counts as gone. */
const freshMs = 120_000;

/** When the engine last made a pass, by the wall clock, and whether the executions of orders answered it. */
const heartbeatSchema = z.object({ at: z.string(), executions_answer: z.boolean() });

export interface Engine {
  isConnected: boolean;
  /** Of its last pass. */
  executionsAnswer: boolean;
}

/** The engine says that it is there. No execution has the name that is asked for: an answer is all that is wanted. */
export async function beat({
  store,
  clock,
  executions: { order: executions },
}: Pick<DeskServices, "store" | "clock" | "executions">): Promise<void> {
  const executions_answer = await executions.describe("heartbeat").then(
    () => true,
    () => false,
  );
  await store.transact([put({ ...store.keys.engineHeartbeat(), at: iso(clock.now()), executions_answer })]);
}

/** Whether the engine was there within the last two minutes. */
export async function readEngine({ store, clock }: Pick<DeskServices, "store" | "clock">): Promise<Engine> {
  const heartbeat = await store.get(store.keys.engineHeartbeat(), heartbeatSchema);
  const isConnected = heartbeat !== undefined && clock.now().getTime() - Date.parse(heartbeat.at) <= freshMs;
  return { isConnected, executionsAnswer: heartbeat?.executions_answer ?? false };
}
