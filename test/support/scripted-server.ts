import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One answer of the server: what it sends, or how it fails to. */
export type ScriptedAnswer =
  | { status: number; headers?: Record<string, string>; body: unknown }
  /** Never answers, or sends half an answer and never the rest. */
  | { hang: "before head" | "in body" | "in error body" }
  /** Ends the connection without an answer, or after half of one. */
  | { drop: "before head" | "in body" };

export interface ReceivedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}

export interface ScriptedServer {
  baseUrl: string;
  requests: ReceivedRequest[];
  close(): Promise<void>;
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? null : JSON.parse(text);
}

/** As far as an answer comes that never comes to its end. */
async function sendHalf(response: ServerResponse, upTo: "before head" | "in body" | "in error body"): Promise<void> {
  if (upTo === "before head") return;
  response.writeHead(upTo === "in error body" ? 500 : 200, { "content-type": "application/json" });
  await new Promise<void>((resolve) => void response.write('{"choices": [', () => resolve()));
}

/** A real HTTP server on a free port that gives these answers in turn, the last one again and again. */
export async function startScriptedServer(answers: readonly ScriptedAnswer[]): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = await jsonOf(request);
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ path: request.url ?? "", headers: request.headers, body });
    if (answer === undefined) return void request.socket.destroy();
    if ("hang" in answer) return sendHalf(response, answer.hang);
    if ("drop" in answer) {
      await sendHalf(response, answer.drop);
      return void request.socket.destroy();
    }
    const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
