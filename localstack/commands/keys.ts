import { parseArgs } from "node:util";
import { listApiKeys, newApiKey, registerApiKey, revokeApiKey } from "../../lib/access/api-keys.ts";
import { type Right, rights } from "../../lib/http/rights.ts";
import { loadServices, type Services } from "../../lib/services.ts";
import { readSettings, readVariables } from "../embedded/settings.ts";
import { withLocalTable } from "./local-table.ts";

/**
 * `npm run keys`: on the table that TABLE_NAME and the AWS settings name, or without TABLE_NAME on the local stack's, which
 * may be running.
 */
const usage = `Usage: npm run keys -- add LABEL [--rights ${rights.join("|")}] | list | revoke ID`;

try {
  const work = readCommand(process.argv.slice(2));
  if (process.env.TABLE_NAME) await work(loadServices());
  else {
    const directory = process.cwd();
    await withLocalTable(readSettings(directory, readVariables(directory)), work);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Throws with the sentence for whoever typed it. */
function readCommand(args: string[]): (services: Services) => Promise<void> {
  const { positionals, values } = parsed(args);
  const [command, argument, ...more] = positionals;
  const right = rights.find((each) => each === (values.rights ?? "trade"));
  if (more.length === 0 && right) {
    if (command === "add" && argument) return (services) => add(services, argument, right);
    if (command === "list" && !argument && !values.rights) return list;
    if (command === "revoke" && argument && !values.rights) return (services) => revoke(services, argument);
  }
  throw new Error(usage);
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { rights: { type: "string" } } });
  } catch {
    throw new Error(usage);
  }
}

async function add(services: Services, label: string, right: Right): Promise<void> {
  const key = newApiKey();
  const { id, rights } = await registerApiKey(services, key, label, right);
  console.log(`${id}  ${rights}  ${label}\n${key}\nThe key is shown this once; only its digest is stored.`);
}

async function list(services: Services): Promise<void> {
  for (const { id, created_at, revoked_at, rights, label } of await listApiKeys(services)) {
    console.log(`${id}  ${created_at}  ${rights}  ${revoked_at ? `revoked ${revoked_at}` : "valid"}  ${label}`);
  }
}

async function revoke(services: Services, id: string): Promise<void> {
  if (!(await revokeApiKey(services, id))) throw new Error(`There is no key ${id}.`);
  console.log(`${id} is revoked; the last container refuses it within a minute.`);
}
