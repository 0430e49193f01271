import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { registerApiKey } from "../../lib/access/api-keys.ts";
import { analysisRun, analysisStart } from "../../lib/analysis/run.ts";
import { lifecycleFailures } from "../../lib/runs/failure.ts";
import { startRun as startInProcess } from "../../lib/runs/start.ts";
import { askEvery, readGets } from "../../localstack/commands/canary.ts";
import { effectOf, logIn, preflight } from "./access.ts";
import { answerEnded, ask, putDocument } from "./answers.ts";
import {
  type Cloud,
  type Deployment,
  deploy,
  fill,
  functionName,
  requireTools,
  startCloud,
  stopSweeping,
} from "./cloud.ts";
import { installLocalStack, type LocalStackInstallation } from "./localstack.ts";
import { existingName, firstIn } from "./names.ts";
import { runProgram } from "./programs.ts";
import { callsTable, unitsTable, untriedFunctions, unusedTable } from "./roles/report.ts";
import { timesOf } from "./roles/usage.ts";
import { ended, resumeRun, runStatus, startRun } from "./runs.ts";
import { runSchemathesis } from "./schemathesis.ts";

/**
 * The deployed stage, on a cloud that this project did not write, each function behind the role it was given. The parts
 * build on one another and run in this order.
 */
let cloud: Cloud;
let deployment: Deployment;
let failed = false;
afterEach(({ task }) => {
  failed ||= task.result?.state === "fail";
});

afterAll(async () => {
  if (failed && cloud) console.log(`The logs of LocalStack and of the functions are kept in ${cloud.folder}`);
  await cloud?.close({ keepFiles: failed });
}, 60_000);

const minutes = (count: number) => count * 60_000;

