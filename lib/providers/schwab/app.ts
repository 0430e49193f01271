import type { Environment } from "../../runtime/config.ts";
import type { Credentials } from "../aws/secrets.ts";
import type { SchwabAppSettings } from "./login.ts";

/** The app that is registered at Schwab, as the environment says, with its own credentials. */
export async function readSchwabApp(
  environment: Environment,
  credentials: () => Promise<Credentials>,
): Promise<SchwabAppSettings> {
  const { SCHWAB_CLIENT_ID = "", SCHWAB_CLIENT_SECRET = "" } = await credentials();
  return {
    baseUrl: environment.SCHWAB_BASE_URL,
    clientId: SCHWAB_CLIENT_ID,
    clientSecret: SCHWAB_CLIENT_SECRET,
    callbackUrl: environment.SCHWAB_CALLBACK_URL,
  };
}
