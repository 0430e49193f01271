import { parentPort, workerData } from "node:worker_threads";
import { frontOf } from "../dynamodb/start.ts";
import { contextOf, handlerOf, openServices } from "./call.ts";
import type { Invocation, Outcome, ThreadData } from "./invoke.ts";

/** The thread in which phases and handlers of events run, so that no request waits for one. */
const port = parentPort;
if (!port) throw new Error("This is the program of a thread.");

const { variables, enginePorts } = workerData as ThreadData;
const database = enginePorts && frontOf(enginePorts).answer;
openServices(variables, (line) => port.postMessage({ line }), database);
port.on("message", async (invocation: Invocation) => port.postMessage(await perform(invocation)));

async function perform({ id, fn, event }: Invocation): Promise<Outcome> {
  try {
    const handler = await handlerOf(fn);
    const answer = await handler(JSON.parse(event), contextOf(fn));
    return { id, answer: JSON.stringify(answer ?? null) };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { name, message, stack } };
  }
}
