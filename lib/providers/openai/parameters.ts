import { APIError, type OpenAI } from "openai";
import { contentCodes } from "./failure.ts";

type Question = OpenAI.ChatCompletionCreateParamsNonStreaming;

/** What an answer can be had without, and the words by which a service that refuses it names it. */
const dispensable = {
  temperature: /\btemperature\b/i,
  top_p: /\btop_p\b/i,
  max_completion_tokens: /\bmax_completion_tokens\b/i,
  max_tokens: /\bmax_tokens\b/i,
  response_format: /\bresponse_format\b|\bjson_schema\b/i,
} as const;

export type Parameter = keyof typeof dispensable;
const parameters = Object.keys(dispensable) as Parameter[];

/**
 * The question without what the service has refused. Servers from before `max_completion_tokens` know its older name; a
 * reply whose form could not be asked for is read as strictly as any other.
 */
export function withoutRefused(question: Question, refused: ReadonlySet<Parameter>): Question {
  const { max_completion_tokens } = question;
  const older = refused.has("max_completion_tokens") && max_completion_tokens != null;
  const asked = { ...question, ...(older && { max_tokens: max_completion_tokens }) };
  for (const parameter of refused) delete asked[parameter];
  return asked;
}

/** Which parameter of the question the service says it does not take; undefined where the refusal is about something else. */
export function refusedParameter(error: unknown, question: Question): Parameter | undefined {
  if (!(error instanceof APIError) || (error.status !== 400 && error.status !== 422)) return undefined;
  if (contentCodes.has(error.code ?? "")) return undefined;
  const named = typeof error.param === "string" && error.param !== "" ? error.param : error.message;
  return parameters.find((parameter) => question[parameter] != null && dispensable[parameter].test(named));
}
