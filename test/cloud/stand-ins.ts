import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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

/** Nobody listens there: what asks it is told that it is gone. */
const silentDatabase = "postgres://nobody@127.0.0.1:1/none";

/** The providers that `npm start` has, of the same scenario; the functions get their credentials from the secrets. */
export async function startProviders(folder: string): Promise<ProviderStandIns> {
  const settings = readSettings(folder, { DATA_DIR: folder });
  let refuses = false;
  const reddit = await startRedditStandIn({ faults: () => (refuses ? { status: 403, body: "{}" } : undefined) });
  const others = await startStandIns({ ...settings, reddit: "real" });
  const exchanges = await startSymbolDirectory();
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
    environment: {
      REALM,
      MARKET_CLOCK,
      SYMBOL_DIRECTORY_URL: exchanges.url,
      ...Object.fromEntries(Object.entries(variables).filter(isForFunctions)),
    },
    secrets: {
      providers: JSON.stringify({
        ...Object.fromEntries(credentialNames.map((name) => [name, variables[name]])),
        ANSWER_SQL_URL: silentDatabase,
      }),
      brokerTokens: readFileSync(variables.BROKER_TOKEN_FILE ?? "", "utf8"),
    },
    firstDay: settings.firstDay ?? "",
    redditRefuses: (does) => {
      refuses = does;
    },
    close: async () => {
      await Promise.all([reddit.close(), others.close(), exchanges.close()]);
    },
  };
}

/** The exchanges' directory of symbols: each of its files lists AAA, AAB and so on. */
async function startSymbolDirectory(): Promise<{ url: string; close(): Promise<void> }> {
  const letter = (number: number) => String.fromCharCode(65 + (number % 26));
  const symbols = Array.from({ length: 1_500 }, (_, n) => letter(n / 676) + letter(n / 26) + letter(n));
  const rows = symbols.map((symbol) => `${symbol}|Company ${symbol}|N`);
  const file = ["Symbol|Security Name|Test Issue", ...rows].join("\n");
  const server = createServer((_, response) => void response.end(file));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
