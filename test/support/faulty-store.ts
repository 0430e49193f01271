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
      if (crashed) throw lost();
      const hit = faultOf(String(context.commandName));
      if (hit?.moment === "before") throw lost(hit);
      const answer = await next(args);
      if (hit) throw lost(hit);
      return answer;
    },
    { step: "initialize", name: "faultyStore", override: true },
  );

  /** Counts a write, and answers the fault that this one has. */
  function faultOf(command: string): Fault | undefined {
    return writes.has(command) && count++ === fault?.call ? fault : undefined;
  }

  function lost(hit?: Fault): Error {
    if (hit?.kind === "crash") crashed = true;
    return Object.assign(new Error("injected fault"), { name: "InjectedFault" });
  }

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
