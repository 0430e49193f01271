import { createHash, randomUUID } from "node:crypto";
import * as z from "zod";

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** What of a chat completion request matters here. */
export interface Question {
  model: string;
  /** All texts of all messages. */
  prompt: string;
  /** The texts of the last user message. */
  userText: string;
  imageUrls: string[];
  /** Of the form that the reply is to have; absent where none is asked for. */
  schemaName: string | undefined;
  maxTokens: number;
}

const partSchema = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image_url"), image_url: z.object({ url: z.string() }) }),
]);
const questionSchema = z.object({
  model: z.string().min(1),
  messages: z.array(z.object({ role: z.string(), content: z.union([z.string(), z.array(partSchema)]) })).min(1),
  max_completion_tokens: z.number().int().positive().optional(),
  max_tokens: z.number().int().positive().optional(),
  response_format: z.object({ json_schema: z.object({ name: z.string() }).optional() }).optional(),
});

/** What one high-detail image costs as input of the model class in use, in tokens. */
export const imageTokens = 36_835;

/** The stand-in's quota: large, but falling with every call as the real headers show it. */
const limits = { requests: 10_000, tokens: 200_000 };

/** Reads a request's body; a body that the service would refuse gives that refusal. */
export function readQuestion(body: string): Question | Answer {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return failures.notJson();
  }
  const parsed = questionSchema.safeParse(json);
  if (!parsed.success) return failures.invalid(parsed.error.issues[0]?.path.join(".") || "messages");
  const { model, messages, max_completion_tokens, max_tokens, response_format } = parsed.data;
  const parts = messages.map(({ role, content }) => ({
    role,
    parts: typeof content === "string" ? [{ type: "text" as const, text: content }] : content,
  }));
  const textOf = (list: z.infer<typeof partSchema>[]) =>
    list.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  const user = parts.findLast(({ role }) => role === "user")?.parts ?? [];
  return {
    model,
    prompt: parts.map((message) => textOf(message.parts)).join("\n"),
    userText: textOf(user),
    imageUrls: user.flatMap((part) => (part.type === "image_url" ? [part.image_url.url] : [])),
    schemaName: response_format?.json_schema?.name,
    maxTokens: max_completion_tokens ?? max_tokens ?? Number.POSITIVE_INFINITY,
  };
}

/** About four characters make a token of English. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** A finished chat completion; a reply above the asked limit is cut as the service cuts it. */
export function completion(question: Question, reply: string, promptTokens: number): Answer {
  const isCut = tokensOf(reply) > question.maxTokens;
  const content = isCut ? reply.slice(0, question.maxTokens * 4) : reply;
  const completionTokens = tokensOf(content);
  return json(200, {
    id: `chatcmpl-${createHash("sha256").update(question.prompt).digest("base64url").slice(0, 29)}`,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: question.model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, refusal: null },
        logprobs: null,
        finish_reason: isCut ? "length" : "stop",
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    system_fingerprint: "fp_offline",
  });
}

/** The headers of every answer; `received` counts the requests so far. */
export function headersOf(received: number, processingMs: number): Record<string, string> {
  return {
    "content-type": "application/json",
    "openai-version": "2020-10-01",
    "openai-processing-ms": String(processingMs),
    "x-request-id": `req_${randomUUID().replaceAll("-", "")}`,
    "x-ratelimit-limit-requests": String(limits.requests),
    "x-ratelimit-limit-tokens": String(limits.tokens),
    "x-ratelimit-remaining-requests": String(limits.requests - 1 - (received % 100)),
    "x-ratelimit-remaining-tokens": String(limits.tokens - 1_000),
    "x-ratelimit-reset-requests": "8.64s",
    "x-ratelimit-reset-tokens": "300ms",
  };
}

/** The service's own words for what can be wrong with a request. */
export const failures = {
  noKey: () =>
    failure(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
      "invalid_api_key",
    ),
  unknownUrl: (method: string, path: string) => failure(404, `Invalid URL (${method} ${path.split("?")[0]})`, null),
  notJson: () =>
    failure(400, "We could not parse the JSON body of your request. The OpenAI API expects a JSON payload.", null),
  invalid: (parameter: string) =>
    failure(400, `Missing or invalid parameter: '${parameter}'.`, "invalid_value", parameter),
  internal: (error: unknown) =>
    json(500, {
      error: {
        message: `The server had an error while processing your request: ${error instanceof Error ? error.message : error}`,
        type: "server_error",
        param: null,
        code: null,
      },
    }),
};

function failure(status: number, message: string, code: string | null, param: string | null = null): Answer {
  return json(status, { error: { message, type: "invalid_request_error", param, code } });
}

function json(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}
