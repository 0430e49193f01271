import { Worker } from "node:worker_threads";
import type { EnginePorts } from "../dynamodb/engine.ts";
import type { BackendLog } from "./backend-log.ts";
import type { LambdaFunction } from "./functions.ts";

/** Calls a function by its key of serverless.yml. What it throws keeps its name, which state machines match. */
export type Invoke = (functionKey: string, event: unknown) => Promise<unknown>;

export interface ThreadData {
  variables: Record<string, string>;
  enginePorts: EnginePorts | undefined;
}

/** What the thread is told; events and answers are JSON text, as they are for Lambda. */
export interface Invocation {
  id: number;
  fn: LambdaFunction;
  event: string;
}

export type Outcome =
  | { id: number; answer: string }
  | { id: number; error: { name: string; message: string; stack?: string | undefined } };

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/**
 * Lambda for phases and events, in one thread that they share. A function that takes too long ends with the thread: that
 * stops it even in an endless loop. The others that were in it fail as they do when Lambda itself does, and are tried again.
 */
export function startLambda(options: {
  functions: ReadonlyMap<string, LambdaFunction>;
  /** The environment of the functions. */
  variables: Record<string, string>;
  /** Where the thread can have a front of its own before the database, so that its calls take nothing from this one. */
  enginePorts?: EnginePorts | undefined;
  log: BackendLog;
}): { invoke: Invoke; ended: Promise<string>; close(): Promise<void> } {
  const { functions, variables, enginePorts, log } = options;
  const { promise: ended, resolve: sayEnded } = Promise.withResolvers<string>();
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let thread = startThread();

  function startThread(): Worker {
    const data: ThreadData = { variables, enginePorts };
    const started = new Worker(new URL("./thread.ts", import.meta.url), {
      workerData: data,
      env: { ...process.env, ...variables },
      stdout: true,
      stderr: true,
    });
    log.listen(started.stdout);
    log.listen(started.stderr);
    started.on("message", (message: Outcome | { line: string }) => {
      if ("line" in message) log.write(message.line);
      else settle(message);
    });
    started.on("error", (error) => {
      log.write(JSON.stringify({ level: "CRITICAL", message: "the functions' thread ended", error: String(error) }));
      sayEnded(`The functions' thread ended unexpectedly: ${error.message}`);
    });
    started.on("exit", () => {
      if (started !== thread) return;
      failAll();
      sayEnded("The functions' thread ended unexpectedly; see logs/backend.log.");
    });
    return started;
  }

  function settle(outcome: Outcome) {
    const caller = waiting.get(outcome.id);
    if ("answer" in outcome) caller?.resolve(JSON.parse(outcome.answer));
    else caller?.reject(Object.assign(new Error(), outcome.error));
  }

  function failAll() {
    for (const { reject } of waiting.values())
      reject(named("Lambda.ServiceException", "The function was interrupted."));
  }

  async function replaceThread() {
    const given = thread;
    thread = startThread();
    failAll();
    await given.terminate();
  }

  async function invoke(functionKey: string, event: unknown): Promise<unknown> {
    const fn = functions.get(functionKey);
    if (!fn) throw named("Lambda.ResourceNotFoundException", `There is no function ${functionKey}.`);
    const id = ++lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => {
      reject(named("Sandbox.Timedout", `${functionKey} timed out after ${fn.timeoutMs / 1_000} seconds.`));
      waiting.delete(id);
      void replaceThread();
    }, fn.timeoutMs);
    waiting.set(id, { resolve, reject });
    thread.postMessage({ id, fn, event: JSON.stringify(event ?? {}) } satisfies Invocation);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  }

  return {
    invoke,
    ended,
    close: async () => {
      await thread.terminate();
    },
  };
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