describe("the stage on LocalStack", () => {
  const tools = requireTools();
  let installation: LocalStackInstallation;

  it(
    "finds LocalStack installed, or installs it",
    async () => {
      installation = await installLocalStack(tools);
    },
    minutes(10),
  );

  it(
    "finds it ready on this machine",
    async () => {
      cloud = await startCloud(tools, installation);
    },
    minutes(2),
  );

  it(
    "is deployed by the README's command, whose canary gets an answer to every GET before any run",
    async () => {
      deployment = await deploy(cloud);
      expect(deployment.said).toMatch(/^smoke: (\d+) of \1 GET operations answered$/m);
      await stopSweeping(cloud);
    },
    minutes(5),
  );

  it(
    "passes the smoke",
    async () => {
      await fill(cloud, deployment);
      const before = cloud.usage.functions();
      const { code, said } = await runProgram("npm", ["run", "smoke"], {
        BASE_URL: deployment.api.baseUrl,
        SMOKE_POLL_MS: "1000",
      });
      console.log(said);
      expect(code).toBe(0);
      console.log(`\nCapacity units of the run:\n${unitsTable(before, cloud.usage.functions())}\n`);
    },
    minutes(5),
  );

  it(
    "fills an order and what a template makes, and fails one through FailOrder",
    async () => {
      const { api, invoke } = deployment;
      const orderOf = async (id: string) => {
        const { body } = await api.call("GET", `/api/v1/orders/${id}`);
        return (body as { data: { status: string } }).data;
      };
      const over = async (id: string) => {
        for (;;) {
          await invoke("dispatchOrders", {});
          const order = await orderOf(id);
          if (["filled", "cancelled", "rejected", "failed"].includes(order.status)) return order;
          await pause(1_000);
        }
      };
      const submit = async (body: object) => {
        const answer = await api.call("POST", "/api/v1/orders", { body });
        expect(answer).toMatchObject({ status: 201 });
        return (answer.body as { data: { order_id: string } }).data.order_id;
      };
      // One after the other would wait for a minute.
      await api.call("PUT", "/config/order_spacing_seconds", { body: { value: 0 } });
      const shares = await submit({ symbol: "GME", execution_type: "equity" });
      expect(await over(shares)).toMatchObject({ status: "filled", error_message: null });
      const template = { name: "weekly", symbol: "GME", strategy_name: "straddle", schedule_type: "weekly" };
      const made = await api.call("POST", "/api/v1/templates", { body: template });
      expect(made).toMatchObject({ status: 201 });
      await invoke("runDueTemplates", {});
      expect(await invoke("watchPositions", {})).toMatchObject({ managed: 0 });
      const held = await api.call("GET", "/api/v1/positions?book=desk");
      expect(held.body).toMatchObject({ data: { positions: [{ position_id: shares, symbol: "GME", quantity: 1 }] } });
      expect(await invoke("failOrder", { orderId: shares, error: { Error: "Tried" } })).toMatchObject({
        ended: "over",
      });
      expect(await invoke("fillSpread", { orderId: shares })).toMatchObject({ done: true });
      await invoke("notifyWebhook", {});
    },
    minutes(3),
  );

  it(
    "answers a question with the words of a document in its bucket",
    async () => {
      const { api, bucket } = deployment;
      const sentence = "The ferry to Sandvig costs 42 crowns for a car.";
      const text = `# The ferry\n\n${sentence}\nIt leaves every hour from May to September.\n`;
      await putDocument(cloud, bucket, { name: "ferry.md", text });
      const question = ["--question", "What does the ferry to Sandvig cost for a car?", "--run-id", "ferry"];
      const options = ["--poll-interval-seconds", "1", "--artifacts-dir", join(cloud.folder, "smoke")];
      const { code, said } = await runProgram("npm", ["run", "smoke", "--", ...question, ...options], {
        BASE_URL: api.baseUrl,
      });
      console.log(said);
      expect(code).toBe(0);
      expect(await firstIn(api, "/api/v1/runs")).toBe("ferry");
      const output = await api.call("GET", "/api/v1/runs/ferry/output");
      expect((output.body as { content: string }).content).toContain("42 crowns");
      const cited = await api.call("GET", "/api/v1/runs/ferry/references?include_quote=true");
      expect(cited.body).toMatchObject({ references: [{ ref_id: "ref_1", quote: expect.stringContaining(sentence) }] });
    },
    minutes(5),
  );

  it(
    "ends answer runs early: by request, by the orchestrator, from the console, and where the database is gone",
    async () => {
      const { api, services, invoke } = deployment;
      const question = "When does the ferry leave?";
      const stopped = await ask(api, { question });
      const asked = await api.call("POST", `/api/v1/runs/${stopped}/stop`, { body: { reason: "by hand" } });
      expect(asked).toMatchObject({ status: 202, body: { status: "stopped", finish_reason: "stopped_by_user" } });

      const unanswered = await ask(api, { question });
      expect(await invoke("endUnanswered", { runId: unanswered, attempt: 1 })).toEqual({ status: "stopped" });
      expect(await answerEnded(api, unanswered)).toMatchObject({ finish_reason: "stopped_by_orchestrator" });

      const aborted = await ask(api, { question });
      await services.executions.answer.stop(`${aborted}-1`, "by hand");
      expect(await answerEnded(api, aborted)).toMatchObject({ status: "stopped", finish_reason: "stopped_by_user" });

      const failed = await ask(api, { question, enable_sql: true });
      expect(await answerEnded(api, failed)).toMatchObject({ status: "failed", finish_reason: "sql_execution_failed" });
      expect(timesOf(cloud.usage, functionName("failAnswer"))).toBeGreaterThan(0);
    },
    minutes(5),
  );

  it(
    "answers every GET after a run, with the names of what is there",
    async () => {
      const { api } = deployment;
      const gets = await readGets(api);
      const named = gets.filter(({ pathVariables }) => pathVariables.length > 0);
      const names = new Map(
        await Promise.all(named.map(async ({ path }) => [path, await existingName(api, path)] as const)),
      );
      expect(await askEvery(api, gets, (path) => names.get(path) ?? "")).toEqual({ unset: [] });
    },
    minutes(2),
  );

  it(
    "starts one run for 20 simultaneous requests, and tells the others its id",
    async () => {
      const { api } = deployment;
      const answers = await Promise.all(Array.from({ length: 20 }, () => api.call("POST", "/analyze")));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([202, ...Array(19).fill(409)]);
      const started = answers.find(({ status }) => status === 202)?.body as { data: { run_id: string } };
      const refused = answers.filter(({ status }) => status === 409).map(({ body }) => body);
      const expected = { code: "ANALYSIS_ALREADY_RUNNING", details: { active_run_id: started.data.run_id } };
      for (const body of refused) expect(body).toMatchObject({ error: expected });
    },
    minutes(2),
  );

  it(
    "stops that run and takes it up again",
    async () => {
      const { api } = deployment;
      const id = (await firstIn(api, "/runs")) ?? "";
      expect((await api.call("POST", `/runs/${id}/stop`)).status).toBe(200);
      expect(await runStatus(api, id)).toMatchObject({
        status: "failed",
        attempt: 1,
        error_message: lifecycleFailures.stopped.message,
      });
      expect(await resumeRun(api, id)).toBe(id);
      expect(await ended(api, id)).toMatchObject({ status: "completed", attempt: 2, error_message: null });
    },
    minutes(5),
  );

  it(
    "fails a run through FailRun where Reddit refuses everybody",
    async () => {
      const { api, services } = deployment;
      cloud.providers.redditRefuses(true);
      const id = await startRun(api);
      const run = await ended(api, id);
      cloud.providers.redditRefuses(false);
      expect(run).toMatchObject({ status: "failed", error_code: "REDDIT_API_ERROR" });
      expect(timesOf(cloud.usage, functionName("failRun"))).toBeGreaterThan(0);
      await expect
        .poll(() => services.executions.analysis.describe(`${id}-1`), { timeout: 20_000 })
        .toEqual({ status: "FAILED", error: "RunFailed" });
    },
    minutes(3),
  );

  it(
    "hears from EventBridge that an execution was aborted, and ends its run",
    async () => {
      const { api, services } = deployment;
      const [sweeps, events] = [
        timesOf(cloud.usage, functionName("sweepRuns")),
        timesOf(cloud.usage, functionName("executionEnded")),
      ];
      const id = await startRun(api);
      await services.executions.analysis.stop(`${id}-1`, "by hand");
      expect(await ended(api, id)).toMatchObject({
        status: "failed",
        error_message: lifecycleFailures.aborted.message,
      });
      expect(timesOf(cloud.usage, functionName("executionEnded"))).toBeGreaterThan(events);
      expect(timesOf(cloud.usage, functionName("sweepRuns"))).toBe(sweeps);
    },
    minutes(3),
  );

  it(
    "sweeps up a run whose execution is gone",
    async () => {
      const { api, services, invoke } = deployment;
      // A process that ended between the transaction and the start of the execution, two minutes ago.
      const { run_id } = await startInProcess(
        analysisRun,
        analysisStart,
        {
          ...services,
          clock: { now: () => new Date(Date.now() - 120_000) },
          executions: { analysis: { ...services.executions.analysis, start: async () => "unknown" } },
        },
        { operation: "analyze", key: undefined, apiKeyId: "local", body: {} },
      );
      expect(await runStatus(api, run_id)).toMatchObject({ status: "running" });
      expect(await invoke("sweepRuns", {})).toEqual({ running: 0, ended: 1, orders: { ended: 0 } });
      expect(await runStatus(api, run_id)).toMatchObject({
        status: "failed",
        error_message: lifecycleFailures.lost.message,
      });
    },
    minutes(2),
  );

  it(
    "lets a person set, override, close, refresh and log in",
    async () => {
      const { api } = deployment;
      const [position, prediction] = [await firstIn(api, "/positions?status=open"), await firstIn(api, "/predictions")];
      const asked = [
        await api.call("PUT", "/config/stock_take_profit_pct", { body: { value: 0.25 } }),
        await api.call("PATCH", `/predictions/${prediction}/override`, { body: { override_result: "correct" } }),
        await api.call("POST", `/positions/${position}/close`, { body: { reason: "by hand", quantity_pct: 0.5 } }),
        await api.call("POST", "/portfolios/stocks_quality/refresh-prices", { body: {} }),
      ];
      expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 200]);

      expect(await logIn(api)).toBe(200);
    },
    minutes(2),
  );

  it(
    "tells a key that is stored from one that is not, and does what its schedules ask for",
    async () => {
      const { services, invoke } = deployment;
      const key = randomBytes(32).toString("base64url");
      await registerApiKey(services, key, "cloud suite");
      expect(await effectOf(deployment, key)).toBe("Allow");
      expect(await effectOf(deployment, `${key}x`)).toBe("Deny");
      expect(await invoke("refreshSymbols", {})).toBeNull();
      expect(await invoke("watchSystem", {})).toBeNull();
    },
    minutes(2),
  );

  it("lets pages of the allowed origins use it, and no others", async () => {
    const { api } = deployment;
    expect(await preflight(api, "http://localhost:5173")).toEqual([204, "http://localhost:5173"]);
    expect(await preflight(api, "http://elsewhere.example")).toEqual([204, null]);
  });

  it(
    "answers schemathesis as its document says",
    async () => {
      const { operations, cases, findings } = await runSchemathesis({ url: deployment.api.baseUrl });
      console.log(`schemathesis: ${operations} operations, ${cases} requests, ${findings.length} findings`);
      expect(findings).toEqual([]);
    },
    minutes(10),
  );

  it("was refused nothing by a role, and every function that may ask for something has", async () => {
    const { functions, refusals } = cloud.usage;
    console.log(`\nCalls per function:\n${callsTable(functions())}\n`);
    console.log(`Permissions that no call used:\n${await unusedTable(functions(), cloud.roles)}\n`);
    expect(refusals()).toEqual([]);
    // These two ask for something only where a webhook is set.
    const unset = ["sendDeadLetter", "notifyWebhook"].map(functionName);
    const untried = await untriedFunctions(cloud.aws, cloud.roles, functions());
    expect(untried.filter((name) => !unset.includes(name))).toEqual([]);
  });
});
