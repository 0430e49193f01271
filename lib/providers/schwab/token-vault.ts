import { readFile, rename, writeFile } from "node:fs/promises";
import type { Environment } from "../../runtime/config.ts";
import { AppError } from "../../runtime/errors.ts";
import { noTracer, type Tracer } from "../../runtime/tracer.ts";
import { openSecretsManager } from "../aws/secrets.ts";
import { type BrokerTokens, brokerTokensSchema, type TokenVault } from "./login.ts";

/** The staging label of tokens that are put and not yet current; one for all, because labelled versions are never removed. */
const nextLabel = "NEXT";

/**
 * Where the broker's tokens are kept: the deployment's secret, else a file; without either there are none.
 * The vault throws `NotReady` (retryable) where the tokens cannot be read or written.
 */
export async function createTokenVault(environment: Environment, tracer: Tracer = noTracer): Promise<TokenVault> {
  if (environment.BROKER_SECRET_ID) return secretVault(environment.BROKER_SECRET_ID, tracer);
  if (environment.BROKER_TOKEN_FILE) return fileVault(environment.BROKER_TOKEN_FILE);
  return {
    read: async () => null,
    rotate: async () => {
      throw unusable("stored: BROKER_TOKEN_FILE names no place for them");
    },
  };
}

/** Whoever moves the label of the current version away from the version it has read is the one writer. */
async function secretVault(SecretId: string, tracer: Tracer): Promise<TokenVault> {
  const { client, ...commands } = await openSecretsManager(tracer);

  async function current() {
    const { VersionId, SecretString } = await client
      .send(new commands.GetSecretValueCommand({ SecretId }))
      .catch(unreadable);
    return { version: VersionId, tokens: parseTokens(SecretString) };
  }

  return {
    read: async () => (await current()).tokens,
    async rotate(previous, next) {
      const { version, tokens } = await current();
      if (!isSame(tokens, previous)) return false;
      const { VersionId: put } = await client
        .send(
          new commands.PutSecretValueCommand({
            SecretId,
            SecretString: JSON.stringify(next),
            VersionStages: [nextLabel],
          }),
        )
        .catch(unwritable);
      const move = { SecretId, VersionStage: "AWSCURRENT", MoveToVersionId: put, RemoveFromVersionId: version };
      try {
        await client.send(new commands.UpdateSecretVersionStageCommand(move));
        return true;
      } catch (error) {
        // Refused where another has moved it; and where an earlier try of ours did, whose answer was lost.
        const now = await current();
        return now.version === version ? unwritable(error) : now.version === put;
      }
    },
  };
}

/** A file that only its owner may read. Writers of one process take turns. */
function fileVault(path: string): TokenVault {
  let lastTurn: Promise<unknown> = Promise.resolve();

  async function read(): Promise<BrokerTokens | null> {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? null : unreadable(error),
    );
    return text === null ? null : parseTokens(text);
  }

  async function replace(previous: BrokerTokens | null, next: BrokerTokens): Promise<boolean> {
    if (!isSame(await read(), previous)) return false;
    await writeTokenFile(path, next).catch(unwritable);
    return true;
  }

  return {
    read,
    rotate(previous, next) {
      const turn = lastTurn.then(() => replace(previous, next));
      lastTurn = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** In one step: whoever reads finds the old tokens or the new ones. */
export async function writeTokenFile(path: string, tokens: BrokerTokens): Promise<void> {
  await writeFile(`${path}.next`, JSON.stringify(tokens), { mode: 0o600 });
  await rename(`${path}.next`, path);
}

function parseTokens(text = ""): BrokerTokens | null {
  try {
    return brokerTokensSchema.nullable().parse(JSON.parse(text));
  } catch {
    // Without its cause, which would quote from the tokens in the log.
    throw unusable("read: what is stored is damaged");
  }
}

function isSame(stored: BrokerTokens | null, known: BrokerTokens | null): boolean {
  return stored?.refresh_token === known?.refresh_token && stored?.access_token === known?.access_token;
}

function unreadable(cause: unknown): never {
  throw unusable("read", cause);
}

function unwritable(cause: unknown): never {
  throw unusable("stored", cause);
}

function unusable(problem: string, cause?: unknown): AppError {
  const message = `The broker's tokens could not be ${problem}.`;
  return new AppError("NotReady", "NOT_READY", message, { retryable: true, cause });
}
