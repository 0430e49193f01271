import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { handler as notify } from "../../functions/events/notify-webhook.ts";
import { type Report, transactReporting } from "../../lib/store/events.ts";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import { type Cloud, call, startCloud } from "../support/cloud.ts";
import { post } from "../support/content.ts";
import { faultyStore } from "../support/faulty-store.ts";
import { redditSettings } from "../support/providers.ts";
import { startReceiver } from "../support/receiver.ts";
import { aWhile, settled } from "../support/waiting.ts";

const secret = "canary-webhook-secret-0123456789-0123456789";
let cloud: Cloud;
let reddit: Awaited<ReturnType<typeof startRedditStandIn>>;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let realm = 0;

beforeAll(async () => {
  reddit = await startRedditStandIn({ content: () => ({ posts: [post("p1")], comments: [] }) });
  cloud = await startCloud({ settings: { ...redditSettings(reddit.url), MARKET_CLOCK: "2026-03-02T15:30:00Z" } });
});
afterAll(async () => {
  await cloud?.close();
  await reddit?.close();
});
beforeEach(async () => {
  cloud.time.now = new Date("2026-03-02T15:30:00Z");
  receiver = await startReceiver();
  cloud.enter(`notified-${realm++}`, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: secret });
});
afterEach(async () => {
  vi.useRealTimers();
  await receiver.close();
});

const pass = (minutes: number) => {
  cloud.time.now = new Date(cloud.time.now.getTime() + minutes * 60_000);
};
const report = (type: string, subject_id: string, channel: Report["channel"] = "orders") =>
  transactReporting(cloud.services, [], [{ channel, type, subject_id, data: { symbol: "GME" } }]);
const subjects = () => receiver.events().map(({ subject_id }) => subject_id);
const eventIds = () => receiver.received.map(({ headers }) => headers["x-wsb-event-id"]);
const deadLetters = async (query: Record<string, string> = {}) =>
  (await call("desk/list-dead-letters", { query })).body;
const sendAgain = (id: string) => call("desk/send-dead-letter", { params: { id } });

describe("a webhook", () => {
  it("is told of fills, refusals, the breaker and the ends of runs, in order, and of nothing else", async () => {
    await report("order_submitted", "order-1");
    await report("order_partial", "order-1");
    await report("order_filled", "order-1");
    await report("position_opened", "position-1", "positions");
    await report("order_rejected", "order-2");
    await report("circuit_breaker", "breaker", "alerts");
    const runId = (await call("api/start-analysis")).body.data.run_id;
    await settled(cloud.services, runId);
    // The end of the execution had them sent.
    while (receiver.received.length < 5) await aWhile();
    expect(receiver.events().map(({ type, subject_id }) => [type, subject_id])).toEqual([
      ["order_partial", "order-1"],
      ["order_filled", "order-1"],
      ["order_rejected", "order-2"],
      ["circuit_breaker", "breaker"],
      ["run_ended", runId],
    ]);
    expect(await notify({})).toEqual({ sent: 0, givenUp: 0 });
    expect(receiver.received).toHaveLength(5);
  });

  it("gets the event as the list of events shows it, with an id and a signature that anybody can check", async () => {
    await report("order_filled", "order-1");
    await notify({});
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    const eventId = `${cloud.services.config.environment.REALM}.1`;
    const { data } = (await call("api/list-events")).body;
    expect(JSON.parse(body)).toEqual({
      event_id: eventId,
      realm: cloud.services.config.environment.REALM,
      id: 1,
      type: "order_filled",
      at: "2026-03-02T15:30:00.000Z",
      channel: "orders",
      subject_id: "order-1",
      data: { symbol: "GME" },
    });
    expect(JSON.parse(body)).toMatchObject(data[0]);
    // 1772465400 is 2026-03-02T15:30:00Z.
    const expected = createHmac("sha256", secret).update(`1772465400.${body}`).digest("hex");
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-wsb-event-id": eventId,
      "x-wsb-signature": `t=1772465400,v1=${expected}`,
    });
  });

  it("is told nothing where none is named, and later what is still kept", async () => {
    const { REALM } = cloud.services.config.environment;
    cloud.enter(REALM);
    await report("order_filled", "order-1");
    expect(await notify({})).toEqual({ sent: 0, givenUp: 0 });
    cloud.enter(REALM, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: secret });
    expect(await notify({})).toEqual({ sent: 1, givenUp: 0 });
  });

  it("with a secret that could be guessed is told nothing, and the function says so", async () => {
    cloud.enter(`notified-${realm++}`, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: "x".repeat(31) });
    await report("order_filled", "order-1");
    await expect(notify({})).rejects.toThrow("WEBHOOK_SECRET must have at least 32 characters");
    expect(receiver.received).toEqual([]);
  });

  it("gets each event once however many send at once", async () => {
    for (let number = 1; number <= 20; number++) await report("order_filled", `order-${number}`);
    await Promise.all(Array.from({ length: 5 }, () => notify({})));
    await notify({});
    expect(subjects()).toEqual(Array.from({ length: 20 }, (_, index) => `order-${index + 1}`));
  });

  it("gets more than fits into a page, in order", async () => {
    const reports = (from: number) =>
      Array.from({ length: 90 }, (_, index): Report => {
        const isTold = index % 3 === 0;
        const type = isTold ? "order_filled" : "order_update";
        return { channel: "orders", type, subject_id: `order-${from + index}`, data: {} };
      });
    for (const from of [0, 90, 180]) await transactReporting(cloud.services, [], reports(from));
    expect(await notify({})).toEqual({ sent: 90, givenUp: 0 });
    expect(subjects()).toEqual(Array.from({ length: 90 }, (_, index) => `order-${index * 3}`));
  });
});

