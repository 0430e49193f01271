import { listApiKeys, newApiKey, registerApiKey, revokeApiKey } from "../../lib/access/api-keys.ts";
import { loadServices } from "../../lib/services.ts";

/** `npm run keys -- add LABEL | list | revoke ID`, on the table that TABLE_NAME and the AWS settings name. */
const usage = "Usage: npm run keys -- add LABEL | list | revoke ID";
const [command, argument] = process.argv.slice(2);
const services = loadServices();

if (command === "add" && argument) {
  const key = newApiKey();
  const stored = await registerApiKey(services, key, argument);
  console.log(`${stored.id}  ${argument}\n${key}\nThe key is shown this once; only its digest is stored.`);
} else if (command === "list") {
  for (const key of await listApiKeys(services)) {
    console.log(
      `${key.id}  ${key.created_at}  ${key.revoked_at ? `revoked ${key.revoked_at}` : "valid"}  ${key.label}`,
    );
  }
} else if (command === "revoke" && argument) {
  if (!(await revokeApiKey(services, argument))) fail(`There is no key ${argument}.`);
  console.log(`${argument} is revoked; the last container refuses it within a minute.`);
} else fail(usage);

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
