import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runSchema } from "../../lib/analysis/run.ts";
import { executionEnded } from "../../lib/runs/reconcile.ts";
import type { Services } from "../../lib/services.ts";
import { runKinds } from "../../lib/system/run-kinds.ts";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import { type Cloud, call, startCloud } from "../support/cloud.ts";
import { post } from "../support/content.ts";
import { gate } from "../support/gate.ts";
import { redditSettings } from "../support/providers.ts";
import { settled } from "../support/waiting.ts";

let cloud: Cloud;
let services: Services;
let reddit: { url: string; close(): Promise<void> };
let realm = 0;
const hold = gate();

beforeAll(async () => {
  reddit = await startRedditStandIn({ content: () => ({ posts: [post("p1")], comments: [] }) });
  cloud = await startCloud({
    settings: {
      ...redditSettings(reddit.url),
      MARKET_CLOCK: "2026-03-02T15:30:00Z",
    },
    loseEvents: true,
    around: async (state, handler, input) => {
      if (state === "listPosts") await hold.passed();
      return handler(input);
    },
  });
});
afterAll(async () => {
  hold.open();
  await cloud.close();
  await reddit.close();
});
beforeEach(() => {
  hold.open();
  realm++;
  services = cloud.enter(`lifecycle-${realm}`);
});

const runOf = (id: string) => services.store.get(services.store.keys.run(id), runSchema);
const ended = async (id: string) => {
  const run = await settled(services, id);
  if (!run) throw new Error("the run is gone");
  return run;
};

describe("a run", () => {
  it("is accepted at once and completes", async () => {
    const answer = await call("api/start-analysis");
    expect(answer.status).toBe(202);
    expect(answer.body.meta.version).toBe("1.0");
    const run = await ended(answer.body.data.run_id);
    expect(run).toMatchObject({ status: "completed", signals_created: 0, error_message: null, warnings: null });
    const status = await call("api/get-run-status", { params: { id: run.id } });
    expect(status.body.data).toMatchObject({
      status: "completed",
      phase: 7,
      phase_label: "Post-Analysis",
      attempt: 1,
    });
  });

  it("is the only one: a second start gets 409 with its id", async () => {
    hold.close();
    const first = await call("api/start-analysis");
    const second = await call("api/start-analysis");
    expect(second.status).toBe(409);
    expect(second.body.error).toMatchObject({
      code: "ANALYSIS_ALREADY_RUNNING",
      details: { active_run_id: first.body.data.run_id },
    });
    hold.open();
    await ended(first.body.data.run_id);
    const third = await call("api/start-analysis");
    expect(third.status).toBe(202);
    await ended(third.body.data.run_id);
  });

  it("is started once for one Idempotency-Key, and another body under the key is refused", async () => {
    const headers = { "Idempotency-Key": "once" };
    const first = await call("api/start-analysis", { headers });
    const again = await call("api/start-analysis", { headers, body: {} });
    expect(again.body.data).toEqual(first.body.data);
    await ended(first.body.data.run_id);
    const later = await call("api/start-analysis", { headers });
    expect(later.body.data).toEqual(first.body.data);
    expect((await call("api/list-runs")).body.meta.total).toBe(1);
  });

  it("that the user stops is failed, its execution aborted, and the lock free", async () => {
    hold.close();
    const { run_id } = (await call("api/start-analysis")).body.data;
    const stopped = await call("api/stop-run", { params: { id: run_id } });
    expect(stopped.status).toBe(200);
    expect(stopped.body.data).toMatchObject({ status: "failed", error_message: "Stopped by user" });
    expect((await services.executions.analysis.describe(`${run_id}-1`))?.status).toBe("ABORTED");
    expect((await call("api/stop-run", { params: { id: run_id } })).body.error.code).toBe("RUN_NOT_ACTIVE");
    hold.open();
    const next = await call("api/start-analysis");
    expect(next.status).toBe(202);
    await ended(next.body.data.run_id);
  });

  it("that failed today is resumed as attempt 2 and completes", async () => {
    hold.close();
    const { run_id } = (await call("api/start-analysis")).body.data;
    await call("api/stop-run", { params: { id: run_id } });
    hold.open();
    const resumed = await call("api/resume-run", { params: { id: run_id } });
    expect(resumed.status).toBe(202);
    expect(await ended(run_id)).toMatchObject({ status: "completed", attempt: 2, error_message: null });
    const refused = await call("api/resume-run", { params: { id: run_id } });
    expect(refused.body.error.code).toBe("RUN_NOT_RESUMABLE");
  });

  it("that is not the newest cannot be resumed", async () => {
    hold.close();
    const { run_id } = (await call("api/start-analysis")).body.data;
    await call("api/stop-run", { params: { id: run_id } });
    hold.open();
    cloud.time.now = new Date(cloud.time.now.getTime() + 1000);
    await ended((await call("api/start-analysis")).body.data.run_id);
    const refused = await call("api/resume-run", { params: { id: run_id } });
    expect(refused.status).toBe(409);
    expect(refused.body.error.code).toBe("RUN_NOT_RESUMABLE");
  });
});

describe("when a witness is lost", () => {
  it("an execution aborted from the console is noticed by the next start", async () => {
    hold.close();
    const { run_id } = (await call("api/start-analysis")).body.data;
    await services.executions.analysis.stop(`${run_id}-1`, "console");
    hold.open();
    const next = await call("api/start-analysis");
    expect(next.status).toBe(202);
    expect(await runOf(run_id)).toMatchObject({ status: "failed", error_message: expect.stringContaining("aborted") });
    await ended(next.body.data.run_id);
  });

  it("an event that comes late, twice, or for an earlier attempt leaves the next holder's lock alone", async () => {
    hold.close();
    const first = (await call("api/start-analysis")).body.data.run_id;
    await call("api/stop-run", { params: { id: first } });
    const second = (await call("api/start-analysis")).body.data.run_id;
    await executionEnded(runKinds, services, {
      stateMachineArn: services.executions.analysis.machineArn,
      name: `${first}-1`,
      status: "ABORTED",
    });
    await executionEnded(runKinds, services, {
      stateMachineArn: services.executions.analysis.machineArn,
      name: `${first}-1`,
      status: "FAILED",
    });
    await executionEnded(runKinds, services, {
      stateMachineArn: services.executions.analysis.machineArn,
      name: `${second}-2`,
      status: "FAILED",
    });
    await executionEnded(runKinds, services, {
      stateMachineArn: services.executions.analysis.machineArn,
      name: "somebody-elses",
      status: "FAILED",
    });
    expect((await runOf(second))?.status).toBe("running");
    expect((await call("api/start-analysis")).body.error.details.active_run_id).toBe(second);
    hold.open();
    await ended(second);
  });
});
