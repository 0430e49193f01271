import { apiKeySchema, authorizer } from "../../lib/access/authorizer.ts";
import { loadServices } from "../../lib/services.ts";

/** The Lambda authorizer of the whole API. */
export const handler = authorizer(() => {
  const { store, clock } = loadServices();
  return { find: (digest) => store.get(store.keys.apiKey(digest), apiKeySchema), nowMs: () => clock.now().getTime() };
});
