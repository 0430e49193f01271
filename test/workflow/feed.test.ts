import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { broadcast } from "../../lib/live/broadcast.ts";
import { countConnections, openConnection, readConnections, removeAllConnections } from "../../lib/live/connections.ts";
import { answerMessage } from "../../lib/live/messages.ts";
import { toClients } from "../../lib/live/view.ts";
import { call } from "../support/cloud.ts";
import { type Feed, feedKey, openClient, startFeed, upgradeStatus } from "../support/feed.ts";
import { until } from "../support/waiting.ts";

let feed: Feed;
beforeAll(async () => {
  feed = await startFeed();
});
afterAll(() => feed.close());
beforeEach(() => removeAllConnections(feed.services));

const ticket = async (): Promise<string> => (await call("live/create-ticket", { apiKeyId: "k-1" })).body.data.ticket;
const clients = async () => (await call("live/list-clients")).body.data;
const types = (messages: readonly { type: string }[]) => messages.map(({ type }) => type);

describe("whoever connects", () => {
  it("is greeted, and is listed with what it is on until it goes", async () => {
    const client = await feed.connect("?client_id=desk-1");
    const [listed] = await readConnections(feed.services);
    expect(client.received).toEqual([
      {
        ...{ type: "connected", client_id: "desk-1", connection_id: listed?.connection_id, newest: 0 },
        ...{ timestamp: expect.stringMatching(/^20.*Z$/), atMs: expect.any(Number) },
      },
    ]);
    expect(await clients()).toEqual({
      clients: [
        {
          ...{ connection_id: listed?.connection_id, client_id: "desk-1" },
          ...{ connected_at: listed?.connected_at, subscriptions: ["*"] },
        },
      ],
      count: 1,
    });
    client.socket.close();
    await until(async () => ((await countConnections(feed.services)) === 0 ? true : undefined));
    const { store } = feed.services;
    const { pk } = store.keys.connectionCursor("");
    expect((await store.count({ pk })).total).toBe(0);
  });

  it.each([
    ["no key", {}, "", 401],
    ["an unknown key", { "x-api-key": "x".repeat(40) }, "", 401],
    ["an unknown ticket", {}, "?ticket=made-up", 401],
    ["a label that is none", feedKey, "?client_id=a%20b", 400],
    ["a key", feedKey, "", 101],
    ["a key in the other header", { authorization: `Bearer ${feedKey["x-api-key"]}` }, "", 101],
  ])("with %s gets %4$s", async (_with, headers, query, status) => {
    expect(await upgradeStatus(`${feed.url}${query}`, headers)).toBe(status);
  });

  it("with a ticket is let in once, even of twenty at once", async () => {
    const address = `${feed.url}?ticket=${await ticket()}`;
    const statuses = await Promise.all(Array.from({ length: 20 }, () => upgradeStatus(address)));
    expect(statuses.filter((status) => status === 101)).toHaveLength(1);
    expect(await upgradeStatus(address)).toBe(401);
  });

  it("with a ticket of more than a minute ago is refused", async () => {
    const now = feed.services.clock.now();
    const old = await import("../../lib/live/tickets.ts").then(({ createTicket }) =>
      createTicket({ ...feed.services, clock: { now: () => new Date(now.getTime() - 60_001) } }, "k-1"),
    );
    expect(await upgradeStatus(`${feed.url}?ticket=${old.ticket}`)).toBe(401);
  });
});

describe("what a client says", () => {
  it.each([
    [{ type: "ping" }, { type: "pong" }],
    ["nonsense", { type: "error", code: "VALIDATION_ERROR", message: 'A message is a JSON object with a "type".' }],
    [{ type: "sing" }, { type: "error", message: "type: must be ping, pong, subscribe, unsubscribe or resume" }],
    [
      { type: "subscribe", channel: "weather" },
      { type: "error", code: "VALIDATION_ERROR" },
    ],
    [
      { type: "resume", after: -1 },
      { type: "error", code: "VALIDATION_ERROR" },
    ],
    [
      { type: "unsubscribe", channel: "pnl" },
      { type: "unsubscribed", channel: "pnl", channels: ["*"] },
    ],
    [
      { type: "subscribe", channel: "pnl" },
      { type: "subscribed", channel: "pnl", channels: ["pnl"] },
    ],
  ])("is answered, and the connection stays open: %j", async (message, reply) => {
    const client = await feed.connect();
    expect(await client.ask(message)).toMatchObject(reply);
    client.say({ type: "pong" });
    expect((await client.ask({ type: "ping" })).type).toBe("pong");
  });

  it("never fails, whatever it is: it gets a message or silence, and nothing of a connection that is over", async () => {
    const message = fc.record({
      type: fc.constantFrom("ping", "pong", "subscribe", "unsubscribe", "resume", "__proto__", 1),
      channel: fc.option(fc.constantFrom("orders", "*", "ORDERS", null)),
      after: fc.option(fc.oneof(fc.integer(), fc.double(), fc.string())),
    });
    const said = fc.oneof(
      fc.string(),
      fc.json(),
      message.map((one) => JSON.stringify(one)),
    );
    await fc.assert(
      fc.asyncProperty(said, async (text) => {
        const reply = await answerMessage(feed.services, "over", text);
        expect(reply?.type ?? "silence").toMatch(/^(pong|error|silence)$/);
        if (reply?.type === "error") expect(reply.code).toMatch(/^(VALIDATION_ERROR|NOT_FOUND)$/);
      }),
      { numRuns: 300 },
    );
    expect(await countConnections(feed.services)).toBe(0);
  });

  it("decides what it is sent: nothing of a channel it left, and nothing but what it named", async () => {
    const [all, orders, left] = await Promise.all([feed.connect(), feed.connect(), feed.connect()]);
    await orders.ask({ type: "subscribe", channel: "orders" });
    await left.ask({ type: "subscribe", channel: "orders" });
    await left.ask({ type: "subscribe", channel: "alerts" });
    await left.ask({ type: "unsubscribe", channel: "orders" });
    await feed.report({ type: "order_filled" });
    await feed.report({ type: "alert", channel: "alerts" });
    await feed.report({ type: "order_cancelled" });
    await feed.report({ type: "alert", channel: "alerts", data: { message: "last" } });
    expect(types(await all.events(4))).toEqual(["order_filled", "alert", "order_cancelled", "alert"]);
    expect(types(await left.events(2))).toEqual(["alert", "alert"]);
    expect(types(await orders.events(2))).toEqual(["order_filled", "order_cancelled"]);
  });
});