describe("a receiver that is out of order", () => {
  it("is asked again at once, under the same id, and then gets what comes after", async () => {
    receiver.scene.answer = (nth) => (nth < 2 ? 500 : 200);
    await report("order_filled", "order-1");
    await report("order_filled", "order-2");
    expect(await notify({})).toEqual({ sent: 2, givenUp: 0 });
    expect(subjects()).toEqual(["order-1", "order-1", "order-1", "order-2"]);
    expect(new Set(eventIds().slice(0, 3)).size).toBe(1);
  });

  it("has the later ones wait, and is asked again after a minute, two, four …", async () => {
    receiver.scene.answer = () => 503;
    await report("order_filled", "order-1");
    await report("order_filled", "order-2");
    const goes: number[] = [];
    for (let minute = 0; minute <= 20; minute++) {
      const before = receiver.received.length;
      if (minute === 17) receiver.scene.answer = () => 200;
      await notify({});
      if (receiver.received.length > before) goes.push(minute);
      pass(1);
    }
    // After the pause of 8 minutes; at the 15th the next of 16 began.
    expect(goes).toEqual([0, 1, 3, 7, 15]);
    expect(new Set(subjects())).toEqual(new Set(["order-1"]));
    pass(15);
    expect(await notify({})).toEqual({ sent: 2, givenUp: 0 });
    expect(subjects().slice(-2)).toEqual(["order-1", "order-2"]);
    expect((await deadLetters()).data).toEqual([]);
  });

  it("has it as a dead letter after half an hour, and then gets what comes after", async () => {
    receiver.scene.answer = (_nth, { body }) => (body.includes('"order-1"') ? 500 : 200);
    await report("order_filled", "order-1");
    await report("order_filled", "order-2");
    for (let minute = 0; minute <= 31; minute++) {
      await notify({});
      pass(1);
    }
    expect(subjects().filter((id) => id === "order-1")).toHaveLength(6 * 3);
    expect(subjects().filter((id) => id === "order-2")).toHaveLength(1);
    const { host } = new URL(receiver.url);
    expect(await deadLetters()).toMatchObject({
      data: [
        {
          id: 1,
          type: "order_filled",
          at: "2026-03-02T15:30:00.000Z",
          channel: "orders",
          subject_id: "order-1",
          data: { symbol: "GME" },
          given_up_at: "2026-03-02T16:01:00.000Z",
          problem: `${host} answered HTTP 500`,
        },
      ],
      meta: { next_after: null },
    });
  });

  it("that was so for hours gets each event one go, so that none is gone before its turn", async () => {
    receiver.scene.answer = () => 500;
    for (const number of [1, 2, 3]) await report("order_filled", `order-${number}`);
    pass(61);
    cloud.metrics.take();
    expect(await notify({})).toEqual({ sent: 0, givenUp: 3 });
    expect(cloud.metrics.take()).toMatchObject({ NotificationsGivenUp: 3 });
    expect(receiver.received).toHaveLength(3 * 3);
  });

  it("is told to wait for by itself", async () => {
    receiver.scene.answer = () => 429;
    await report("order_filled", "order-1");
    await notify({});
    expect((await deadLetters()).data).toEqual([]);
    receiver.scene.answer = () => 200;
    pass(1);
    expect(await notify({})).toEqual({ sent: 1, givenUp: 0 });
  });
});

