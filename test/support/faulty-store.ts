import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Which call to the store goes wrong, and how. */
export interface Fault {
  /** From 0, counted over the writes since the fault was set. */
  call: number;
  /** `before`: nothing took effect. `after`: it took effect and the answer was lost. */
  moment: "before" | "after";
  /** `blip`: this call only. `crash`: this call and every later one, reads too, until the fault is lifted. */
  kind: "blip" | "crash";
}

const writes = new Set(["TransactWriteItemsCommand", "BatchWriteItemCommand"]);

/**
 * Makes calls of a client fail. It sits outside the SDK's own retries, so that a fault is one that they could not
 * help against. Counts every write, so that a fault-free run tells how many points there are.
 */
export function faultyStore(client: DynamoDBDocumentClient) {
  let fault: Fault | undefined;
  let count = 0;
  let crashed = false;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const isWrite = writes.has(String(context.commandName));
      const hit = isWrite && fault !== undefined && count === fault.call;
      if (isWrite) count++;
      if (crashed || (hit && fault?.moment === "before")) {
        if (hit) crashed = fault?.kind === "crash";
        throw lost();
      }
      const answer = await next(args);
      if (hit) {
        crashed = fault?.kind === "crash";
        throw lost();
      }
      return answer;
    },
    { step: "initialize", name: "faultyStore", override: true },
  );
  return {
    set(next: Fault | undefined): void {
      fault = next;
      count = 0;
      crashed = false;
    },
    /** Writes since the last `set`. */
    count: () => count,
  };
}

function lost(): Error {
  return Object.assign(new Error("injected fault"), { name: "InjectedFault" });
}
