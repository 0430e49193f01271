import * as z from "zod";
import { settingSchema } from "../../lib/configuration/settings.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { loadServices } from "../../lib/services.ts";
import {
  changeConfiguration,
  changeSchema,
  settingKeySchema,
} from "../../lib/trading/evaluation/change-configuration.ts";

export const handler = endpoint(
  {
    method: "PUT",
    path: "/config/{key}",
    summary: "Set a key of the configuration",
    description: "With `also` others together with it, all or none. The next run reads it.",
    tag: "Configuration",
    params: z.object({ key: settingKeySchema }),
    body: changeSchema,
    response: settingSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params, body }, services) => ({ data: await changeConfiguration(services, params.key, body) }),
);
