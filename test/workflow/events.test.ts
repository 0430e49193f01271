import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import { type Cloud, call, startCloud } from "../support/cloud.ts";
import { post } from "../support/content.ts";
import { redditSettings } from "../support/providers.ts";
import { settled } from "../support/waiting.ts";

let cloud: Cloud;
let reddit: { url: string; close(): Promise<void> };
let realm = 0;

beforeAll(async () => {
  reddit = await startRedditStandIn({ content: () => ({ posts: [post("p1")], comments: [] }) });
  cloud = await startCloud({ settings: { ...redditSettings(reddit.url), MARKET_CLOCK: "2026-03-02T15:30:00Z" } });
});
afterAll(async () => {
  await cloud.close();
  await reddit.close();
});
beforeEach(() => {
  cloud.enter(`events-${realm++}`);
});

const events = async (query: Record<string, string> = {}) => (await call("api/list-events", { query })).body;
const started = async (): Promise<string> => (await call("api/start-analysis")).body.data.run_id;

it("tell how a run began, went on and ended, each once and in order", async () => {
  const id = await started();
  await settled(cloud.services, id);
  const { data, meta } = await events({ limit: "100" });
  expect(data.map(({ type, data: { state } }: { type: string; data: { state?: string } }) => state ?? type)).toEqual([
    "run_started",
    // Phase 1 is what a run begins with; its posts are fetched side by side and reported when all are there.
    "ListPosts",
    "phase_begun",
    "PrioritizeComments",
    "phase_begun",
    "CreatePredictions",
    "phase_begun",
    "DetectSignals",
    "phase_begun",
    "OpenPositions",
    "phase_begun",
    "MonitorPrices",
    "phase_begun",
    "UpdateAuthors",
    "RollEvaluation",
    "run_ended",
  ]);
  expect(data.map((event: { id: number }) => event.id)).toEqual(data.map((_: unknown, index: number) => index + 1));
  expect(new Set(data.map((event: { subject_id: string }) => event.subject_id))).toEqual(new Set([id]));
  expect(meta).toMatchObject({ newest: 16, next_after: 16, missed: false });
  expect(data[0]).toMatchObject({
    channel: "runs",
    at: "2026-03-02T15:30:00.000Z",
    data: { kind: "analysis", attempt: 1, status: "running", current_phase: 1, current_phase_label: "Acquisition" },
  });
  expect(data.at(-1).data).toEqual({
    kind: "analysis",
    attempt: 1,
    status: "completed",
    error_code: null,
    error_message: null,
  });
});

it("go on after what a client has seen, through a stop and a resumption", async () => {
  const id = await started();
  await call("api/stop-run", { params: { id } });
  await settled(cloud.services, id);
  const { meta, data } = await events({ limit: "100" });
  expect(data.at(-1)).toMatchObject({
    type: "run_ended",
    data: { status: "failed", error_message: "Stopped by user" },
  });
  await call("api/resume-run", { params: { id } });
  await settled(cloud.services, id);
  const after = await events({ after: String(meta.next_after), limit: "100" });
  expect(after.data[0]).toMatchObject({ type: "run_resumed", subject_id: id, data: { attempt: 2, status: "running" } });
  expect(after.data.at(-1)).toMatchObject({ type: "run_ended", data: { attempt: 2, status: "completed" } });
});
