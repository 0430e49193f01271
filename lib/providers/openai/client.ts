import OpenAI from "openai";
import * as z from "zod";
import type { Clock } from "../../runtime/clock.ts";
import { iso } from "../../runtime/dates.ts";
import { AppError, isAppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import { marketTimeHeader } from "../calls/http.ts";
import { type RetryPolicy, type RetryTools, withRetries } from "../calls/retry.ts";
import { longestWaitMs, toModelError } from "./failure.ts";
import type { Model, ModelAnswer, ModelUsage } from "./model.ts";

export interface OpenAiSettings {
  /** Of any service that speaks OpenAI's chat completions. */
  baseUrl: string;
  apiKey: string;
  model: string;
  /** Only a stand-in is told the market time of the run. */
  standIn: boolean;
  /** For one attempt, from the request to the last byte of the answer. */
  timeoutMs: number;
  temperature: number;
  topP: number;
  maxOutputTokens: number;
  maxImageTokens: number;
}

const textPolicy: RetryPolicy = {
  retries: 3,
  waitsMs: [1_000, 2_000, 4_000],
  longestWaitMs,
  countedAs: "ModelRetries",
};
const visionPolicy: RetryPolicy = {
  retries: 3,
  waitsMs: [2_000, 5_000, 10_000],
  longestWaitMs,
  countedAs: "ModelRetries",
};

// The model itself said no, was silenced or was cut short: the same question seldom ends otherwise (reliability 44).
const unwillingRetries = 1;

const count = z.number().int().nonnegative();
const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
});
const usageSchema = z.object({ usage: z.object({ prompt_tokens: count, completion_tokens: count }) });

interface Conversation<T> {
  policy: RetryPolicy;
  question: OpenAI.ChatCompletionCreateParamsNonStreaming;
  withImage: boolean;
  marketTime: Date;
  log: Log;
  /** Throws when the reply is malformed. */
  read: (reply: string) => T;
}

/**
 * The model over the `openai` SDK. Throws `BadConfiguration` at once where the key cannot be one, and otherwise what
 * `Model` says. Its retries are the only ones: the SDK's own are off.
 */
