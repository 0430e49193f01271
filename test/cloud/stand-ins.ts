import { readFileSync } from "node:fs";
import { readSettings } from "../../localstack/embedded/settings.ts";
import { startStandIns } from "../../localstack/embedded/standins.ts";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";

export interface ProviderStandIns {
  /** What the functions are told beside what their template says. */
  environment: Record<string, string>;
  /** The values of the stage's two secrets. */
  secrets: { providers: string; brokerTokens: string };
  /** Day of the scenario's first run. */
  firstDay: string;
  /** While it is true, Reddit refuses everybody. */
  redditRefuses(does: boolean): void;
  close(): Promise<void>;
}

const credentialNames = [
  "REDDIT_CLIENT_ID",
  "REDDIT_CLIENT_SECRET",
  "OPENAI_API_KEY",
  "SCHWAB_CLIENT_ID",
  "SCHWAB_CLIENT_SECRET",
];

/** The providers that `npm start` has, of the same scenario; the functions get their credentials from the secrets. */
export async function startProviders(folder: string): Promise<ProviderStandIns> {
  const settings = readSettings(folder, { DATA_DIR: folder });
  let refuses = false;
  const reddit = await startRedditStandIn({ faults: () => (refuses ? { status: 403, body: "{}" } : undefined) });
  const others = await startStandIns({ ...settings, reddit: "real" });
  const variables: Record<string, string> = {
    ...others.variables,
    REDDIT_STAND_IN: "true",
    REDDIT_BASE_URL: reddit.url,
    REDDIT_AUTH_URL: `${reddit.url}/api/v1/access_token`,
    REDDIT_CLIENT_ID: "stand-in",
    REDDIT_CLIENT_SECRET: "stand-in",
  };
  const { REALM = "", MARKET_CLOCK = "" } = settings.variables;
  const isForFunctions = ([name]: [string, string]) => /_BASE_URL$|_AUTH_URL$|_STAND_IN$/.test(name);
  return {
    environment: { REALM, MARKET_CLOCK, ...Object.fromEntries(Object.entries(variables).filter(isForFunctions)) },
    secrets: {
      providers: JSON.stringify(Object.fromEntries(credentialNames.map((name) => [name, variables[name]]))),
      brokerTokens: readFileSync(variables.BROKER_TOKEN_FILE ?? "", "utf8"),
    },
    firstDay: settings.firstDay ?? "",
    redditRefuses: (does) => {
      refuses = does;
    },
    close: async () => {
      await Promise.all([reddit.close(), others.close()]);
    },
  };
}
