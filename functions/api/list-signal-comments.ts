import { listSignalComments } from "../../lib/analysis/signals/list.ts";
import { signalCommentSchema } from "../../lib/analysis/signals/view.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { pageMetaSchema, positionQuery } from "../../lib/http/pagination.ts";
import { idParams } from "../../lib/http/params.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = endpoint(
  {
    method: "GET",
    path: "/signals/{id}/comments",
    summary: "List the comments a signal rests on",
    description: "The newest first, with what the model found in each.",
    tag: "Signals",
    params: idParams,
    query: positionQuery,
    response: signalCommentSchema.array(),
    meta: pageMetaSchema,
    errors: ["NOT_FOUND"],
  },
  loadServices,
  async ({ params, query }, services) => listSignalComments(services, params.id, query),
);
