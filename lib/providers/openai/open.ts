import type { Clock } from "../../runtime/clock.ts";
import type { Environment } from "../../runtime/config.ts";
import type { Log } from "../../runtime/logger.ts";
import type { Credentials } from "../aws/secrets.ts";
import type { RetryTools } from "../calls/retry.ts";
import { createOpenAi } from "./client.ts";
import type { Model } from "./model.ts";

/** How long the model is given for one answer. */
export const modelPatienceMs = 20_000;

/** The model as the environment says, with its own credentials. */
export async function openModel(
  environment: Environment,
  credentials: () => Promise<Credentials>,
  tools: RetryTools & { clock: Clock; log: Log },
): Promise<Model> {
  const { OPENAI_API_KEY = "" } = await credentials();
  return createOpenAi(
    {
      baseUrl: environment.OPENAI_BASE_URL,
      apiKey: OPENAI_API_KEY,
      model: environment.OPENAI_MODEL,
      standIn: environment.OPENAI_STAND_IN,
      timeoutMs: modelPatienceMs,
      temperature: environment.OPENAI_TEMPERATURE,
      topP: environment.OPENAI_TOP_P,
      maxOutputTokens: environment.OPENAI_MAX_OUTPUT_TOKENS,
      maxImageTokens: environment.OPENAI_MAX_IMAGE_TOKENS,
    },
    tools,
  );
}
