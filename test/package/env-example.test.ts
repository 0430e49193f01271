import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { checkEnvExample } from "../config/checks/env-example.ts";

const example = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");

it("a line of .env.example that nobody reads is named", () => {
  expect(checkEnvExample(`${example}# NOBODY_READS_ME=1\n`)).toEqual([".env.example: nobody reads NOBODY_READS_ME"]);
});

it("a variable that .env.example lacks is named, whether npm start or a deployment asks for it", () => {
  const lacking = example.replace(/^# (DATA_DIR|ALARM_EMAIL)=.*\n/gm, "");
  expect(checkEnvExample(lacking)).toEqual([".env.example lacks DATA_DIR", ".env.example lacks ALARM_EMAIL"]);
});

it("what only the stack or the deployment fills in may stand there and need not", () => {
  expect(checkEnvExample(`${example}# TABLE_NAME=mine\n`)).toEqual([]);
  expect(checkEnvExample(example)).toEqual([]);
});
