import { afterEach, expect, it } from "vitest";
import { broadcast } from "../../lib/live/broadcast.ts";
import { countConnections } from "../../lib/live/connections.ts";
import { call } from "../support/cloud.ts";
import { type Feed, type FeedClient, type Received, startFeed } from "../support/feed.ts";
import { until } from "../support/waiting.ts";

/** Each comes and is called back, which are two changes; `npm run test:all` takes 500. */
const orders = Number(process.env.FEED_ORDERS ?? 150);

let feed: Feed;
afterEach(() => feed.close());

/** A client as the README tells to write one: it drops repeats, and after a break what comes before `resumed`. */
function follow(client: FeedClient, seen: Received[], resumes: boolean) {
  let inOrder = !resumes;
  client.socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as Received;
    if (message.type === "resumed") inOrder = true;
    if (!inOrder || message.event_id === undefined) return;
    if (message.event_id > (seen.at(-1)?.event_id ?? 0)) seen.push(message);
  });
}

/** An order that comes and is called back: two changes. */
async function changeTwice(): Promise<void> {
  const body = { symbol: "GME", execution_type: "equity", quantity: 1 };
  const { order_id } = (await call("orders/submit-order", { body })).body.data;
  await call("orders/cancel-order", { params: { id: order_id } });
}

it("a broadcast that could not note how far it came is repeated under the same numbers", async () => {
  feed = await startFeed({ realm: "repeats", withoutStream: true });
  const { services } = feed;
  const connecting = feed.connect();
  await until(async () => ((await countConnections(services)) === 1 ? true : undefined));
  await broadcast(services);
  const client = await connecting;
  await feed.report({ data: { n: 1 } });
  const forgetful = { ...services.store, putMany: () => Promise.reject(new Error("out of order")) };
  await expect(broadcast({ ...services, store: forgetful })).rejects.toThrow("out of order");
  await feed.report({ data: { n: 2 } });
  await broadcast(services);
  expect((await client.events(3)).map(({ event_id, n }) => [event_id, n])).toEqual([
    [1, 1],
    [1, 1],
    [2, 2],
  ]);
});

it("a client that is cut off in the middle of many changes catches up: each once, in order", async () => {
  feed = await startFeed({ realm: "cut-off" });
  const seen: Received[] = [];
  const first = await feed.connect();
  await first.ask({ type: "subscribe", channel: "orders" });
  follow(first, seen, false);
  const changing = (async () => {
    for (let n = 0; n < orders; n++) await changeTwice();
  })();

  await until(async () => (seen.length >= orders / 2 ? true : undefined));
  first.socket.terminate();
  const cutAt = seen.length;
  await feed.report({ type: "alert", channel: "alerts" });
  // It is away for a while, in which the world goes on.
  const { newest } = await until(async () => {
    const { meta } = (await call("api/list-events", { query: { after: "0", limit: "1" } })).body;
    return meta.newest >= cutAt + orders / 2 ? meta : undefined;
  });
  const second = await feed.connect();
  follow(second, seen, true);
  await second.ask({ type: "subscribe", channel: "orders" });
  second.say({ type: "resume", after: seen.at(-1)?.event_id });
  expect(await second.first("resumed")).toMatchObject({ missed: false });

  await changing;
  await until(async () => (seen.length >= 2 * orders ? true : undefined));
  expect(newest).toBeGreaterThan(cutAt);
  const stored: { id: number; channel: string; subject_id: string; type: string }[] = [];
  for (let after = 0; ; ) {
    const { data, meta } = (await call("api/list-events", { query: { after: String(after), limit: "100" } })).body;
    if (data.length === 0) break;
    stored.push(...data.filter(({ channel }: { channel: string }) => channel === "orders"));
    after = meta.next_after;
  }
  expect(stored).toHaveLength(2 * orders);
  expect(seen.map(({ event_id, type, order_id }) => [event_id, type, order_id])).toEqual(
    stored.map(({ id, type, subject_id }) => [id, type, subject_id]),
  );
  const ofEach = Map.groupBy(seen, ({ order_id }) => order_id);
  expect(ofEach.size).toBe(orders);
  for (const [, changes] of ofEach)
    expect(changes.map(({ type }) => type)).toEqual(["order_submitted", "order_cancelled"]);
}, 240_000);

it("of 100 connections one is dead and one is slow: the others get each event within a second, 95 of 100 times", async () => {
  feed = await startFeed({ realm: "crowd", loseDisconnects: true });
  const clients = await Promise.all(Array.from({ length: 100 }, () => feed.connect()));
  const [dead, slow, ...others] = clients as [FeedClient, FeedClient, ...FeedClient[]];
  await Promise.all(others.map((client) => client.ask({ type: "subscribe", channel: "orders" })));
  await dead.ask({ type: "subscribe", channel: "orders" });
  await slow.ask({ type: "subscribe", channel: "alerts" });
  // Its end is not told; and the slow one reads nothing of more than fits on the way.
  dead.socket.terminate();
  slow.socket.pause();
  const large = "x".repeat(100_000);
  for (let n = 1; n <= 150; n++) await feed.report({ type: "alert", channel: "alerts", data: { n, message: large } });

  const latencies: number[] = [];
  for (let n = 1; n <= 20; n++) {
    const count = n;
    await feed.report({ type: "order_update", data: { n } });
    if (n === 10) await feed.report({ type: "alert", channel: "alerts", data: { n: 151, message: large } });
    const received = await Promise.all(others.map((client) => client.events(count)));
    latencies.push(
      ...received.map((events) => (events[n - 1]?.atMs ?? 0) - Date.parse(String(events[n - 1]?.timestamp))),
    );
    expect(received.every((events) => events[n - 1]?.n === n)).toBe(true);
  }
  const p95 = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.95)] ?? Number.POSITIVE_INFINITY;
  expect(p95).toBeLessThan(1_000);
  expect(await countConnections(feed.services)).toBe(99);

  // Once it reads again, it goes on where it stopped.
  const seen = slow.received.filter(({ event_id }) => event_id !== undefined);
  expect(seen.length).toBeLessThan(151);
  slow.socket.resume();
  slow.say({ type: "resume", after: seen.at(-1)?.event_id ?? 0 });
  await slow.first("resumed");
  const all = await until(async () => {
    const numbers = new Set(slow.received.filter(({ type }) => type === "alert").map(({ n }) => Number(n)));
    return numbers.size >= 151 ? [...numbers] : undefined;
  });
  expect(all).toEqual(Array.from({ length: 151 }, (_, index) => index + 1));
}, 120_000);
