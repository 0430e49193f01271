import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Context } from "aws-lambda";
import { sleep, wallClock } from "../../../lib/runtime/clock.ts";
import { readConfig } from "../../../lib/runtime/config.ts";
import { systemIds } from "../../../lib/runtime/ids.ts";
import { createLog } from "../../../lib/runtime/logger.ts";
import { noMetrics } from "../../../lib/runtime/metrics.ts";
import { createServices, type Services, useServices } from "../../../lib/services.ts";
import type { Answer } from "../dynamodb/client.ts";
import { answerInProcess } from "../dynamodb/in-process.ts";
import type { LambdaFunction } from "./functions.ts";
import type { Invoke } from "./invoke.ts";

type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** Makes the services of this thread's functions, whose log goes to `write`; `database` is a front in this thread. */
export function openServices(
  variables: Record<string, string>,
  write: (line: string) => void,
  database: Answer | undefined,
): Services {
  const config = readConfig(variables);
  const log = createLog(config.environment.LOG_LEVEL, write);
  const services = createServices(config, { clock: wallClock, sleep, ids: systemIds(), log, metrics: noMetrics });
  if (database) answerInProcess(services.store.client, database);
  useServices(services);
  return services;
}

/** The handler of a function, loaded at its first use. */
export async function handlerOf({ file }: Pick<LambdaFunction, "file">): Promise<Handler> {
  const { handler } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { handler: Handler };
  return handler;
}

/** Calls functions in this thread, however long they take. */
export function invokeHere(functions: ReadonlyMap<string, LambdaFunction>): Invoke {
  return async (key, event) => {
    const fn = functions.get(key);
    if (!fn) throw new Error(`serverless.yml has no function ${key}.`);
    return (await handlerOf(fn))(event, contextOf(fn));
  };
}

/** What Lambda tells a function about its invocation, which begins now. */
export function contextOf({ key, timeoutMs, memoryMb }: LambdaFunction): Context {
  const endsAt = Date.now() + timeoutMs;
  const functionName = `wsb-signals-local-${key}`;
  const unknown = () => {
    throw new Error("Functions answer with promises here.");
  };
  return {
    awsRequestId: randomUUID(),
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: String(memoryMb),
    logGroupName: "/wsb-signals/local",
    logStreamName: "backend.log",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, endsAt - Date.now()),
    done: unknown,
    fail: unknown,
    succeed: unknown,
  };
}
