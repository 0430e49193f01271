import { glob } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import type { NamedContract } from "../../lib/http/openapi.ts";

/** A contract with the file of the handler that keeps it. */
export interface DeployedContract extends NamedContract {
  file: string;
}

/** An endpoint as its file exports it: what it promises and what keeps the promise. */
export interface Endpoint {
  contract: DeployedContract;
  handler: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
}

/** All handlers that have a contract; `operationId` is the function's key in serverless.yml. */
export async function readEndpoints(root: string): Promise<Endpoint[]> {
  const endpoints: Endpoint[] = [];
  for await (const file of glob("functions/!(packaging|phases|events|socket)/*.ts", { cwd: root })) {
    const { handler } = (await import(resolve(root, file))) as {
      handler: Endpoint["handler"] & { contract?: Omit<NamedContract, "operationId"> };
    };
    const operationId = basename(file, ".ts").replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (handler.contract) endpoints.push({ contract: { ...handler.contract, operationId, file }, handler });
  }
  return endpoints;
}
