import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check, put, remove, toTransactItem, update } from "../../../lib/store/actions.ts";
import { compileChanges, ifAbsent, ifRunActive, ifUnchanged } from "../../../lib/store/expressions.ts";
import { keysOf } from "../../../lib/store/keys.ts";
import { toQuery } from "../../../lib/store/ranges.ts";

const key = { pk: "p", sk: "s" };

describe("changes", () => {
  it("become one expression in which every name and value is a placeholder", () => {
    expect(
      compileChanges({
        set: { status: "done" },
        setIfAbsent: { born: 1 },
        add: { total: 2 },
        remove: ["old", "older"],
      }),
    ).toEqual({
      expression: "SET #u0 = :u0, #u1 = if_not_exists(#u1, :u1) ADD #u2 :u2 REMOVE #u3, #u4",
      names: { "#u0": "status", "#u1": "born", "#u2": "total", "#u3": "old", "#u4": "older" },
      values: { ":u0": "done", ":u1": 1, ":u2": 2 },
    });
  });

  it("leave an attribute alone whose value is undefined, and set one to null", () => {
    expect(compileChanges({ set: { a: undefined, b: null } })).toEqual({
      expression: "SET #u0 = :u0",
      names: { "#u0": "b" },
      values: { ":u0": null },
    });
  });

  it("use each placeholder for one attribute, whatever the attributes are called", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(names, fc.nat(12), fc.nat(12), (attributes, a, b) => {
        const [set, add, removed] = [attributes.slice(0, a), attributes.slice(a, a + b), attributes.slice(a + b)];
        const compiled = compileChanges({
          set: Object.fromEntries(set.map((name) => [name, 1])),
          add: Object.fromEntries(add.map((name) => [name, 1])),
          remove: removed,
        });
        expect(Object.values(compiled.names).toSorted()).toEqual(attributes.toSorted());
        for (const place of Object.keys(compiled.names)) expect(compiled.expression).toContain(place);
        for (const variable of Object.keys(compiled.values)) expect(compiled.expression).toContain(variable);
      }),
    );
  });
});

describe("an action", () => {
  it("puts an item with its condition", () => {
    expect(toTransactItem("t", put({ ...key, n: 1 }, ifAbsent("locked")))).toEqual({
      Put: { TableName: "t", Item: { ...key, n: 1 }, ConditionExpression: "attribute_not_exists(pk)" },
    });
    expect(toTransactItem("t", put(key))).toEqual({ Put: { TableName: "t", Item: key } });
  });

  it("updates with names and values of changes and condition side by side", () => {
    expect(toTransactItem("t", update(key, { set: { phase: 2 } }, ifRunActive(3)))).toEqual({
      Update: {
        TableName: "t",
        Key: key,
        UpdateExpression: "SET #u0 = :u0",
        ConditionExpression: "#status IN (:queued, :running) AND #attempt = :attempt",
        ExpressionAttributeNames: { "#u0": "phase", "#status": "status", "#attempt": "attempt" },
        ExpressionAttributeValues: { ":u0": 2, ":queued": "queued", ":running": "running", ":attempt": 3 },
      },
    });
  });

  it("sends no values where there are none", () => {
    expect(toTransactItem("t", update(key, { remove: ["a"] }))).toEqual({
      Update: { TableName: "t", Key: key, UpdateExpression: "REMOVE #u0", ExpressionAttributeNames: { "#u0": "a" } },
    });
  });

  it("deletes and checks by key alone, whatever else the key's object carries", () => {
    const more = { ...key, gsi1pk: "x" };
    expect(toTransactItem("t", remove(more, ifUnchanged("n", undefined)))).toEqual({
      Delete: {
        TableName: "t",
        Key: key,
        ConditionExpression: "attribute_not_exists(#watched)",
        ExpressionAttributeNames: { "#watched": "n" },
      },
    });
    expect(toTransactItem("t", check(more, ifUnchanged("n", 4)))).toEqual({
      ConditionCheck: {
        TableName: "t",
        Key: key,
        ConditionExpression: "#watched = :watched",
        ExpressionAttributeNames: { "#watched": "n" },
        ExpressionAttributeValues: { ":watched": 4 },
      },
    });
  });
});

describe("a range", () => {
  it("of the table is read strongly, of an index it is not", () => {
    expect(toQuery("t", { pk: "p" })).toMatchObject({ ConsistentRead: true, ScanIndexForward: true });
    const indexed = toQuery("t", { index: "gsi1", pk: "p", descending: true, limit: 3 });
    expect(indexed).toMatchObject({ IndexName: "gsi1", ScanIndexForward: false, Limit: 3 });
    expect(indexed).not.toHaveProperty("ConsistentRead");
    expect(indexed.ExpressionAttributeNames).toEqual({ "#pk": "gsi1pk" });
  });

  it("with a filter names what it filters by", () => {
    expect(toQuery("t", { index: "gsi2", pk: "p", from: "a", filter: { signal_type: "quality" } })).toEqual({
      TableName: "t",
      IndexName: "gsi2",
      ScanIndexForward: true,
      KeyConditionExpression: "#pk = :pk AND #sk >= :from",
      FilterExpression: "#f0 = :f0",
      ExpressionAttributeNames: { "#pk": "gsi2pk", "#sk": "gsi2sk", "#f0": "signal_type" },
      ExpressionAttributeValues: { ":pk": "p", ":from": "a", ":f0": "quality" },
    });
  });
});

describe("the place of a signal in its lists", () => {
  it("sorts by day, then by confidence, as text and as number alike", () => {
    const keys = keysOf("r");
    const place = (signal_date: string, confidence: number) =>
      keys.signalIndex({ id: "i", ticker: "GME", signal_type: "quality", signal_date, confidence }).gsi1sk;
    expect(place("2026-03-02", 0.5)).toBe("2026-03-02#0500000#i");
    expect(place("2026-03-02", 1)).toBe("2026-03-02#1000000#i");
    const confidence = fc.integer({ min: 0, max: 1_000_000 }).map((millionths) => millionths / 1e6);
    fc.assert(
      fc.property(confidence, confidence, (a, b) => {
        const [first, second] = [place("2026-03-02", a), place("2026-03-02", b)];
        expect(first < second).toBe(a < b);
      }),
    );
  });
});
