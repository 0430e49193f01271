import fc from "fast-check";
import { origins, priorities } from "../../../lib/desk/orders/record.ts";
import { instrumentCount, levels } from "./market.ts";

/** One of those that a step may mean. */
const which = fc.nat({ max: 999 });

const drawn = fc.record({
  level: fc.nat({ max: levels - 1 }),
  half: fc.nat({ max: 3 }),
  size: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat({ max: 120 }) }),
});
export const quotes = fc.array(drawn, { minLength: instrumentCount, maxLength: instrumentCount });

const leg = fc.record({
  place: fc.nat({ max: instrumentCount - 1 }),
  side: fc.constantFrom("buy" as const, "sell" as const),
  ratio: fc.integer({ min: 1, max: 2 }),
});

const submit = fc.record({
  kind: fc.constant("submit" as const),
  type: fc.constantFrom("shares", "shares", "contract", "contract", "spread", "parts"),
  legs: fc.uniqueArray(leg, { minLength: 4, maxLength: 4, selector: ({ place }) => place }),
  legCount: fc.integer({ min: 2, max: 4 }),
  quantity: fc.integer({ min: 1, max: 250 }),
  /** Of what it is worth now; none where there is no limit. */
  limitPct: fc.option(fc.integer({ min: 90, max: 115 }), { freq: 2 }),
  minutes: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 2 }),
  priority: fc.constantFrom(...priorities),
  origin: fc.constantFrom(...origins),
  isManaged: fc.boolean(),
});

const to = <K extends string>(kind: K) => fc.record({ kind: fc.constant(kind), which });
const alone = <K extends string>(kind: K) => fc.record({ kind: fc.constant(kind) });

/** What people, the engine and the market do. */
export const step = fc.oneof(
  { weight: 8, arbitrary: submit },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("close" as const), which, part: fc.constantFrom(0.3, 1) }) },
  { weight: 8, arbitrary: alone("dispatch") },
  { weight: 16, arbitrary: to("look") },
  { weight: 3, arbitrary: alone("watch") },
  { weight: 1, arbitrary: to("cancel") },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("decide" as const), which, isApproved: fc.boolean() }) },
  { weight: 1, arbitrary: to("fail") },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("quote" as const), quotes }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 200 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("halt" as const), isHalt: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("day" as const),
      ratio: fc.constantFrom<[number, number][]>([1, 1], [2, 1], [3, 1], [10, 1], [1, 10], [3, 2]),
      quotes,
    }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
export type Submit = Extract<Step, { kind: "submit" }>;

export const history = fc.record({
  mode: fc.constantFrom("auto" as const, "auto" as const, "semi_auto" as const),
  quotes,
  steps: fc.array(step, { minLength: 40, maxLength: 60, size: "max" }),
});
export type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

/** One of those; undefined where there is none. */
export function pick<T>(some: readonly T[], which: number): T | undefined {
  return some[which % some.length];
}
