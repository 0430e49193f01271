import { AppError } from "../../runtime/errors.ts";
import { type HttpAnswer, retryAfterSeconds } from "../calls/http.ts";

/** An answer worth reading: 200 with its JSON, or a refusal (4xx), whose body nobody needs. */
export type RedditAnswer = { status: 200; body: unknown } | { status: number; body?: never };

/**
 * Throws `RedditUnavailable` for every answer that may be better next time: 429, 5xx, redirects (to the login page),
 * and a 200 that is not JSON (an HTML page, or an answer cut short).
 */
export function readAnswer(answer: HttpAnswer, now: Date): RedditAnswer {
  const { status } = answer;
  if (status === 429 || status >= 500) {
    const seconds = retryAfterSeconds(answer.headers, now);
    throw unavailable(`Reddit answered HTTP ${status}`, seconds === undefined ? {} : { retryAfterSeconds: seconds });
  }
  if (status >= 400) return { status };
  if (status !== 200) throw unavailable(`Reddit answered HTTP ${status} instead of the data`);
  try {
    return { status, body: JSON.parse(answer.text) as unknown };
  } catch (error) {
    throw unavailable("Reddit answered with something that is not JSON", { cause: error });
  }
}

/** The error the workflow may retry. */
export function unavailable(problem: string, facts: { cause?: unknown; retryAfterSeconds?: number } = {}): AppError {
  return new AppError("RedditUnavailable", "REDDIT_API_ERROR", problem, { ...facts, retryable: true });
}

/** The error that no waiting mends. */
export function refused(problem: string): AppError {
  return new AppError("RedditRefused", "REDDIT_API_ERROR", problem);
}
