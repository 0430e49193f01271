import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** A connection as the gateway tells of it in every event. */
export interface OpenConnection {
  id: string;
  connectedAtMs: number;
}

/** The event of `$connect`. Only it has headers and a query. */
export function connectEvent(connection: OpenConnection, { url = "/", headers }: IncomingMessage) {
  const query = [...new URL(url, "http://feed").searchParams];
  const sent = Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
  return {
    ...socketEvent(connection, "$connect", "CONNECT"),
    headers: Object.fromEntries(sent) as Record<string, string>,
    ...(query.length > 0 && { queryStringParameters: Object.fromEntries(query) }),
  };
}

export function messageEvent(connection: OpenConnection, body: string) {
  return { ...socketEvent(connection, "$default", "MESSAGE"), body };
}

export function disconnectEvent(connection: OpenConnection) {
  return socketEvent(connection, "$disconnect", "DISCONNECT");
}

function socketEvent({ id, connectedAtMs }: OpenConnection, routeKey: string, eventType: string) {
  const requestContext = {
    ...{ routeKey, eventType, stage: "ws", apiId: "local", requestId: randomUUID(), connectionId: id },
    ...{ messageDirection: "IN", connectedAt: connectedAtMs, requestTimeEpoch: Date.now(), domainName: "localhost" },
  };
  return { requestContext, isBase64Encoded: false };
}
