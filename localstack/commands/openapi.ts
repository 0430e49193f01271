import { glob, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Contract } from "../../lib/http/contract.ts";
import { type NamedContract, openApiDocument } from "../../lib/http/openapi.ts";

/** A contract with the file of the handler that keeps it. */
export interface DeployedContract extends NamedContract {
  file: string;
}

const target = "lib/http/openapi.json";

/** The contracts of all handlers that have one, read from the handlers themselves. */
export async function readContracts(root = "."): Promise<DeployedContract[]> {
  const contracts: DeployedContract[] = [];
  for await (const file of glob("functions/{api,desk,answers}/*.ts", { cwd: root })) {
    const module = (await import(resolve(root, file))) as { handler: { contract?: Contract } };
    const operationId = basename(file, ".ts").replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (module.handler.contract) contracts.push({ ...module.handler.contract, operationId, file });
  }
  return contracts;
}

/** `npm run openapi` writes the committed document anew. */
if (import.meta.main ?? process.argv[1]?.endsWith("openapi.ts")) {
  await writeFile(target, `${JSON.stringify(openApiDocument(await readContracts()), null, 2)}\n`);
  console.log(`${target} written`);
}
