import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { checkNewKey } from "../../lib/access/authorizer.ts";
import { type Throttling, throttlingOf } from "../../lib/http/throttling.ts";
import { checkWebhookSecret } from "../../lib/providers/webhook/open.ts";
import { readConfig, setVariables } from "../../lib/runtime/config.ts";
import { defaultFirstDay } from "../scenario/calendar.ts";
import { StartProblem } from "./start-problem.ts";

/** The project's own pages about itself. */
const shippedDocuments = fileURLToPath(new URL("../scenario/documents", import.meta.url));

export type Variables = Record<string, string | undefined>;

export interface Settings {
  port: number;
  /** Of the live feed: the next one, or the first after it that is free. */
  feedPort: number;
  /** 127.0.0.1, except in a container, whose ports are published one by one. */
  host: string;
  dataDir: string;
  /** Absent: the one kept in the data directory. */
  apiKey: string | undefined;
  reddit: "stand-in" | "archive" | "real";
  openai: "stand-in" | "real";
  schwab: "stand-in" | "real";
  yahoo: "stand-in" | "real";
  /** The directory of real prices that the stand-ins of Schwab and Yahoo serve; undefined: the scenario's. */
  marketArchive: string | undefined;
  /** Another DynamoDB than the embedded one. */
  dynamoDbEndpoint: string | undefined;
  /** As on a deployed stage, where it is asked for: a gateway of one's own has nobody to be protected from. */
  throttling: Throttling | undefined;
  /** For calls of the OpenAI stand-in, in milliseconds. */
  openaiLatencyMs: number;
  /** Day of the scenario's first run; undefined where the subreddit is not the scenario. */
  firstDay: string | undefined;
  /** What the functions are to find in their environment, without what only the running stack knows. */
  variables: Record<string, string>;
}

/** The environment, over the lines of `.env`; empty means absent, but for the model's parameters. */
export function readVariables(directory: string, environment: Variables = process.env): Variables {
  const file = resolve(directory, ".env");
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  return setVariables({ ...fromFile, ...environment });
}

function present(variables: Variables): Record<string, string> {
  const all = Object.entries(variables);
  return Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Throws `StartProblem`, or the configuration's own error, with one sentence about the first bad value. */
export function readSettings(directory: string, variables: Variables): Settings {
  const paths = readPaths(directory, variables);
  const { asOf, ...world } = readWorld(variables, paths);
  const dataDir = resolve(directory, variables.DATA_DIR ?? ".local");
  const listenOn = port(variables.PORT);
  if (variables.API_KEY !== undefined) checkNewKey(variables.API_KEY);
  const functionVariables = {
    ...variables,
    ...paths,
    ENVIRONMENT: "local",
    STAGE: "local",
    REALM: variables.REALM ?? realmOf(asOf, world.firstDay),
    MARKET_CLOCK: asOf ?? (world.firstDay ? `scenario:${world.firstDay}` : "wall"),
    SCHWAB_CALLBACK_URL: variables.SCHWAB_CALLBACK_URL ?? `http://127.0.0.1:${listenOn}/auth/schwab/callback`,
    DOCUMENTS_DIR: existing(directory, "DOCUMENTS_DIR", variables.DOCUMENTS_DIR, "directory") ?? shippedDocuments,
    ARTIFACTS_DIR: dataDir,
    BROKER_TOKEN_FILE: variables.BROKER_TOKEN_FILE ?? join(dataDir, "broker-tokens.json"),
  };
  readConfig(functionVariables);
  checkWebhook(variables);
  return {
    port: listenOn,
    feedPort: listenOn + 1,
    host: variables.HOST ?? "127.0.0.1",
    dataDir,
    apiKey: variables.API_KEY,
    openai: variables.OPENAI_API_KEY || variables.OPENAI_BASE_URL ? "real" : "stand-in",
    ...world,
    marketArchive: paths.MARKET_ARCHIVE,
    dynamoDbEndpoint: variables.DYNAMODB_ENDPOINT,
    throttling: variables.RATE_LIMIT === undefined ? undefined : throttlingOf(variables.RATE_LIMIT),
    openaiLatencyMs: milliseconds("OPENAI_STAND_IN_LATENCY_MS", variables.OPENAI_STAND_IN_LATENCY_MS),
    variables: present(functionVariables),
  };
}

/** At the start, and not a minute later in the log. */
function checkWebhook({ WEBHOOK_URL, WEBHOOK_SECRET }: Variables): void {
  if (WEBHOOK_URL !== undefined) checkWebhookSecret(WEBHOOK_SECRET ?? "");
}

/** A replay and the scenario live in realms of their own, so that neither can touch what is live. */
function realmOf(asOf: string | undefined, firstDay: string | undefined): string {
  if (asOf) return "replay";
  return firstDay ? "scenario" : "live";
}

/** The variables that name files, with whole paths. */
function readPaths(directory: string, { REDDIT_ARCHIVE, MARKET_ARCHIVE, SYMBOLS_FILE }: Variables) {
  const file = (name: string, value: string | undefined) => existing(directory, name, value, "file");
  return {
    REDDIT_ARCHIVE: REDDIT_ARCHIVE?.startsWith("s3://") ? REDDIT_ARCHIVE : file("REDDIT_ARCHIVE", REDDIT_ARCHIVE),
    MARKET_ARCHIVE: existing(directory, "MARKET_ARCHIVE", MARKET_ARCHIVE, "directory"),
    SYMBOLS_FILE: SYMBOLS_FILE?.split(",")
      .map((name) => file("SYMBOLS_FILE", name))
      .join(","),
  };
}

/** Whose comments and prices there are, and of which time; they have to fit each other. */
function readWorld(variables: Variables, { REDDIT_ARCHIVE, MARKET_ARCHIVE }: ReturnType<typeof readPaths>) {
  const reddit: Settings["reddit"] = REDDIT_ARCHIVE ? "archive" : pair(variables, "REDDIT") ? "real" : "stand-in";
  const asOf = instant("AS_OF", variables.AS_OF);
  if (REDDIT_ARCHIVE && !asOf) {
    throw new StartProblem(
      "REDDIT_ARCHIVE needs AS_OF, the instant the archive is read at, such as 2021-01-27T15:00:00Z.",
    );
  }
  if (MARKET_ARCHIVE && !asOf) {
    throw new StartProblem("MARKET_ARCHIVE needs AS_OF, an instant within its days, such as 2021-01-27T15:00:00Z.");
  }
  const firstDay = reddit === "stand-in" && !asOf ? defaultFirstDay : undefined;
  return { asOf, reddit, firstDay, ...priceSources(variables, asOf !== undefined, firstDay !== undefined) };
}

function port(value = "3000"): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 65_534) return number;
  throw new StartProblem(`PORT must be a number from 1 to 65534, not "${value}".`);
}

