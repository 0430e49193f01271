import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { FastifyRequest } from "fastify";
import { type GatewayError, gatewayErrorOf, gatewayErrors } from "../../lib/http/gateway-errors.ts";

interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** Never passed on: hop-by-hop headers, cookies (the API has none), and the local server's own back doors. */
const heldBack = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "host",
  "content-length",
  "accept-encoding",
  "cookie",
  "expect",
  "sls-offline-authorizer-override",
]);

const opened = Buffer.from("[");
const closed = Buffer.from("]");

/** The gateway's time-out, as an error of the socket. */
const tooLong = new Error("The API took too long.");

/** Passes a request to the local API Gateway. Its own errors, which are in no envelope, come back as the gateway's. */
export async function forward(
  request: FastifyRequest,
  port: number,
  timeoutMs: number,
): Promise<Answer | GatewayError> {
  const body = Buffer.isBuffer(request.body) ? wholeBody(request.body) : Buffer.alloc(0);
  const headers = {
    ...withOneKey(passedOn(request.raw.headersDistinct)),
    "x-request-id": request.id,
    "content-length": String(body.length),
  };
  try {
    const response = await send({
      port,
      method: request.method,
      path: asSent(request.raw.url ?? "/"),
      headers,
      body,
      timeoutMs,
    });
    const status = response.statusCode ?? 502;
    const content = await readAll(response);
    if (status >= 400 && !isPage(response.headers) && !isEnvelope(content)) return gatewayErrorOf(status);
    return { status, headers: answerHeaders(response.headers), body: content };
  } catch (error) {
    return error === tooLong ? gatewayErrors.INTEGRATION_TIMEOUT : gatewayErrors.INTEGRATION_FAILURE;
  }
}

function send(options: {
  port: number;
  method: string;
  path: string;
  headers: Record<string, string | string[]>;
  body: Buffer;
  timeoutMs: number;
}): Promise<IncomingMessage> {
  const { body, timeoutMs, ...rest } = options;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: "127.0.0.1", ...rest }, (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    const timer = setTimeout(() => outgoing.destroy(tooLong), timeoutMs);
    outgoing.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end(body);
  });
}

/** The local server decodes path variables, which API Gateway does not: encoded once more they arrive as they were sent. */
function asSent(url: string): string {
  const [path = "", ...query] = url.split("?");
  return [path.replaceAll("%", "%25"), ...query].join("?");
}

/**
 * The local server parses JSON and loses `null`, `false`, `0` and the quotes of a text on the way: they would read as no
 * body, or as another. In an array they reach the function, which refuses them as it does on AWS.
 */
function wholeBody(body: Buffer): Buffer {
  try {
    const content: unknown = JSON.parse(body.toString("utf8"));
    return typeof content === "object" && content !== null ? body : Buffer.concat([opened, body, closed]);
  } catch {
    return body;
  }
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * The gateway looks for the key in one header. The same key sent twice or in two ways is one, two different ones are none; on
 * AWS the CDN's function in serverless.yml and the authorizer see to that.
 */
function withOneKey(headers: Record<string, string | string[]>): Record<string, string | string[]> {
  const { "x-api-key": sent = [], ...rest } = headers;
  const bearer = /^Bearer (\S+)$/i.exec(String(headers.authorization ?? ""))?.[1] ?? [];
  const [key, ...others] = new Set([sent, bearer].flat());
  return key === undefined || others.length > 0 ? rest : { ...rest, "x-api-key": key };
}

/** A header that was sent twice has two values, and goes on twice. */
function passedOn(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      heldBack.has(name) || value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Origins are allowed here and not behind: the local server echoes every origin it is asked from. */
function answerHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const own = Object.entries(passedOn(headers));
  return Object.fromEntries(own.filter(([name]) => !name.startsWith("access-control-") && name !== "vary"));
}

/** A page that a function made: it carries a request id, and the local server's own answers carry none. */
function isPage(headers: IncomingHttpHeaders): boolean {
  return headers["x-request-id"] !== undefined && headers["content-type"]?.startsWith("text/html") === true;
}

function isEnvelope(content: Buffer): boolean {
  try {
    return typeof JSON.parse(content.toString("utf8")).error?.code === "string";
  } catch {
    return false;
  }
}
