import * as z from "zod";
import { AppError } from "./errors.ts";

const flag = z.enum(["true", "false"]).transform((value) => value === "true");
const instant = z.iso.datetime({ offset: true });
const marketClock = z.union([z.literal("wall"), z.templateLiteral(["scenario:", z.iso.date()]), instant]);

/** A number for the model; empty leaves it to the model's service, some of which refuse it. */
const sampling = (highest: number, usual: number) =>
  z
    .preprocess((value) => (value === "" ? null : value), z.coerce.number().min(0).max(highest).nullable())
    .default(usual);

/** Every variable the functions read. Absent and empty mean the same, where `setVariables` does not say otherwise. */
export const environmentSchema = z.object({
  REALM: z
    .string()
    .regex(/^[a-z0-9-]{1,30}$/, "must be 1–30 lower-case letters, digits or hyphens")
    .default("live"),
  STAGE: z.string().default("local"),
  ENVIRONMENT: z.enum(["local", "production"]).default("local"),
  LOG_LEVEL: z.enum(["DEBUG", "INFO", "WARN", "ERROR", "CRITICAL", "SILENT"]).default("INFO"),
  CORS_ALLOWED_ORIGINS: z.string().default(""),

  TABLE_NAME: z.string().default("wsb-signals"),
  DYNAMODB_ENDPOINT: z.url().optional(),
  STATES_ENDPOINT: z.url().optional(),
  ANALYSIS_STATE_MACHINE_ARN: z
    .string()
    .default("arn:aws:states:us-east-1:000000000000:stateMachine:wsb-signals-local-analysis"),
  ORDER_STATE_MACHINE_ARN: z
    .string()
    .default("arn:aws:states:us-east-1:000000000000:stateMachine:wsb-signals-local-order"),
  ANSWER_STATE_MACHINE_ARN: z
    .string()
    .default("arn:aws:states:us-east-1:000000000000:stateMachine:wsb-signals-local-answer"),
  /** How many answer runs go on at once; the others wait. */
  ANSWERS_AT_ONCE: z.coerce.number().int().min(1).max(100).default(2),
  /** What the folder `documents` of answer runs stands for: a folder, or a part of a bucket, `s3://bucket/prefix`. */
  DOCUMENTS_DIR: z.string().default("documents"),
  /** Where answer runs keep what they make, below `output/`: a folder, or a bucket, `s3://bucket`. */
  ARTIFACTS_DIR: z.string().default(".local"),
  /** Where messages to the clients of the feed are posted. */
  FEED_ENDPOINT: z.url().optional(),
  /** Where clients of the feed connect; on AWS it is on the origin of the API. */
  FEED_URL: z.string().default("/ws"),
  PROVIDER_SECRET_ID: z.string().optional(),

  MARKET_CLOCK: z
    .string()
    .refine((text) => marketClock.safeParse(text).success, "must be wall, an ISO instant or scenario:YYYY-MM-DD")
    .default("wall"),

  SUBREDDIT: z.string().default("wallstreetbets"),
  REDDIT_BASE_URL: z.url().default("https://oauth.reddit.com"),
  REDDIT_AUTH_URL: z.url().default("https://www.reddit.com/api/v1/access_token"),
  REDDIT_CLIENT_ID: z.string().optional(),
  REDDIT_CLIENT_SECRET: z.string().optional(),
  REDDIT_USER_AGENT: z.string().default("node:wsb-signals:1.0.0"),
  REDDIT_STAND_IN: flag.default(false),
  REDDIT_ARCHIVE: z.string().optional(),

  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.url().default("https://api.openai.com/v1"),
  OPENAI_MODEL: z.string().default("gpt-4o-mini"),
  OPENAI_STAND_IN: flag.default(false),
  OPENAI_TEMPERATURE: sampling(2, 0.3),
  OPENAI_TOP_P: sampling(1, 1),
  OPENAI_MAX_OUTPUT_TOKENS: z.coerce.number().int().positive().default(500),
  OPENAI_MAX_IMAGE_TOKENS: z.coerce.number().int().positive().default(300),
  LLM_RUN_BUDGET_USD: z.coerce.number().positive().default(2),
  LLM_WINDOW: z.coerce.number().int().min(1).max(100).default(5),
  LLM_INPUT_USD_PER_MILLION: z.coerce.number().nonnegative().default(0.15),
  LLM_OUTPUT_USD_PER_MILLION: z.coerce.number().nonnegative().default(0.6),

  SCHWAB_BASE_URL: z.url().default("https://api.schwabapi.com"),
  SCHWAB_CLIENT_ID: z.string().optional(),
  SCHWAB_CLIENT_SECRET: z.string().optional(),
  /** Exactly as registered with the app: Schwab sends the browser back to it after the consent. */
  SCHWAB_CALLBACK_URL: z.url().default("http://127.0.0.1:3000/auth/schwab/callback"),
  SCHWAB_STAND_IN: flag.default(false),
  /** Where the broker's tokens are kept: a secret on a deployed stage, elsewhere a file of its owner's. */
  BROKER_SECRET_ID: z.string().optional(),
  BROKER_TOKEN_FILE: z.string().optional(),

  YAHOO_BASE_URL: z.url().default("https://query1.finance.yahoo.com"),
  YAHOO_STAND_IN: flag.default(false),

  /** Who is told of events. Set by whoever deploys and by no request, so it may be any host, private ones too. */
  WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  WEBHOOK_SECRET: z.string().optional(),

  /** A database that answers may read: postgres://… (on a deployed stage in the secret) or sqlite:FILE. */
  ANSWER_SQL_URL: z.string().optional(),

  SYMBOLS_FILE: z.string().optional(),
  SYMBOL_DIRECTORY_URL: z.url().default("https://www.nasdaqtrader.com/dynamic/SymDir"),
});

