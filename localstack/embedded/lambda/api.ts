import { fileURLToPath } from "node:url";
import type { APIGatewayAuthorizerResult } from "aws-lambda";
import type { AuthorizerOptions } from "../../front/authorizer.ts";
import { readEndpoints } from "../../front/endpoints.ts";
import type { Integration } from "../../front/integration.ts";
import type { SocketOptions } from "../../front/socket/server.ts";
import { contextOf, handlerOf } from "./call.ts";
import type { Deployment, LambdaFunction } from "./functions.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The functions that requests wait for, and the check of their keys: called in this thread, without a detour. */
export async function readApi({ functions, keyCheck }: Deployment): Promise<{
  integrations: Integration[];
  authorizer: AuthorizerOptions;
}> {
  const functionOf = (key: string) => functionIn(functions, key);
  const integrations = (await readEndpoints(root)).map(({ contract, handler }): Integration => {
    const fn = functionOf(contract.operationId);
    return { contract, timeoutMs: fn.timeoutMs, call: (event) => handler(event, contextOf(fn)) };
  });
  const authorize = functionOf(keyCheck.functionKey);
  const checkKey = await handlerOf(authorize);
  const check: AuthorizerOptions["check"] = async (event) =>
    (await checkKey(event, contextOf(authorize))) as APIGatewayAuthorizerResult;
  return { integrations, authorizer: { header: keyCheck.header, ttlMs: keyCheck.ttlMs, check } };
}

/** The functions of the live feed, called in this thread too. */
export async function readRoutes({ functions }: Deployment): Promise<SocketOptions["routes"]> {
  const route = async (key: string) => {
    const fn = functionIn(functions, key);
    const handler = await handlerOf(fn);
    return (event: unknown) => handler(event, contextOf(fn));
  };
  return { connect: await route("connect"), message: await route("message"), disconnect: await route("disconnect") };
}

function functionIn(functions: Deployment["functions"], key: string): LambdaFunction {
  const found = functions.get(key);
  if (!found) throw new Error(`serverless.yml has no function ${key}.`);
  return found;
}
