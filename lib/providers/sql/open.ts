import type { Environment } from "../../runtime/config.ts";
import { AppError } from "../../runtime/errors.ts";
import type { Credentials } from "../aws/secrets.ts";
import type { SqlSource } from "./source.ts";

/**
 * The database that `ANSWER_SQL_URL` names, `postgres://…` or `sqlite:FILE`; undefined where it names none. Connects to
 * nothing before the first question. Throws `BadConfiguration` for anything else.
 */
export async function openSql(
  { ENVIRONMENT }: Pick<Environment, "ENVIRONMENT">,
  credentials: () => Promise<Credentials>,
): Promise<SqlSource | undefined> {
  const { ANSWER_SQL_URL: url } = await credentials();
  if (url === undefined) return undefined;
  if (/^postgres(ql)?:\/\//.test(url)) return (await import("./postgres.ts")).createPostgres(url);
  const [, file] = /^sqlite:(.+)$/.exec(url) ?? [];
  if (file === undefined) throw badUrl("must begin with postgres:// or sqlite:");
  // A function has no files of its own, and its bundle lacks the process that reads them.
  if (ENVIRONMENT === "production") throw badUrl("must begin with postgres:// on a deployed stage");
  return (await import("./sqlite.ts")).createSqlite(file);
}

/** Without what stands there, which may hold a password. */
function badUrl(problem: string): AppError {
  return new AppError("BadConfiguration", "CONFIGURATION_ERROR", `Bad setting: ANSWER_SQL_URL ${problem}.`);
}