export type Environment = z.infer<typeof environmentSchema>;

/** Where market time comes from (DESIGN section 5): the wall, one fixed instant, or the scenario's own days. */
export type MarketClock = { kind: "wall" } | { kind: "fixed"; at: Date } | { kind: "scenario"; firstDay: string };

export interface Config {
  environment: Environment;
  marketClock: MarketClock;
  corsAllowedOrigins: string[];
}

/** Origins of the tools a developer runs beside the API; never used in production (spec orders 2.2). */
const localOrigins = [
  "http://localhost:3000",
  "http://127.0.0.1:3000",
  "http://localhost:8080",
  "http://localhost:5173",
];

/** Empty, these say something: nothing is asked of the model. */
const meantEmpty = new Set(["OPENAI_TEMPERATURE", "OPENAI_TOP_P"]);

/** The variables that say something. */
export function setVariables(variables: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]): [string, string][] => {
      if (value === undefined || (value.trim() === "" && !meantEmpty.has(name))) return [];
      return [[name, value.trim() === "" ? "" : value]];
    }),
  );
}

/**
 * Reads and checks the settings. Throws `BadConfiguration` with one sentence that names every bad variable.
 * Without an argument it reads the process's environment; nothing else in the project does.
 */
export function readConfig(variables: Record<string, string | undefined> = process.env): Config {
  const present = setVariables(variables);
  const parsed = environmentSchema.safeParse(present);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", `Bad setting: ${problems.join("; ")}.`);
  }
  const environment = parsed.data;
  refuseStandInsInProduction(environment);
  refusePlainWebhook(environment);
  return {
    environment,
    marketClock: readMarketClock(environment.MARKET_CLOCK),
    corsAllowedOrigins: readOrigins(environment),
  };
}

function refuseStandInsInProduction(environment: Environment): void {
  const standIns = (["REDDIT_STAND_IN", "OPENAI_STAND_IN", "SCHWAB_STAND_IN", "YAHOO_STAND_IN"] as const).filter(
    (name) => environment[name],
  );
  if (environment.ENVIRONMENT === "production" && standIns.length > 0) {
    throw new AppError(
      "BadConfiguration",
      "CONFIGURATION_ERROR",
      `Bad setting: ${standIns.join(" and ")} must not be true in production.`,
    );
  }
}

/** What is signed can still be read on the way; and `fetch` takes no address with a password in it. */
function refusePlainWebhook({ WEBHOOK_URL, ENVIRONMENT }: Environment): void {
  if (WEBHOOK_URL === undefined) return;
  const { protocol, username, password } = new URL(WEBHOOK_URL);
  const isPlain = protocol !== "https:" && ENVIRONMENT === "production";
  if (!isPlain && username === "" && password === "") return;
  const problem = "Bad setting: WEBHOOK_URL must begin with https:// and hold neither name nor password.";
  throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", problem);
}

function readMarketClock(value: string): MarketClock {
  if (value === "wall") return { kind: "wall" };
  if (value.startsWith("scenario:")) return { kind: "scenario", firstDay: value.slice("scenario:".length) };
  return { kind: "fixed", at: new Date(value) };
}

function readOrigins(environment: Environment): string[] {
  const listed = environment.CORS_ALLOWED_ORIGINS.split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
  if (listed.includes("*") || (environment.ENVIRONMENT === "production" && listed.length === 0)) {
    throw new AppError(
      "BadConfiguration",
      "CONFIGURATION_ERROR",
      "Bad setting: CORS_ALLOWED_ORIGINS must list the allowed origins and must not contain *.",
    );
  }
  return listed.length > 0 ? listed : localOrigins;
}
