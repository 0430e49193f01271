import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { marketTimeHeader } from "../../../lib/providers/calls/http.ts";
import type { SymbolUniverse } from "../../../lib/providers/symbols/source.ts";
import { close, listen } from "../../servers.ts";
import { annotate } from "../annotator/annotate.ts";
import { readCommentData } from "./prompt-data.ts";
import { answerRole } from "./roles/answer-role.ts";
import { type Answer, completion, failures, headersOf, imageTokens, readQuestion, tokensOf } from "./wire.ts";

/** A request as a fault script sees it. */
export interface OpenAiRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** From 1. */
  number: number;
}

export interface ScriptedAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface OpenAiStandInOptions {
  /** What the annotator takes for a ticker. */
  universe: SymbolUniverse;
  /** A free one if absent or 0. */
  port?: number;
  /** How long each answer takes at least, in milliseconds. */
  latencyMs?: number;
  /** What the image at a URL shows; nothing to see if absent or undefined. */
  describeImage?: (url: string, marketTime: string | null) => string | undefined;
  /** Answers in place of the stand-in, or lets the request hang. */
  faults?: (request: OpenAiRequest) => ScriptedAnswer | "hang" | undefined;
  /** Awaited before each answer, so that a run can be held open. */
  gate?: () => Promise<void>;
}

const nothingToSee = "Nothing that matters for trading can be made out in this image.";

/**
 * OpenAI's chat completions over HTTP on this machine: comments are annotated by lexicon and rules, images described by
 * `describeImage`, the roles of answer runs answered by extracts. Serves `/chat/completions` below `url` and below `url`/v1.
 */
export async function startOpenAiStandIn(
  options: OpenAiStandInOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  let received = 0;

  async function respond(request: IncomingMessage): Promise<Answer | "hang"> {
    const body = await text(request);
    const { method = "GET", headers, url: path = "/" } = request;
    const scripted = options.faults?.({ method, path, headers, body, number: ++received });
    if (scripted !== undefined) return scripted;
    await options.gate?.();
    if (!/^\/(?:v1\/)?chat\/completions(?:\?|$)/.test(path) || method !== "POST")
      return failures.unknownUrl(method, path);
    if (!/^bearer \S/i.test(headers.authorization ?? "")) return failures.noKey();
    const marketTime = headers[marketTimeHeader];
    return answerQuestion(body, typeof marketTime === "string" ? marketTime : null);
  }

  function answerQuestion(body: string, marketTime: string | null): Answer {
    const question = readQuestion(body);
    if ("status" in question) return question;
    if (question.imageUrls.length > 0) {
      const seen = question.imageUrls.map((url) => options.describeImage?.(url, marketTime) ?? nothingToSee);
      return completion(question, seen.join("\n"), tokensOf(question.prompt) + imageTokens * question.imageUrls.length);
    }
    const reply =
      answerRole(question.schemaName, question.userText) ??
      annotate(readCommentData(question.userText), options.universe);
    return completion(question, JSON.stringify(reply), tokensOf(question.prompt));
  }

  const server = createServer(async (request, response) => {
    const startedAt = performance.now();
    try {
      const answer = await respond(request);
      if (answer === "hang") return;
      // Part of the latency is what the answer itself took: it is no longer because others were answered meanwhile.
      const waitMs = (options.latencyMs ?? 0) - (performance.now() - startedAt);
      if (waitMs > 0) await delay(waitMs);
      response.writeHead(answer.status, {
        ...headersOf(received, Math.round(performance.now() - startedAt)),
        ...answer.headers,
      });
      response.end(answer.body);
    } catch (error) {
      // The caller went away; everything else is a fault of ours that the caller should see as OpenAI's own.
      const { status, body } = failures.internal(error);
      if (!response.headersSent) response.writeHead(status, { "content-type": "application/json" });
      response.end(body);
    }
  });
  const port = await listen(server, options.port);
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) };
}
