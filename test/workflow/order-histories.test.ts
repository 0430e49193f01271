import fc from "fast-check";
import { expect, it } from "vitest";
import { type Cloud, startCloud } from "../support/cloud.ts";
import { type Reached, runHistory } from "../support/desk-histories/history.ts";
import { history } from "../support/desk-histories/steps.ts";

/** Histories tried, two seconds of work each; more on demand: DESK_RUNS=1000. */
const histories = Number(process.env.DESK_RUNS ?? 3);
/** Realms that one table holds: thousands of them are gigabytes. */
const perTable = 100;

/** What even a few of them come to, and what many do. */
const edges = [
  ...["filled", "partially_filled", "split"],
  ...(histories < 100
    ? []
    : [
        ...["closed", "cancel", "fail", "decide", "given up", "rest given up", "expired", "dispatched: rejected"],
        ...["held by the breaker", "both parts", "closed beyond what was held", "managed by the bot"],
        ...["fraction paid out", "left to a person", "closed at a named price"],
      ]),
];

it(`over ${histories} histories every order goes as it may, and the book is what was filled, to the cent`, {
  timeout: 7_200_000,
}, async () => {
  const reached: Reached = {};
  let cloud: Cloud | undefined;
  let realms = 0;
  await fc.assert(
    fc.asyncProperty(history, async (happens) => {
      if (realms % perTable === 0) {
        await cloud?.close();
        cloud = await startCloud();
      }
      if (cloud) await runHistory(cloud, `histories-${realms++}`, happens, reached);
    }),
    // To make a history shorter that takes seconds is the work of an hour: the path that is told repeats it alone.
    { numRuns: histories, seed: 20_260_302, endOnFailure: true },
  );
  await cloud?.close();
  // They are worth something only if they come to the edges.
  expect(edges.filter((edge) => !reached[edge])).toEqual([]);
});
