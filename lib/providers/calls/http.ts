import type { Log } from "../../runtime/logger.ts";

/** A whole answer of a provider. Errors of the network never get here: they are thrown as `HttpFailure`. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
}

export interface HttpRequest {
  method: "GET" | "POST";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** The path is not to be logged. */
  hasSecretPath?: boolean;
  timeoutMs: number;
}

/** The network gave no usable answer: time-out, refused or lost connection, or a body that never ended. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly timedOut: boolean;
  constructor(message: string, timedOut: boolean, cause?: unknown) {
    super(message, { cause });
    this.timedOut = timedOut;
  }
}

/** The one way to the network. Redirects are not followed: a provider's redirect to a login page is an answer. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** The header that tells a stand-in, and only a stand-in, which market time a run lives in. */
export const marketTimeHeader = "x-market-time";

/** Answers above this are refused: the largest honest ones (a full comment tree) stay far below. */
const largestAnswerBytes = 32 * 1024 * 1024;

/** Logs method, host, path, status and duration of every call; never headers, bodies or query strings, which hold secrets. */
export function createHttp(log: Log, limits: { answerBytes: number } = { answerBytes: largestAnswerBytes }): Http {
  return async (request) => {
    const startedAt = performance.now();
    const { host, pathname } = new URL(request.url);
    try {
      const response = await fetch(request.url, {
        method: request.method,
        redirect: "manual",
        signal: AbortSignal.timeout(request.timeoutMs),
        ...(request.headers && { headers: request.headers }),
        ...(request.body !== undefined && { body: request.body }),
      });
      const text = await readText(response, limits.answerBytes, host);
      log.debug("provider answered", {
        method: request.method,
        host,
        ...(!request.hasSecretPath && { path: pathname }),
        status: response.status,
        ms: Math.round(performance.now() - startedAt),
      });
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      if (error instanceof HttpFailure) throw error;
      const timedOut = error instanceof Error && error.name === "TimeoutError";
      throw new HttpFailure(
        timedOut ? `${host} did not answer within ${request.timeoutMs} ms` : `no connection to ${host}`,
        timedOut,
        error,
      );
    }
  };
}

/** Counts bytes after decompression, so that a small packed answer cannot fill the memory either. */
async function readText(response: Response, answerBytes: number, host: string): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the body and with it the connection.
    if (bytes > answerBytes) throw new HttpFailure(`the answer of ${host} is larger than ${answerBytes} bytes`, false);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** `Retry-After` in seconds, given as a number or as a date; undefined where absent or unreadable. */
export function retryAfterSeconds(headers: Headers, now: Date): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1000);
}