function milliseconds(name: string, value = "0"): number {
  const number = Number(value);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new StartProblem(`${name} must be a number of milliseconds, not "${value}".`);
}

function instant(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const hasZone = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(value);
  if (hasZone && !Number.isNaN(Date.parse(value))) return new Date(value).toISOString();
  throw new StartProblem(`${name} must be an instant with a time zone such as 2021-01-27T15:00:00Z, not "${value}".`);
}

function existing(directory: string, name: string, value: string | undefined, kind: "file" | "directory") {
  if (value === undefined) return undefined;
  const path = resolve(directory, value.trim());
  const found = existsSync(path) ? statSync(path) : undefined;
  if (kind === "file" ? found?.isFile() : found?.isDirectory()) return path;
  throw new StartProblem(`${name}: there is no ${kind} ${path}.`);
}

/**
 * Who answers for Schwab and Yahoo. A replay and the scenario take their prices from stand-ins, because a real broker
 * knows only what is now; an address that leads to somebody's own stand-in is said to be one.
 */
function priceSources(
  variables: Variables,
  isReplay: boolean,
  isScenario: boolean,
): Pick<Settings, "schwab" | "yahoo"> {
  const { YAHOO_BASE_URL, SCHWAB_STAND_IN, YAHOO_STAND_IN } = variables;
  const schwab = pair(variables, "SCHWAB") ? "real" : "stand-in";
  const isNow = schwab === "real" && SCHWAB_STAND_IN !== "true";
  const foreign = isNow
    ? "SCHWAB_CLIENT_ID"
    : YAHOO_BASE_URL && YAHOO_STAND_IN !== "true"
      ? "YAHOO_BASE_URL"
      : undefined;
  if (foreign && isReplay) {
    throw new StartProblem(`${foreign}: a replay takes its prices from stand-ins; leave out ${foreign} or AS_OF.`);
  }
  if (foreign && isScenario) {
    throw new StartProblem(
      `${foreign}: the scenario has prices of its own; set REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET too.`,
    );
  }
  return { schwab, yahoo: isNow || YAHOO_BASE_URL ? "real" : "stand-in" };
}

function pair(variables: Variables, provider: "REDDIT" | "SCHWAB"): boolean {
  const [id, secret] = [`${provider}_CLIENT_ID`, `${provider}_CLIENT_SECRET`];
  if ((variables[id] === undefined) === (variables[secret] === undefined)) return variables[id] !== undefined;
  throw new StartProblem(`${id} and ${secret} belong together: set both or neither.`);
}
