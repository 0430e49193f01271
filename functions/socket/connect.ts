import { apiKeySchema, authorizer } from "../../lib/access/authorizer.ts";
import { connectClient } from "../../lib/access/connect.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";

const authorize = authorizer(() => {
  const { store, clock } = loadServices();
  return { find: (digest) => store.get(store.keys.apiKey(digest), apiKeySchema), nowMs: () => clock.now().getTime() };
});

export const handler = onEvent(loadServices, (services, event) => connectClient(services, authorize, event));
