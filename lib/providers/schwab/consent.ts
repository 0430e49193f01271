import type { Environment } from "../../runtime/config.ts";
import { AppError } from "../../runtime/errors.ts";
import type { Credentials } from "../aws/secrets.ts";
import { readSchwabApp } from "./app.ts";
import { consentUrl } from "./login.ts";

/** The address of the consent page for this state, apart from the client, which nobody needs for it. Throws `NotReady`. */
export async function openConsent(
  environment: Environment,
  credentials: () => Promise<Credentials>,
  state: string,
): Promise<string> {
  const app = await readSchwabApp(environment, credentials);
  if (app.clientId === "") throw new AppError("NotReady", "NOT_READY", "SCHWAB_CLIENT_ID is not set.");
  return consentUrl(app, state);
}
