import OpenAI from "openai";
import type { Clock } from "../../runtime/clock.ts";
import { iso } from "../../runtime/dates.ts";
import { AppError, isAppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import { marketTimeHeader } from "../calls/http.ts";
import { type RetryPolicy, type RetryTools, withRetries } from "../calls/retry.ts";
import { choiceOf, replyIn, unwillingness, usageOf } from "./answer.ts";
import { longestWaitMs, toModelError } from "./failure.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import type { Model, ModelAnswer, ModelUsage } from "./model.ts";
import { type Parameter, refusedParameter, withoutRefused } from "./parameters.ts";

export interface OpenAiSettings {
  /** Of any service that speaks OpenAI's chat completions. */
  baseUrl: string;
  apiKey: string;
  model: string;
  /** Only a stand-in is told the market time of the run. */
  standIn: boolean;
  /** For one attempt, from the request to the last byte of the answer. */
  timeoutMs: number;
  /** Null leaves it to the service. */
  temperature: number | null;
  topP: number | null;
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

interface Conversation<T> {
  policy: RetryPolicy;
  timeoutMs: number;
  question: OpenAI.ChatCompletionCreateParamsNonStreaming;
  withImage: boolean;
  marketTime: Date;
  log: Log;
  /** Whether a log line may show how a reply begins. */
  showsReply: boolean;
  /** Throws when the reply is malformed. */
  read: (reply: string) => T;
}

/**
 * The model over the `openai` SDK. A parameter that the service refuses is left out from then on. Throws `BadConfiguration` at once where the key cannot be one, and otherwise what
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

  const sampling = {
    ...(settings.temperature !== null && { temperature: settings.temperature }),
    ...(settings.topP !== null && { top_p: settings.topP }),
  };
  // Learnt from the first refusal; each can be learnt once, so that asking again ends.
  const refused = new Set<Parameter>();

  async function ask(conversation: Conversation<unknown>, usage: ModelUsage): Promise<unknown> {
    // The SDK's own time-out does not cover the body of an error.
    const signal = AbortSignal.timeout(conversation.timeoutMs);
    const question = withoutRefused(conversation.question, refused);
    try {
      return await client.chat.completions.create(question, {
        signal,
        timeout: conversation.timeoutMs,
        ...(settings.standIn && { headers: { [marketTimeHeader]: iso(conversation.marketTime) } }),
      });
    } catch (error) {
      const parameter = refusedParameter(error, question);
      if (parameter !== undefined) {
        refused.add(parameter);
        conversation.log.warn("the model does not take a parameter and is asked without it", { parameter });
        return ask(conversation, usage);
      }
      throw toModelError(error, {
        timedOut: signal.aborted,
        timeoutMs: conversation.timeoutMs,
        withImage: conversation.withImage,
        usage: { ...usage },
        apiKey: settings.apiKey,
        question: JSON.stringify(question.messages),
        now: tools.clock.now(),
      });
    }
  }

  async function converse<T>(conversation: Conversation<T>): Promise<ModelAnswer<T>> {
    const { log } = conversation;
    const spent: ModelUsage = { promptTokens: 0, completionTokens: 0 };
    let reply = "";
    let unwilling = 0;
    const unusable = (problem: string, retryable: boolean, cause?: unknown) =>
      new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", problem, {
        retryable,
        details: { usage: { ...spent } },
        cause,
      });

    const attempt = async (): Promise<T> => {
      reply = "";
      const startedAt = performance.now();
      tools.metrics.add("ModelCalls");
      const answer = await ask(conversation, spent);
      const usage = usageOf(answer);
      tools.metrics.add("ModelTokens", usage.promptTokens + usage.completionTokens);
      spent.promptTokens += usage.promptTokens;
      spent.completionTokens += usage.completionTokens;
      const choice = choiceOf(answer);
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
        throw unusable(`the model's reply is malformed: ${messageOf(error)}`, true, error);
      }
    };

    try {
      const value = await withRetries(conversation.policy, { ...tools, log }, attempt);
      return { value, usage: spent };
    } catch (error) {
      tools.metrics.add("ModelFailures");
      if (isAppError(error)) {
        log.warn("model call given up", {
          error: error.name,
          problem: error.message,
          ...(conversation.showsReply && { replyStart: reply.slice(0, 80) }),
        });
      }
      throw error;
    }
  }

  return {
    reply: (request) =>
      converse({
        policy: request.effort?.policy ?? textPolicy,
        timeoutMs: request.effort?.timeoutMs ?? settings.timeoutMs,
        withImage: false,
        showsReply: request.effort === undefined,
        marketTime: request.marketTime,
        log: tools.log.with(request.about),
        read: request.read,
        question: {
          model: settings.model,
          ...sampling,
          max_completion_tokens: request.effort?.maxOutputTokens ?? settings.maxOutputTokens,
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
        timeoutMs: settings.timeoutMs,
        withImage: true,
        showsReply: true,
        marketTime: request.marketTime,
        log: tools.log.with({ postId: request.postId }),
        read: readDescription,
        question: {
          model: settings.model,
          ...sampling,
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readDescription(reply: string): string {
  const description = reply.trim();
  if (description === "") throw new Error("the description is empty");
  return description;
}
