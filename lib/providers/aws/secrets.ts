import * as z from "zod";
import type { Environment } from "../../runtime/config.ts";
import { AppError } from "../../runtime/errors.ts";
import { noTracer, type Tracer } from "../../runtime/tracer.ts";

const credentialsSchema = z.object({
  REDDIT_CLIENT_ID: z.string().optional(),
  REDDIT_CLIENT_SECRET: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  SCHWAB_CLIENT_ID: z.string().optional(),
  SCHWAB_CLIENT_SECRET: z.string().optional(),
  WEBHOOK_SECRET: z.string().optional(),
  ANSWER_SQL_URL: z.string().optional(),
});
export type Credentials = z.infer<typeof credentialsSchema>;

/** How long Secrets Manager is given for one answer. */
export const secretsPatienceMs = 3_000;

/**
 * The credentials of the providers: on a deployed stage those of the one secret, elsewhere those of the environment.
 * Throws `NotReady` (retryable) where the secret cannot be read or holds none yet, so that a bad minute does not break a
 * container.
 */
export async function loadCredentials(environment: Environment, tracer: Tracer = noTracer): Promise<Credentials> {
  if (!environment.PROVIDER_SECRET_ID) return credentialsSchema.parse(environment);
  const { client, GetSecretValueCommand } = await openSecretsManager(tracer);
  const secret = await client
    .send(new GetSecretValueCommand({ SecretId: environment.PROVIDER_SECRET_ID }))
    .catch((error: unknown) => {
      throw unreadable(error);
    });
  const credentials = parseCredentials(secret.SecretString);
  // Whoever asks would remember that there are none, also after somebody has filled them in.
  if (Object.keys(credentials).length === 0) throw notReady("The secret with the providers' credentials is not set.");
  return credentials;
}

function parseCredentials(text = "{}"): Credentials {
  try {
    return credentialsSchema.parse(JSON.parse(text));
  } catch {
    // Without its cause, which would quote from the secret in the log.
    throw unreadable();
  }
}

/** AWS's client of secrets with its commands, loaded on demand: endpoints that need no secret do not carry it. */
export async function openSecretsManager(tracer: Tracer) {
  const sdk = await import("@aws-sdk/client-secrets-manager");
  const client = tracer.watch(
    new sdk.SecretsManagerClient({
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: secretsPatienceMs, throwOnRequestTimeout: true },
    }),
  );
  return { ...sdk, client };
}

function unreadable(cause?: unknown): AppError {
  return notReady("The providers' credentials could not be read.", cause);
}

function notReady(message: string, cause?: unknown): AppError {
  return new AppError("NotReady", "NOT_READY", message, { retryable: true, cause });
}
