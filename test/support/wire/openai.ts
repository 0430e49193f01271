import type { ScriptedAnswer } from "../scripted-server.ts";

// Answers in OpenAI's form. Ids, texts and numbers are made up.

type Answered = Extract<ScriptedAnswer, { status: number }>;

interface Message {
  content: string | null;
  refusal?: string | null;
  tool_calls?: object[];
}

interface Tokens {
  prompt: number;
  completion: number;
}

/** The answer to a chat completion with one choice for each message. */
export function completion(
  messages: readonly Message[],
  { prompt, completion }: Tokens,
  finishReason = "stop",
  headers: Record<string, string> = {},
): Answered {
  return {
    status: 200,
    headers,
    body: {
      id: "chatcmpl-MadeUp0001",
      object: "chat.completion",
      created: 1_700_000_000,
      model: "gpt-4o-mini-2024-07-18",
      choices: messages.map((message, index) => ({
        index,
        message: { role: "assistant", refusal: null, ...message },
        logprobs: null,
        finish_reason: finishReason,
      })),
      usage: {
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion,
        completion_tokens_details: { reasoning_tokens: 0 },
      },
      system_fingerprint: "fp_madeup0001",
    },
  };
}

/** An answer with OpenAI's error body. */
export function refusal(status: number, code: string, message: string, param: string | null = null): Answered {
  return { status, body: { error: { message, type: "invalid_request_error", param, code } } };
}

/** A call of a function, which the product never offers. */
export const toolCall = {
  content: null,
  tool_calls: [{ id: "call_madeup", type: "function", function: { name: "get_town", arguments: '{"of": "otters"}' } }],
};

/** Says how many tokens a minute has and when to come back. */
export function tokensPerMinute(wait: string): Answered {
  const message =
    "Rate limit reached for gpt-4o-mini in organization org-madeup on tokens per min (TPM): " +
    `Limit 40000, Used 39500, Requested 1200. Please try again in ${wait}.`;
  return { status: 429, body: { error: { message, type: "tokens", param: null, code: "rate_limit_exceeded" } } };
}

export const limitHeaders = {
  "x-ratelimit-limit-requests": "700",
  "x-ratelimit-limit-tokens": "40000",
  "x-ratelimit-remaining-requests": "699",
  "x-ratelimit-remaining-tokens": "39100",
  "x-ratelimit-reset-requests": "250ms",
  "x-ratelimit-reset-tokens": "1.35s",
};

/** A stream of events, as answers a request with `stream: true`. */
export const eventStream: Answered = {
  status: 200,
  headers: { "content-type": "text/event-stream; charset=utf-8" },
  body: [
    ...["Buy ", "otters"].map((content) => ({ index: 0, delta: { content }, logprobs: null, finish_reason: null })),
    { index: 0, delta: {}, logprobs: null, finish_reason: "stop" },
  ]
    .map((choice) => ({ id: "chatcmpl-MadeUp0002", object: "chat.completion.chunk", created: 1, choices: [choice] }))
    .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
    .concat("data: [DONE]\n\n")
    .join(""),
};

/** An answer of the responses API, which the product does not ask. */
export const responsesAnswer: Answered = {
  status: 200,
  body: {
    id: "resp_madeup",
    object: "response",
    status: "completed",
    output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: '{"amount": 3}' }] }],
    usage: { input_tokens: 72, output_tokens: 14, total_tokens: 86 },
  },
};
