import { relative } from "node:path";
import { isAppError } from "../lib/runtime/errors.ts";
import { archiveNotices, marketArchiveNotices } from "./embedded/archive-notices.ts";
import { parentOf } from "./embedded/processes.ts";
import { readSettings, readVariables, type Settings } from "./embedded/settings.ts";
import { type Stack, startStack } from "./embedded/stack.ts";
import { StartProblem } from "./embedded/start-problem.ts";

/** `npm start`: the whole system without AWS. */
const directory = process.cwd();
const longestEndMs = 4_000;

try {
  const settings = readSettings(directory, readVariables(directory));
  const starting = startStack(settings);
  endWith(starting);
  const stack = await starting;
  greet(stack, settings);
  const notices = [...(await archiveNotices(settings.variables)), ...(await marketArchiveNotices(settings))];
  for (const notice of notices) console.log(`\n  ${notice}`);
  fail(await stack.broken, stack);
} catch (error) {
  fail(error);
}

function greet({ url, feedUrl, apiKey }: Stack, settings: Settings) {
  const { firstDay, marketArchive, variables } = settings;
  const reddit = {
    "stand-in": "stand-in, a synthetic subreddit (set REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET, or REDDIT_ARCHIVE)",
    archive: `archive ${variables.REDDIT_ARCHIVE}`,
    real: "the real service",
  }[settings.reddit];
  const openai = {
    "stand-in": "stand-in, an offline annotator (set OPENAI_API_KEY)",
    real: variables.OPENAI_BASE_URL ?? "the real service",
  }[settings.openai];
  const prices = marketArchive ? `the prices in ${marketArchive}` : "the scenario's prices";
  const schwab = {
    "stand-in": `stand-in with ${prices}${marketArchive ? "; option chains that were not recorded are computed" : ""}`,
    real: variables.SCHWAB_BASE_URL ?? "the real service; GET /auth/schwab/login begins its login",
  }[settings.schwab];
  const yahoo = {
    "stand-in": `stand-in with ${prices}`,
    real: variables.YAHOO_BASE_URL ?? "the real service",
  }[settings.yahoo];
  const market = firstDay
    ? `the scenario's: ${firstDay}, one trading day further per run`
    : variables.MARKET_CLOCK === "wall"
      ? "now"
      : variables.MARKET_CLOCK;
  const data = relative(directory, settings.dataDir) || ".";
  console.log(`WSB Signals is running. Ctrl-C ends it.

  API        ${url}   (documentation: ${url}/docs)
  Dashboard  ${url}/app/
  Live feed  ${feedUrl}
  API key    ${apiKey}   (header x-api-key)
  Reddit     ${reddit}
  OpenAI     ${openai}
  Schwab     ${schwab}
  Yahoo      ${yahoo}
  Time       ${market}
  Data       ${data}/   (log: ${data}/logs/backend.log)${warningOf(settings)}`);
}

/** Comments of one world beside prices of another make results that look like some and are none. */
function warningOf({ reddit, schwab, marketArchive, variables }: Settings): string {
  if (reddit === "stand-in" || schwab === "real" || marketArchive) return "";
  const cure = variables.MARKET_CLOCK === "wall" ? "SCHWAB_CLIENT_ID and SCHWAB_CLIENT_SECRET" : "MARKET_ARCHIVE";
  return `\n\n  The prices are SYNTHETIC and have nothing to do with these comments (set ${cure}).`;
}

/** Ctrl-C, `kill`, or the end of the npm that started this: everything ends, and a part that hangs ends with it. */
function endWith(starting: Promise<Stack>) {
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(0), longestEndMs).unref();
    await starting.then((stack) => stack.close()).catch(() => {});
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  if (process.env.npm_lifecycle_event !== "start") return;
  // Somebody who kills npm alone means the stack. Between npm and this process stands a shell, which then lives on.
  const [shell, npm] = [process.ppid, parentOf(process.ppid)];
  setInterval(() => {
    if (process.ppid !== shell || parentOf(shell) !== npm) end();
  }, 500).unref();
}

async function fail(problem: unknown, stack?: Stack): Promise<never> {
  const known = problem instanceof StartProblem || isAppError(problem);
  const message = typeof problem === "string" ? problem : problem instanceof Error ? problem.message : String(problem);
  console.error(known || typeof problem === "string" ? message : `The local stack could not start: ${message}`);
  await stack?.close();
  process.exit(1);
}
