import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readVariables, type Variables } from "../embedded/settings.ts";

export interface ApiAnswer {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface ApiClient {
  baseUrl: string;
  /** Whether requests carry an API key. */
  hasKey: boolean;
  call(
    method: "GET" | "POST" | "PUT" | "PATCH",
    path: string,
    request?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<ApiAnswer>;
}

/**
 * A client of any deployment: BASE_URL (default this machine's PORT) and API_KEY, which a local stack keeps in its
 * data directory. Without an argument from where `npm start` has them: the environment and `.env`.
 */
export function connect(variables: Variables = readVariables(process.cwd()), timeoutMs = 30_000): ApiClient {
  const baseUrl = (variables.BASE_URL ?? `http://127.0.0.1:${variables.PORT ?? 3000}`).replace(/\/$/, "");
  const key = apiKeyOf(variables);
  return {
    baseUrl,
    hasKey: key !== undefined,
    async call(method, path, request = {}) {
      const response = await fetch(baseUrl + path, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...(key !== undefined && { "x-api-key": key }),
          ...(request.body !== undefined && { "content-type": "application/json" }),
          ...request.headers,
        },
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.startsWith("application/json");
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
  };
}

/** The key that requests carry. */
export function apiKeyOf(variables: Variables): string | undefined {
  return variables.API_KEY ?? storedKey(variables.DATA_DIR ?? ".local");
}

function storedKey(dataDir: string): string | undefined {
  const file = join(dataDir, "api-key");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

/** The answer's `data`, checked. Throws a sentence that says which promise was broken. */
export function expectData<T>(answer: ApiAnswer, status: number, schema: z.ZodType<T>, what: string): T {
  if (answer.status !== status) {
    throw new Error(`${what}: expected ${status}, got ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const envelope = z.object({
    data: schema,
    meta: z.looseObject({ timestamp: z.string(), version: z.literal("1.0") }),
  });
  const parsed = envelope.safeParse(answer.body);
  if (!parsed.success) throw new Error(`${what}: the body is not what was promised: ${z.prettifyError(parsed.error)}`);
  return parsed.data.data as T;
}
