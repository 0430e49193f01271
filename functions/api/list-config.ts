import { settingSchema } from "../../lib/configuration/settings.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { listSettings } from "../../lib/realm/stored-settings.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/config",
    summary: "List the configuration",
    description: "Every key with its value and its default.",
    tag: "Configuration",
    response: settingSchema.array(),
  },
  loadServices,
  async (_request, services) => ({ data: await listSettings(services) }),
);
