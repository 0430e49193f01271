import { expect, it } from "vitest";
import { readDeployment } from "../../../localstack/embedded/lambda/functions.ts";
import { matches } from "../../../localstack/embedded/lambda/patterns.ts";

it.each([
  [{ a: ["x", "y"] }, { a: "y" }, true],
  [{ a: ["x"] }, { a: "y" }, false],
  [{ a: { b: [true] } }, { a: { b: true }, c: 1 }, true],
  [{ a: { b: ["x"] } }, { a: "x" }, false],
  [{ a: [{ prefix: "ab" }] }, { a: "abc" }, true],
  [{ a: [{ prefix: "bc" }] }, { a: "abc" }, false],
  [{ a: [{ suffix: "bc" }] }, { a: "abc" }, true],
  [{ a: [{ suffix: "ab" }] }, { a: "abc" }, false],
  [{ a: [{ suffix: "1" }] }, { a: 1 }, false],
  [{ a: [{ other: "abc" }] }, { a: "abc" }, false],
])("the pattern %j means %j: %s", (pattern, event, isMeant) => {
  expect(matches(pattern, event)).toBe(isMeant);
});

const { functions } = readDeployment();
const image = (pk: string, sk: string, more: object = {}) => ({
  dynamodb: { NewImage: { pk: { S: pk }, sk: { S: sk }, ...more } },
});
const event = (type: string, data: object = {}) =>
  image("live#EVENTS", "0000000000000007", { type: { S: type }, data: { M: data } });

it.each([
  ["an order that came", event("order_submitted"), ["dispatchOrders", "broadcastChanges"]],
  ["one that was filled", event("order_filled"), ["dispatchOrders", "broadcastChanges"]],
  ["one that is queued", event("order_update", { status: { S: "queued" } }), ["dispatchOrders", "broadcastChanges"]],
  ["one that is executing", event("order_update", { status: { S: "executing" } }), ["broadcastChanges"]],
  [
    "a breaker that closed",
    event("circuit_breaker", { is_halted: { BOOL: false } }),
    ["dispatchOrders", "broadcastChanges"],
  ],
  ["a breaker that opened", event("circuit_breaker", { is_halted: { BOOL: true } }), ["broadcastChanges"]],
  ["a client that came", image("live#CONNECTIONS", "c-1"), ["broadcastChanges"]],
  ["how far a client is", image("live#CONNECTION_CURSORS", "c-1"), []],
  ["which event is the newest", image("live#EVENTS", "NEWEST"), []],
  ["an order", image("live#ORDER#o-1", "ORDER"), []],
])("of %s the right functions hear", (_what, record, heard) => {
  const listening = [...functions.values()].filter(({ changes }) => changes.some((one) => matches(one, record)));
  expect(listening.map(({ key }) => key)).toEqual(heard);
});
