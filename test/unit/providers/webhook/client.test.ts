import { afterEach, expect, it } from "vitest";
import { createHttp } from "../../../../lib/providers/calls/http.ts";
import { createWebhook } from "../../../../lib/providers/webhook/client.ts";
import { isAppError } from "../../../../lib/runtime/errors.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { recordedMetrics } from "../../../support/recorded-metrics.ts";
import { type ScriptedAnswer, startScriptedServer } from "../../../support/scripted-server.ts";

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Sends a message to a receiver that gives these answers in turn, each try a second after the one before. */
async function sent(answers: readonly ScriptedAnswer[], tries = 3) {
  const server = await startScriptedServer(answers);
  servers.push(server);
  const log = recordedLog();
  const waits: number[] = [];
  const time = { now: new Date("2026-03-02T15:30:00Z") };
  const webhook = createWebhook(
    { url: `${server.baseUrl}/canary-path`, secret: "canary-secret-0123456789-0123456789", timeoutMs: 200 },
    {
      http: createHttp(log),
      clock: { now: () => time.now },
      random: () => 0,
      log,
      metrics: recordedMetrics(),
      sleep: async (ms) => {
        waits.push(ms);
        time.now = new Date(time.now.getTime() + 1_000);
      },
    },
  );
  const problem = await webhook.send({ id: "live.7", body: '{"event_id":"live.7"}' }, tries).then(
    () => undefined,
    (error: unknown) => (isAppError(error) ? error : Promise.reject(error)),
  );
  return { problem, waits, log, requests: server.requests };
}

const ok = { status: 204, body: "" };

it("sends again after one and five seconds, and signs each try with its own time", async () => {
  const { problem, waits, requests } = await sent([{ status: 500, body: "" }, { drop: "before head" }, ok]);
  expect(problem).toBeUndefined();
  expect(waits).toEqual([1_000, 5_000]);
  expect(requests.map(({ headers }) => headers["x-wsb-event-id"])).toEqual(["live.7", "live.7", "live.7"]);
  const times = requests.map(
    ({ headers }) => /^t=(\d+),v1=[0-9a-f]{64}$/.exec(String(headers["x-wsb-signature"]))?.[1],
  );
  // 1772465400 is 2026-03-02T15:30:00Z.
  expect(times).toEqual(["1772465400", "1772465401", "1772465402"]);
});

it.each<[what: string, answer: ScriptedAnswer]>([
  ["answers that it is out of order", { status: 503, body: "" }],
  ["asks for patience", { status: 429, body: "" }],
  ["hangs up", { drop: "before head" }],
  ["does not answer in time", { hang: "before head" }],
])("gives up for now with a receiver that %s, as often as it was told to try", async (_what, answer) => {
  const { problem, requests } = await sent([answer], 2);
  expect(problem).toMatchObject({ name: "WebhookUnavailable", code: "WEBHOOK_FAILED", retryable: true });
  expect(requests).toHaveLength(2);
});

it.each([301, 400, 401, 404, 410, 422])("takes %i as a refusal, which is not tried again", async (status) => {
  const { problem, waits, requests } = await sent([{ status, headers: { location: "/elsewhere" }, body: "" }]);
  expect(problem).toMatchObject({ name: "WebhookUnavailable", retryable: false });
  expect(problem?.message).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+ answered HTTP ${status}$`));
  expect(requests).toHaveLength(1);
  expect(waits).toEqual([]);
});

it("waits as long as the receiver asks for, up to five seconds; longer is for the next go", async () => {
  const later = (seconds: string) => ({ status: 429, headers: { "retry-after": seconds }, body: "" });
  expect((await sent([later("4"), ok])).waits).toEqual([4_000]);
  expect(await sent([later("6"), ok])).toMatchObject({ waits: [], problem: { retryable: true } });
});

it("writes neither the secret nor the path to the log", async () => {
  const { log } = await sent([{ status: 500, body: "" }, ok]);
  expect(log.lines.map(({ message }) => message)).toEqual([
    "provider answered",
    "call failed, trying again",
    "provider answered",
  ]);
  expect(JSON.stringify(log.lines)).not.toContain("canary");
});