describe("an event that is refused", () => {
  beforeEach(async () => {
    receiver.scene.answer = (_nth, { body }) => (/"order-[13]"/.test(body) ? 400 : 200);
    for (const number of [1, 2, 3]) await report("order_filled", `order-${number}`);
    expect(await notify({})).toEqual({ sent: 1, givenUp: 2 });
  });

  it("is a dead letter at once, and holds nothing up", async () => {
    expect(subjects()).toEqual(["order-1", "order-2", "order-3"]);
    const { data } = await deadLetters();
    expect(data.map(({ id, problem }: { id: number; problem: string }) => [id, problem.slice(-8)])).toEqual([
      [1, "HTTP 400"],
      [3, "HTTP 400"],
    ]);
  });

  it("is listed page by page", async () => {
    const first = await deadLetters({ limit: "1" });
    expect([first.data[0].id, first.meta.next_after]).toEqual([1, 1]);
    const second = await deadLetters({ limit: "1", after: "1" });
    expect(second.data[0].id).toBe(3);
    expect((await deadLetters({ after: "3" })).data).toEqual([]);
  });

  it("is sent again when somebody asks for it, under the same id, and then is none any more", async () => {
    const [id] = eventIds();
    const refused = await sendAgain("1");
    expect([refused.status, refused.body.error.code]).toEqual([502, "WEBHOOK_FAILED"]);
    expect((await deadLetters()).data).toHaveLength(2);
    receiver.scene.answer = () => 200;
    expect((await sendAgain("1")).body.data).toEqual({ id: 1, sent_at: "2026-03-02T15:30:00.000Z" });
    expect(eventIds().at(-1)).toBe(id);
    expect((await deadLetters()).data.map((letter: { id: number }) => letter.id)).toEqual([3]);
    expect((await sendAgain("1")).status).toBe(404);
    expect((await sendAgain("0")).status).toBe(404);
    expect((await sendAgain("2")).status).toBe(404);
  });

  it("cannot be sent again where no webhook is named", async () => {
    cloud.enter(cloud.services.config.environment.REALM);
    expect((await sendAgain("1")).body.error).toMatchObject({ code: "CONFIGURATION_ERROR" });
  });
});

describe("who is killed", () => {
  it.each([
    ["before the event is sent", 0, "after", ["order-1", "order-2"]],
    ["between the sending and writing it down", 1, "before", ["order-1", "order-1", "order-2"]],
    ["after writing it down", 1, "after", ["order-1", "order-2"]],
  ] as const)("%s loses none, and a repeat has the same id", async (_when, write, moment, told) => {
    await report("order_filled", "order-1");
    await report("order_filled", "order-2");
    const faults = faultyStore(cloud.services.store.client);
    faults.set({ call: write, moment, kind: "crash" });
    await expect(notify({})).rejects.toThrow();
    faults.set(undefined);
    // Nobody knows yet that it will not go on.
    expect(await notify({})).toEqual({ sent: 0, givenUp: 0 });
    pass(2);
    await notify({});
    expect(subjects()).toEqual(told);
    expect(new Set(eventIds()).size).toBe(2);
  });
});

describe("the five lines of the README", () => {
  const [, code = ""] =
    /```js\n(import \{ createHmac[\s\S]*?)```/.exec(
      readFileSync(new URL("../../README.md", import.meta.url), "utf8"),
    ) ?? [];
  type IsGenuine = (body: string, signature: string, secret: string) => boolean;

  it("take what was sent, and neither what was changed nor what is played again", async () => {
    const { isGenuine } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
      isGenuine: IsGenuine;
    };
    await report("order_filled", "order-1");
    await notify({});
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    const signature = String(headers["x-wsb-signature"]);
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-03-02T15:34:59Z") });
    expect(isGenuine(body, signature, secret)).toBe(true);
    expect(isGenuine(body.replace("GME", "AMC"), signature, secret)).toBe(false);
    expect(isGenuine(body, signature, `${secret}!`)).toBe(false);
    expect(isGenuine(body, signature.replace("t=1", "t=2"), secret)).toBe(false);
    for (const none of ["", "t=1,v1=00", signature.toUpperCase()]) expect(isGenuine(body, none, secret)).toBe(false);
    vi.setSystemTime(new Date("2026-03-02T15:35:00Z"));
    expect(isGenuine(body, signature, secret)).toBe(false);
  });
});

it("neither the secret nor the path of the webhook is in the log", async () => {
  receiver.scene.answer = () => 500;
  await report("order_filled", "order-1");
  await notify({});
  pass(61);
  await notify({});
  expect(JSON.stringify(cloud.log.lines)).toContain("a notification was given up");
  expect(JSON.stringify(cloud.log.lines)).not.toContain("canary");
});
