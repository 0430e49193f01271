import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askEvery, readGets } from "../../localstack/commands/canary.ts";
import { type Cloud, type Deployment, deploy, fill, startCloud } from "./cloud.ts";
import { runProgram } from "./programs.ts";

let cloud: Cloud;
let deployment: Deployment;

beforeAll(async () => {
  cloud = await startCloud();
  deployment = await deploy(cloud);
}, 600_000);

afterAll(() => cloud?.close(), 60_000);

describe("the deployed stage", () => {
  it("answers every GET of its document before any run", async () => {
    const { api } = deployment;
    expect(await askEvery(api, await readGets(api))).toEqual({
      unset: ["GET /auth/schwab/login: SCHWAB_CLIENT_ID is not set."],
    });
  }, 120_000);

  it("passes the smoke", async () => {
    await fill(cloud, deployment);
    const { code, said } = await runProgram("npm", ["run", "smoke"], { BASE_URL: deployment.api.baseUrl });
    console.log(said);
    expect(code).toBe(0);
  }, 300_000);

  it("was never refused anything by a role", () => {
    expect(cloud.usage.refusals()).toEqual([]);
  });
});
