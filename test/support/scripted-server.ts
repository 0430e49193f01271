import { createServer, type IncomingHttpHeaders } from "node:http";
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

/** A real HTTP server on a free port that gives these answers in turn, the last one again and again. */
export async function startScriptedServer(answers: readonly ScriptedAnswer[]): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ path: request.url ?? "", headers: request.headers, body: text === "" ? null : JSON.parse(text) });
    if (answer === undefined) return void request.socket.destroy();
    if ("hang" in answer || "drop" in answer) {
      const where = "hang" in answer ? answer.hang : answer.drop;
      const half = () => {
        response.writeHead(where === "in error body" ? 500 : 200, { "content-type": "application/json" });
        return new Promise<void>((resolve) => void response.write('{"choices": [', () => resolve()));
      };
      if (where !== "before head") await half();
      if ("drop" in answer) request.socket.destroy();
      return;
    }
    const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(body);
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
