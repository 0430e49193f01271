import { randomUUID } from "node:crypto";
import { basename, dirname } from "node:path";
import fastifyStatic from "@fastify/static";
import { type FastifyReply, fastify, type RouteHandlerMethod } from "fastify";
import { errorBody, type GatewayError, gatewayErrors } from "../../lib/http/gateway-errors.ts";
import { corsHeaders, preflightHeaders } from "../../lib/http/headers.ts";
import { mostBodyBytes } from "../../lib/http/request.ts";
import type { Throttling } from "../../lib/http/throttling.ts";
import type { Log } from "../../lib/runtime/logger.ts";
import { type AuthorizerOptions, createAuthorizer } from "./authorizer.ts";
import { createBucket } from "./bucket.ts";
import { proxyEvent } from "./event.ts";
import { type Integration, integrate, isGatewayError } from "./integration.ts";
import { referenceFiles } from "./reference.ts";

export interface FrontOptions {
  host: string;
  port: number;
  integrations: readonly Integration[];
  authorizer: AuthorizerOptions;
  log: Log;
  corsAllowedOrigins: string[];
  /** How many requests for functions are taken; undefined: any number. */
  throttling?: Throttling | undefined;
  /** The folder served at /app/. */
  appDir: string;
  /** Until it says yes no function is called: called too early it would keep an environment that lacks things. */
  isReady: () => boolean;
}

const starting: GatewayError = { status: 503, code: "NOT_READY", message: "The API is starting; try again." };

const visible = /^[\x21-\x7e]{1,128}$/;

/**
 * What the CDN and API Gateway do on AWS: one origin for dashboard and API, preflights, request ids, the limit on bodies, the
 * check of keys, the functions behind their paths, and the gateway's own errors in the envelope.
 */
export async function startFront(options: FrontOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { integrations, corsAllowedOrigins, isReady, log } = options;
  const authorize = createAuthorizer(options.authorizer);
  const bucket = options.throttling && createBucket(options.throttling);
  const app = fastify({
    bodyLimit: mostBodyBytes,
    requestIdHeader: false,
    genReqId: ({ headers }) => {
      const sent = headers["x-request-id"];
      return typeof sent === "string" && visible.test(sent) ? sent : randomUUID();
    },
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 8_192 },
    // A path that cannot be decoded is no path of ours.
    frameworkErrors: (_error, _request, reply) => send(reply, gatewayErrors.RESOURCE_NOT_FOUND),
    clientErrorHandler: (_error, socket) => {
      if (!socket.writable) return;
      const body = errorBody(gatewayErrors.DEFAULT_4XX);
      const head = ["HTTP/1.1 400 Bad Request", "Connection: close", "Content-Type: application/json"];
      socket.end([...head, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n"));
    },
  });

  // Bodies go on as they came; what is wrong with them is for the functions to say.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  app.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
    if (request.method === "OPTIONS") return;
    for (const [name, value] of Object.entries(corsHeaders(request.headers.origin, corsAllowedOrigins))) {
      reply.header(name, value);
    }
  });
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    if (error.statusCode === 413) return send(reply, gatewayErrors.REQUEST_TOO_LARGE);
    if (error.statusCode === 415) return send(reply, gatewayErrors.UNSUPPORTED_MEDIA_TYPE);
    const isTheirs = error.statusCode !== undefined && error.statusCode < 500;
    return send(reply, isTheirs ? gatewayErrors.DEFAULT_4XX : gatewayErrors.DEFAULT_5XX);
  });
  app.setNotFoundHandler((_request, reply) => send(reply, gatewayErrors.RESOURCE_NOT_FOUND));

  await app.register(fastifyStatic, {
    root: options.appDir,
    prefix: "/app/",
    index: "index.html",
    setHeaders: (response) => {
      response.header("content-security-policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'");
      response.header("x-content-type-options", "nosniff");
    },
  });
  app.get("/app/docs/:name", (request, reply) => {
    const path = referenceFiles.get((request.params as { name: string }).name);
    return path ? reply.sendFile(basename(path), dirname(path)) : reply.callNotFound();
  });
  app.get("/app", (_request, reply) => reply.redirect("/app/", 301));
  app.options("/*", (request, reply) =>
    reply.code(204).headers(preflightHeaders(request.headers.origin, corsAllowedOrigins)).send(),
  );

  for (const integration of integrations) {
    const { method, path } = integration.contract;
    const url = path.replace(/\{(\w+)\}/g, ":$1");
    const handler: RouteHandlerMethod = async (request, reply) => {
      if (!isReady()) return send(reply, starting);
      if (bucket?.take() === false) return send(reply, gatewayErrors.THROTTLED);
      const event = proxyEvent(integration.contract, request);
      if (!event) return send(reply, gatewayErrors.RESOURCE_NOT_FOUND);
      const answer = await integrate(integration, event, authorize, log);
      if (isGatewayError(answer)) return send(reply, answer);
      return reply.code(answer.statusCode).headers(ownHeaders(answer.headers)).send(answer.body);
    };
    app.route({ method, url, handler });
    // To API Gateway a slash at the end makes no difference.
    if (!url.endsWith("/")) app.route({ method, url: `${url}/`, handler });
  }

  await app.listen({ host: options.host, port: options.port });
  const address = app.server.address();
  const port = typeof address === "object" && address ? address.port : options.port;
  return { url: `http://localhost:${port}`, close: () => app.close() };
}

type AnswerHeaders = Record<string, string | number | boolean>;

/** Which origins may read an answer is said here, as the CDN does it, and not by a function. */
function ownHeaders(headers: AnswerHeaders = {}): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => !/^access-control-/i.test(name));
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}

function send(reply: Pick<FastifyReply, "code" | "header">, error: GatewayError) {
  if (error.status === 429 || error.status === 503) reply.header("retry-after", "1");
  return reply.code(error.status).header("content-type", "application/json").send(errorBody(error));
}
