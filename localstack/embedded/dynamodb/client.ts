import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { storePatienceMs } from "../../../lib/store/client.ts";

/** A whole answer on the wire. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  /** As it came: most answers are only handed on. */
  body: Buffer;
}

/** A whole request of a client of DynamoDB. */
export interface WireRequest {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Answers a request as the service does; what goes wrong is an answer too. */
export type Answer = (request: WireRequest) => Promise<WireAnswer>;

/** Calls one operation: the parsed answer, or an `OperationError`. */
export type CallOperation = (operation: string, input: unknown) => Promise<Record<string, unknown>>;

/** What DynamoDB answered instead of a result. */
export class OperationError extends Error {
  readonly type: string;
  readonly answer: WireAnswer;
  constructor(answer: WireAnswer) {
    const { __type = "", message = "" } = JSON.parse(answer.body.toString() || "{}");
    super(message);
    this.type = String(__type).replace(/^.*#/, "");
    this.answer = answer;
  }
}

/** The answer of the service to what it refuses. */
export function refusal(type: string, message: string, more: Record<string, unknown> = {}): OperationError {
  return new OperationError(failure(400, type, message, more));
}

/** An answer that is an error, in the service's words. */
export function failure(status: number, type: string, message: string, more: object = {}): WireAnswer {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: Buffer.from(
      JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, Message: message, message, ...more }),
    ),
  };
}

/** The way from the front to the engine behind it. */
export function engineClient(port: number) {
  const agent = new Agent({ keepAlive: true });

  function send(headers: Record<string, string>, body: Buffer): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port, method: "POST", agent, headers, timeout: storePatienceMs };
      const outgoing = httpRequest(options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 500,
            headers: endToEndHeaders(incoming.headers),
            body: Buffer.concat(chunks),
          }),
        );
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${storePatienceMs} ms`)));
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  return {
    forward: ({ headers, body }: WireRequest) => send(endToEndHeaders(headers), body),
    call: async (operation: string, input: unknown) => {
      const answer = await send(
        {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": `DynamoDB_20120810.${operation}`,
          // An engine checks that a signature is there, not what it says.
          authorization:
            "AWS4-HMAC-SHA256 Credential=local/1/local/dynamodb/aws4_request, SignedHeaders=x, Signature=0",
          "x-amz-date": "20200101T000000Z",
        },
        Buffer.from(JSON.stringify(input)),
      );
      if (answer.status !== 200) throw new OperationError(answer);
      return JSON.parse(answer.body.toString()) as Record<string, unknown>;
    },
    close: () => agent.destroy(),
  };
}

/** Length and connection are each hop's own business. */
function endToEndHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const own = new Set(["host", "connection", "content-length", "transfer-encoding"]);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (own.has(name) || !value ? [] : [[name, String(value)]])),
  );
}
