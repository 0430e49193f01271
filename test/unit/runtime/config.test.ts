import { describe, expect, it } from "vitest";
import { readConfig } from "../../../lib/runtime/config.ts";

const sentenceOf = (variables: Record<string, string>): string => {
  try {
    readConfig(variables);
  } catch (error) {
    expect(error).toMatchObject({ name: "BadConfiguration", code: "CONFIGURATION_ERROR" });
    return (error as Error).message;
  }
  throw new Error("was accepted");
};

describe("the settings", () => {
  it("have a default for everything", () => {
    const { environment, marketClock, corsAllowedOrigins } = readConfig({});
    expect(environment).toMatchObject({
      REALM: "live",
      STAGE: "local",
      LOG_LEVEL: "INFO",
      SUBREDDIT: "wallstreetbets",
      OPENAI_MODEL: "gpt-4o-mini",
      LLM_WINDOW: 5,
      LLM_RUN_BUDGET_USD: 2,
      REDDIT_STAND_IN: false,
      SCHWAB_BASE_URL: "https://api.schwabapi.com",
      SCHWAB_CALLBACK_URL: "http://127.0.0.1:3000/auth/schwab/callback",
      SCHWAB_STAND_IN: false,
      YAHOO_BASE_URL: "https://query1.finance.yahoo.com",
      YAHOO_STAND_IN: false,
    });
    expect(environment).not.toHaveProperty("BROKER_TOKEN_FILE");
    expect(marketClock).toEqual({ kind: "wall" });
    expect(corsAllowedOrigins).toContain("http://localhost:5173");
  });

  it("take a webhook of any host, and in production only where nobody can read along", () => {
    const urlOf = (variables: Record<string, string>) => readConfig(variables).environment.WEBHOOK_URL;
    const production = { ENVIRONMENT: "production", CORS_ALLOWED_ORIGINS: "https://desk.example.com" };
    expect(urlOf({ WEBHOOK_URL: "http://127.0.0.1:9000/wsb" })).toBe("http://127.0.0.1:9000/wsb");
    expect(urlOf({ ...production, WEBHOOK_URL: "https://10.0.0.7/wsb" })).toBe("https://10.0.0.7/wsb");
    const refused = "Bad setting: WEBHOOK_URL must begin with https:// and hold neither name nor password.";
    expect(sentenceOf({ ...production, WEBHOOK_URL: "http://desk.example.com/wsb" })).toBe(refused);
    for (const url of ["https://me:secret@desk.example.com/", "http://me@127.0.0.1/"]) {
      expect(sentenceOf({ WEBHOOK_URL: url })).toBe(refused);
    }
    expect(sentenceOf({ WEBHOOK_URL: "ftp://desk.example.com/" })).toContain("WEBHOOK_URL");
  });

  it("read an empty variable as an absent one", () => {
    expect(readConfig({ LLM_WINDOW: "", REALM: "  ", REDDIT_ARCHIVE: "" }).environment).toMatchObject({
      LLM_WINDOW: 5,
      REALM: "live",
    });
  });

  it("leave out a parameter of the model whose variable is empty", () => {
    const { environment } = readConfig({ OPENAI_TEMPERATURE: "", OPENAI_TOP_P: " " });
    expect(environment).toMatchObject({ OPENAI_TEMPERATURE: null, OPENAI_TOP_P: null });
    expect(readConfig({}).environment).toMatchObject({ OPENAI_TEMPERATURE: 0.3, OPENAI_TOP_P: 1 });
  });

  it.each([
    ["wall", { kind: "wall" }],
    ["2021-01-27T19:00:00Z", { kind: "fixed", at: new Date("2021-01-27T19:00:00Z") }],
    ["2021-01-27T14:00:00-05:00", { kind: "fixed", at: new Date("2021-01-27T19:00:00Z") }],
    ["scenario:2026-03-02", { kind: "scenario", firstDay: "2026-03-02" }],
  ])("take their market time from %s", (MARKET_CLOCK, expected) => {
    expect(readConfig({ MARKET_CLOCK }).marketClock).toEqual(expected);
  });

  it.each(["yesterday", "2021-01-27", "2021-02-30T00:00:00Z", "scenario:", "scenario:2026-02-30", "scenario:tomorrow"])(
    "refuse the market time %s in a sentence",
    (MARKET_CLOCK) => {
      expect(sentenceOf({ MARKET_CLOCK })).toBe(
        "Bad setting: MARKET_CLOCK: must be wall, an ISO instant or scenario:YYYY-MM-DD.",
      );
    },
  );

  it("name every bad variable in one sentence, and no value", () => {
    const sentence = sentenceOf({
      REALM: "Live Realm",
      LLM_WINDOW: "many",
      DYNAMODB_ENDPOINT: "localhost",
      OPENAI_API_KEY: "sk-canary",
      REDDIT_STAND_IN: "perhaps",
    });
    expect(sentence).toMatch(/^Bad setting: .*\.$/);
    for (const name of ["REALM", "LLM_WINDOW", "DYNAMODB_ENDPOINT", "REDDIT_STAND_IN"])
      expect(sentence).toContain(name);
    expect(sentence).not.toContain("OPENAI_API_KEY");
    expect(sentence).not.toMatch(/sk-canary|Live Realm|perhaps/);
  });

  it.each([
    ["LLM_WINDOW", "0"],
    ["LLM_WINDOW", "1.5"],
    ["LLM_RUN_BUDGET_USD", "-1"],
    ["LLM_RUN_BUDGET_USD", "NaN"],
    ["LOG_LEVEL", "LOUD"],
    ["ENVIRONMENT", "staging"],
    ["REALM", "a#b"],
    ["SCHWAB_CALLBACK_URL", "desk.example.com/callback"],
    ["YAHOO_STAND_IN", "yes"],
  ])("refuse %s=%s", (name, value) => {
    expect(sentenceOf({ [name]: value })).toContain(`Bad setting: ${name}: `);
  });
});

describe("the allowed origins", () => {
  it("are the listed ones, trimmed, empty entries dropped", () => {
    const listed = " https://a.example , ,https://b.example,";
    expect(readConfig({ CORS_ALLOWED_ORIGINS: listed }).corsAllowedOrigins).toEqual([
      "https://a.example",
      "https://b.example",
    ]);
  });

  it("fall back to a developer's own outside production only", () => {
    expect(readConfig({ CORS_ALLOWED_ORIGINS: " , " }).corsAllowedOrigins).toEqual([
      "http://localhost:3000",
      "http://127.0.0.1:3000",
      "http://localhost:8080",
      "http://localhost:5173",
    ]);
    expect(sentenceOf({ ENVIRONMENT: "production" })).toContain("CORS_ALLOWED_ORIGINS must list the allowed origins");
    expect(sentenceOf({ ENVIRONMENT: "production", CORS_ALLOWED_ORIGINS: "*" })).toContain("must not contain *");
  });

  it("are never everyone", () => {
    expect(sentenceOf({ CORS_ALLOWED_ORIGINS: "https://a.example,*" })).toContain("must not contain *");
  });
});

it.each(["REDDIT_STAND_IN", "OPENAI_STAND_IN", "SCHWAB_STAND_IN", "YAHOO_STAND_IN"])(
  "%s is refused in production",
  (name) => {
    const production = { ENVIRONMENT: "production", CORS_ALLOWED_ORIGINS: "https://a.example" };
    expect(readConfig(production).environment.ENVIRONMENT).toBe("production");
    expect(sentenceOf({ ...production, [name]: "true" })).toContain("must not be true in production");
  },
);
