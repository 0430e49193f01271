import { writeFile } from "node:fs/promises";
import { openApiDocument } from "../../lib/http/openapi.ts";
import { type DeployedContract, readEndpoints } from "../front/endpoints.ts";

const target = "lib/http/openapi.json";

/** The contracts of all handlers that have one, read from the handlers themselves. */
export async function readContracts(root = "."): Promise<DeployedContract[]> {
  return (await readEndpoints(root)).map(({ contract }) => contract);
}

/** `npm run openapi` writes the committed document anew. */
if (import.meta.main ?? process.argv[1]?.endsWith("openapi.ts")) {
  await writeFile(target, `${JSON.stringify(openApiDocument(await readContracts()), null, 2)}\n`);
  console.log(`${target} written`);
}
