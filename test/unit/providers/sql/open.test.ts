import { expect, it } from "vitest";
import { openSql } from "../../../../lib/providers/sql/open.ts";

const open = (ANSWER_SQL_URL: string | undefined, ENVIRONMENT: "local" | "production" = "local") =>
  openSql({ ENVIRONMENT }, async () => ({ ANSWER_SQL_URL }));

it("is no source where none is named", async () => {
  expect(await open(undefined)).toBeUndefined();
});

it.each(["postgres://u:p@127.0.0.1:9/d", "postgresql://u:p@127.0.0.1:9/d", "sqlite:no-such-file"])(
  "opens %s without asking it anything",
  async (url) => {
    const source = await open(url);
    await expect(source?.schema()).rejects.toMatchObject({ name: "SqlUnavailable" });
  },
);

it.each([
  ["mysql://root:canary@127.0.0.1/d", "local"],
  ["canary", "local"],
  ["sqlite:", "local"],
  ["sqlite:/canary", "production"],
] as const)("refuses %s on %s without repeating it", async (url, environment) => {
  const error = await open(url, environment).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ name: "BadConfiguration", message: /^Bad setting: ANSWER_SQL_URL must begin with / });
  expect(String(error)).not.toContain("canary");
});