describe("a broadcast", () => {
  it("to nobody is nothing", async () => {
    await feed.report();
    expect(await broadcast(feed.services)).toEqual({ connections: 0, passes: 1 });
    expect(toClients(await readConnections(feed.services))).toEqual({ clients: [], count: 0 });
  });

  it("forgets who is gone and serves the others", async () => {
    const client = await feed.connect();
    const gone = { connection_id: "gone", client_id: null, api_key_id: "k-1" };
    const before = new Date(feed.services.clock.now().getTime() - 6_000);
    await openConnection({ ...feed.services, clock: { now: () => before } }, gone);
    await feed.report({ type: "order_filled" });
    expect(types(await client.events(1))).toEqual(["order_filled"]);
    await until(async () => ((await countConnections(feed.services)) === 1 ? true : undefined));
  });

  it("is not the end of a connection that its gateway does not know yet", async () => {
    await openConnection(feed.services, { connection_id: "early", client_id: null, api_key_id: "k-1" });
    await broadcast({ ...feed.services, sleep: async () => {} });
    expect(await countConnections(feed.services)).toBe(1);
  });

  it("of several at once sends each event once and in order", async () => {
    const client = await feed.connect();
    for (let n = 1; n <= 5; n++) await feed.report({ data: { n } });
    await Promise.all(Array.from({ length: 4 }, () => broadcast(feed.services)));
    expect((await client.events(5)).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
  });

  it("reaches nobody once all are closed", async () => {
    const [one, other] = await Promise.all([feed.connect(), feed.connect()]);
    expect(await countConnections(feed.services)).toBe(2);
    await removeAllConnections(feed.services);
    await feed.report();
    expect(await broadcast(feed.services)).toEqual({ connections: 0, passes: 1 });
    expect(types([...one.received, ...other.received])).toEqual(["connected", "connected"]);
  });

  it("leaves a connection out of the list whose time is over, whenever the table removes it", async () => {
    const longAgo = new Date(feed.services.clock.now().getTime() - 7_801_000);
    const old = { connection_id: "old", client_id: null, api_key_id: "k-1" };
    await openConnection({ ...feed.services, clock: { now: () => longAgo } }, old);
    expect(await clients()).toEqual({ clients: [], count: 0 });
  });
});

describe("a client that was away", () => {
  it("goes on after the last event it has seen", async () => {
    const first = await feed.connect();
    await feed.report({ data: { n: 1 } });
    const [seen] = await first.events(1);
    first.socket.terminate();
    await feed.report({ data: { n: 2 } });
    await feed.report({ data: { n: 3 } });
    const second = await feed.connect();
    second.say({ type: "resume", after: seen?.event_id });
    expect(await second.first("resumed")).toMatchObject({ after: seen?.event_id, missed: false });
    expect((await second.events(2)).map(({ n }) => n)).toEqual([2, 3]);
    await feed.report({ data: { n: 4 } });
    expect((await second.events(3)).map(({ n }) => n)).toEqual([2, 3, 4]);
  });

  it("is told where what it has seen is of another history, or gone", async () => {
    const client = await feed.connect();
    const { newest } = await client.first("connected");
    expect(await client.ask({ type: "resume", after: 1_000_000 })).toMatchObject({ type: "resumed", missed: true });
    await feed.report({ data: { n: 1 } });
    expect(await client.events(1)).toMatchObject([{ event_id: Number(newest) + 1, n: 1 }]);
  });
});

it("tells of the ticket that a browser connects with", async () => {
  const { status, body } = await call("live/create-ticket", { apiKeyId: "k-1" });
  expect(status).toBe(201);
  const seconds = (Date.parse(body.data.expires_at) - Date.parse(body.meta.timestamp)) / 1_000;
  expect(Math.round(seconds)).toBe(60);
  const client = openClient(`${feed.url}?ticket=${body.data.ticket}`);
  expect(await client.first("connected")).toMatchObject({ client_id: null });
  client.socket.close();
});
