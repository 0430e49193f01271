import { readSignal } from "../../lib/analysis/signals/list.ts";
import { signalDetailSchema } from "../../lib/analysis/signals/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/signals/{id}",
    summary: "Read one signal",
    description: "All that is stored of it, with the ids of the comments it rests on.",
    tag: "Signals",
    params: idParams,
    response: signalDetailSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params }, services) => ({ data: await readSignal(services, params.id) }),
);
