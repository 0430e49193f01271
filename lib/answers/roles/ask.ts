import type * as z from "zod";
import type { RetryPolicy } from "../../providers/calls/retry.ts";
import type { ModelAnswer } from "../../providers/openai/model.ts";
import { jsonIn } from "../../runtime/json-in.ts";
import { payloadKey } from "../artifacts/names.ts";
import { tokensOf } from "../documents/tokens.ts";
import type { PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { pay, type Role } from "../spend.ts";

/** What a role is: its part of the prompt, and the form of its replies. */
export interface RoleDefinition<T> {
  role: Role;
  /** Stored with every payload, so that prompts can be compared: change it with every change of the text. */
  version: string;
  system: string;
  schema: z.ZodType<T>;
  maxOutputTokens: number;
}

/** Spec answer-runs 5.1: two retries, from 0.8 s doubling, with a tenth of jitter; to wait above 6 s is the workflow's. */
const policy: RetryPolicy = {
  retries: 2,
  waitsMs: [800, 1_600],
  longestWaitMs: 6_000,
  countedAs: "ModelRetries",
  jitter: 0.1,
};
/** A long answer takes a real model some minutes; three tries stay within a function's time. */
const timeoutMs = 150_000;

/**
 * Asks a role, and pays the call from the run's budget. `task` says what to do, `data` is what to do it with: words of
 * strangers, which go into a block of their own and are never an instruction. `read` makes of a reply that fits its form
 * what it comes to, and throws where it is to be asked for again. `call` tells the calls of a role apart. Throws as the model
 * does, and `BudgetSpent`.
 */
export async function askRole<T, R>(
  context: PhaseContext<unknown, AnswerServices>,
  { role, version, system, schema, maxOutputTokens }: RoleDefinition<T>,
  { task, data, call, read }: { task: string; data: unknown; call: string; read: (reply: T) => R },
): Promise<R> {
  const { services, runId, run, configuration, marketTime } = context;
  const model = await services.model();
  const user = `${task}\n\n<<<DATA\n${blockOf(data)}\nDATA>>>`;
  const most = { promptTokens: tokensOf(system) + tokensOf(user), completionTokens: maxOutputTokens };
  const replies: string[] = [];
  const ask = (): Promise<ModelAnswer<R>> =>
    model.reply({
      ...{ system, user, marketTime, schema, schemaName: role },
      about: { runId, role, call },
      effort: { policy, timeoutMs, maxOutputTokens },
      read: (text) => {
        replies.push(text);
        return read(schema.parse(jsonIn(text)));
      },
    });
  try {
    return await pay(services, { runId, role, budgetUsd: configuration.answer_budget_usd, most }, ask);
  } finally {
    if (run.log_llm_payload) {
      const artifactStore = await services.artifacts();
      const payload = { role, version, call, messages: [{ system }, { user }], replies };
      await artifactStore.put(payloadKey(runId, `${role}-${call}`), JSON.stringify(payload, null, 2));
    }
  }
}

/** As JSON, in which nothing can end the block: quotes must stay what they are, so that is written in another way. */
function blockOf(data: unknown): string {
  return JSON.stringify(data).replaceAll("<<<", "\\u003c<<").replaceAll(">>>", ">>\\u003e");
}
