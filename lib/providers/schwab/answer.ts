import { AppError } from "../../runtime/errors.ts";
import { type HttpAnswer, retryAfterSeconds } from "../calls/http.ts";

/** An answer worth reading: 200 with its JSON, or a refusal (4xx). */
export type SchwabAnswer = { status: 200; body: unknown } | { status: number; body?: never };

/** Throws `BrokerUnavailable` for every answer that may be better next time: 408, 429, 5xx, redirects, and what is no JSON. */
export function readSchwabAnswer(answer: HttpAnswer, now: Date): SchwabAnswer {
  const { status } = answer;
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = retryAfterSeconds(answer.headers, now);
    throw brokerUnavailable(
      `Schwab answered HTTP ${status}`,
      seconds === undefined ? {} : { retryAfterSeconds: seconds },
    );
  }
  if (status >= 400) return { status };
  if (status !== 200) throw brokerUnavailable(`Schwab answered HTTP ${status} instead of the data`);
  try {
    return { status, body: parseLeniently(answer.text) };
  } catch (error) {
    throw brokerUnavailable("Schwab answered with something that is not JSON", { cause: error });
  }
}

/** Greeks that cannot be computed come as a text, and at times as a bare NaN, which is no JSON. */
function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const mended = text.replace(/:\s*-?(?:NaN|Infinity)(?=\s*[,}])/g, ":null");
    if (mended === text) throw error;
    return JSON.parse(mended);
  }
}

export function brokerUnavailable(
  problem: string,
  facts: { cause?: unknown; retryAfterSeconds?: number } = {},
): AppError {
  return new AppError("BrokerUnavailable", "PRICE_UNAVAILABLE", problem, { ...facts, retryable: true });
}

/** No waiting mends it. */
export function brokerRefused(problem: string): AppError {
  return new AppError("BrokerRefused", "PRICE_UNAVAILABLE", problem);
}

/** Somebody has to log in to the broker again. */
export function brokerLoginNeeded(problem: string): AppError {
  return new AppError("BrokerRefused", "SCHWAB_AUTH_ERROR", `${problem}; log in to Schwab again at /auth/schwab/login`);
}
