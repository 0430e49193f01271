import type { Environment } from "../../runtime/config.ts";
import type { Credentials } from "../aws/secrets.ts";
import type { Broker } from "../market/market.ts";
import { readSchwabApp } from "./app.ts";
import { createSchwab, type SchwabTools } from "./client.ts";
import type { SchwabAuth, TokenVault } from "./login.ts";

/** How long Schwab is given for one answer. */
export const schwabPatienceMs = 5_000;

/** Schwab as the environment says, with its app's credentials and the tokens of the last login. */
export async function openSchwab(
  environment: Environment,
  credentials: () => Promise<Credentials>,
  tools: Omit<SchwabTools, "vault"> & { tokenVault: () => Promise<TokenVault> },
): Promise<Broker & { auth: SchwabAuth }> {
  const app = await readSchwabApp(environment, credentials);
  const settings = { ...app, standIn: environment.SCHWAB_STAND_IN, timeoutMs: schwabPatienceMs };
  return createSchwab(settings, { ...tools, vault: await tools.tokenVault() });
}
