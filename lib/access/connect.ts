import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import * as z from "zod";
import { openConnection } from "../live/connections.ts";
import type { LiveServices } from "../live/services.ts";
import { useTicket } from "../live/tickets.ts";

const connectSchema = z.object({
  headers: z.record(z.string(), z.string()).nullish(),
  queryStringParameters: z
    .object({
      ticket: z.string().max(200).optional(),
      client_id: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,64}$/)
        .optional(),
    })
    .nullish(),
  requestContext: z.object({ connectionId: z.string() }),
});
type Connect = z.infer<typeof connectSchema>;

type Authorize = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/**
 * `$connect`: refuses the upgrade, or notes the connection. It checks the key itself and not an authorizer of the gateway's:
 * one of those would refuse who has a ticket in the place of a key, unasked.
 */
export async function connectClient(
  services: LiveServices,
  authorize: Authorize,
  event: unknown,
): Promise<{ statusCode: number }> {
  const parsed = connectSchema.safeParse(event);
  if (!parsed.success) return { statusCode: 400 };
  const { queryStringParameters: query, requestContext } = parsed.data;
  const api_key_id = query?.ticket ? await useTicket(services, query.ticket) : await keyIdOf(authorize, parsed.data);
  if (api_key_id === undefined) return { statusCode: 401 };
  const client = { connection_id: requestContext.connectionId, client_id: query?.client_id ?? null, api_key_id };
  await openConnection(services, client);
  return { statusCode: 200 };
}

/** As of a GET of the API. */
async function keyIdOf(authorize: Authorize, { headers }: Connect): Promise<string | undefined> {
  const question = { type: "REQUEST", httpMethod: "GET", path: "/ws", methodArn: "feed/ws/GET/ws", headers };
  const { policyDocument, context } = await authorize(question as unknown as APIGatewayRequestAuthorizerEvent);
  const isAllowed = policyDocument.Statement.every(({ Effect }) => Effect === "Allow");
  return isAllowed && typeof context?.apiKeyId === "string" ? context.apiKeyId : undefined;
}