export function createOpenAi(settings: OpenAiSettings, tools: RetryTools & { clock: Clock; log: Log }): Model {
  // Anything else than printable ASCII makes fetch throw an error that quotes the whole header.
  if (!/^[\x21-\x7e]+$/.test(settings.apiKey)) {
    throw new AppError(
      "BadConfiguration",
      "CONFIGURATION_ERROR",
      "OPENAI_API_KEY is missing or has characters no key has",
    );
  }
  const client = new OpenAI({
    apiKey: settings.apiKey,
    baseURL: settings.baseUrl,
    // What is null here would otherwise be read from the environment.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: "off",
    maxRetries: 0,
    timeout: settings.timeoutMs,
    fetchOptions: { redirect: "manual" },
  });

  async function ask(conversation: Conversation<unknown>, usage: ModelUsage): Promise<unknown> {
    // The SDK's own time-out does not cover the body of an error.
    const signal = AbortSignal.timeout(settings.timeoutMs);
    try {
      return await client.chat.completions.create(conversation.question, {
        signal,
        ...(settings.standIn && { headers: { [marketTimeHeader]: iso(conversation.marketTime) } }),
      });
    } catch (error) {
      throw toModelError(error, {
        timedOut: signal.aborted,
        timeoutMs: settings.timeoutMs,
        withImage: conversation.withImage,
        usage: { ...usage },
        apiKey: settings.apiKey,
        now: tools.clock.now(),
      });
    }
  }

  async function converse<T>(conversation: Conversation<T>): Promise<ModelAnswer<T>> {
    const { log } = conversation;
    const spent: ModelUsage = { promptTokens: 0, completionTokens: 0 };
    let reply = "";
    let unwilling = 0;
    const unusable = (problem: string, retryable: boolean) =>
      new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", problem, { retryable, details: { usage: { ...spent } } });

    const attempt = async (): Promise<T> => {
      reply = "";
      const startedAt = performance.now();
      tools.metrics.add("ModelCalls");
      const answer = await ask(conversation, spent);
      const usage = usageOf(answer);
      tools.metrics.add("ModelTokens", usage.promptTokens + usage.completionTokens);
      spent.promptTokens += usage.promptTokens;
      spent.completionTokens += usage.completionTokens;
      const choice = completionSchema.safeParse(answer).data?.choices[0];
      log.info("model answered", {
        ...usage,
        finishReason: choice?.finish_reason ?? null,
        ms: Math.round(performance.now() - startedAt),
      });
      reply = replyIn(answer, choice);
      if (choice === undefined) throw unusable("OpenAI's answer is not a chat completion", true);
      const problem = unwillingness(choice, conversation.withImage);
      if (problem !== null) throw unusable(problem, unwilling++ < unwillingRetries);
      try {
        return conversation.read(choice.message.content ?? "");
      } catch (error) {
        throw unusable(`the model's reply is malformed: ${messageOf(error)}`, true);
      }
    };

    try {
      const value = await withRetries(conversation.policy, { ...tools, log }, attempt);
      return { value, usage: spent };
    } catch (error) {
      tools.metrics.add("ModelFailures");
      if (isAppError(error)) {
        log.warn("model call given up", { error: error.name, problem: error.message, replyStart: reply.slice(0, 80) });
      }
      throw error;
    }
  }

  return {
    annotate: (request) =>
      converse({
        policy: textPolicy,
        withImage: false,
        marketTime: request.marketTime,
        log: tools.log.with({ commentId: request.commentId }),
        read: request.read,
        question: {
          model: settings.model,
          temperature: settings.temperature,
          top_p: settings.topP,
          max_completion_tokens: settings.maxOutputTokens,
          messages: [
            { role: "system", content: request.system },
            { role: "user", content: request.user },
          ],
          response_format: {
            type: "json_schema",
            json_schema: { name: request.schemaName, strict: true, schema: jsonSchemaOf(request.schema) },
          },
        },
      }),
    describeImage: (request) =>
      converse({
        policy: visionPolicy,
        withImage: true,
        marketTime: request.marketTime,
        log: tools.log.with({ postId: request.postId }),
        read: readDescription,
        question: {
          model: settings.model,
          temperature: settings.temperature,
          top_p: settings.topP,
          max_completion_tokens: settings.maxImageTokens,
          messages: [
            {
              role: "user",
              content: [
                { type: "text", text: request.instruction },
                { type: "image_url", image_url: { url: request.imageUrl, detail: "high" } },
              ],
            },
          ],
        },
      }),
  };
}

/** Zero where a service does not count: then there is nothing the ledger could add up. */
function usageOf(answer: unknown): ModelUsage {
  const usage = usageSchema.safeParse(answer).data?.usage;
  return { promptTokens: usage?.prompt_tokens ?? 0, completionTokens: usage?.completion_tokens ?? 0 };
}

type Choice = z.infer<typeof completionSchema>["choices"][number];

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The text of an answer, as far as it has one. */
function replyIn(answer: unknown, choice: Choice | undefined): string {
  if (choice === undefined) return typeof answer === "string" ? answer : "";
  return choice.message.content ?? choice.message.refusal ?? "";
}

/** Why the model gave no whole reply; null if it did. A description that was cut short still describes. */
function unwillingness(choice: Choice, withImage: boolean): string | null {
  if (choice.message.refusal) return "the model refused to reply";
  if (choice.finish_reason === "content_filter") return "the model's reply was withheld by a content filter";
  if (choice.finish_reason === "length" && !withImage) return "the model's reply was cut off at the token limit";
  return null;
}

function readDescription(reply: string): string {
  const description = reply.trim();
  if (description === "") throw new Error("the description is empty");
  return description;
}

/** Every comment is asked about with the same schema. */
const jsonSchemas = new WeakMap<z.ZodType, Record<string, unknown>>();

function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const made = jsonSchemas.get(schema);
  if (made) return made;
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema);
  jsonSchemas.set(schema, jsonSchema);
  return jsonSchema;
}
