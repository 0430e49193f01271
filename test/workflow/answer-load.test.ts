import { expect, it } from "vitest";
import { useAnswers } from "../support/answers.ts";
import { call } from "../support/cloud.ts";

/** Fifty take longer than a test of every day may. */
const runs = process.env.FAULT_STRIDE === "1" ? 50 : 8;
/** The answer runs whose states are being worked on, and the most there were at once. */
const active = new Set<string>();
let most = 0;
const answers = useAnswers({
  around: (state, handler, input) => {
    const { runId } = input as { runId: string };
    // The last state makes room for the next run before it is over itself.
    if (state === "completeAnswer") active.delete(runId);
    else if (runId.startsWith("load-")) active.add(runId);
    most = Math.max(most, active.size);
    return handler(input);
  },
});

it("many answer runs at once, beside an analysis, all end, two at a time, each about its own question", async () => {
  const cities = Array.from({ length: runs }, (_, number) => `T${(number + 100).toString(36)}ville`);
  answers.begin(
    Object.fromEntries(cities.map((city, number) => [city, `${city} plans ${100 + number} charging points by 2030.`])),
  );
  expect((await call("api/start-analysis")).status).toBe(202);
  const started = await Promise.all(
    cities.map((city, number) =>
      answers.ask({ question: `How many charging points does ${city} plan?`, run_id: `load-${number}` }),
    ),
  );
  expect(started.map(({ status }) => status)).toEqual(cities.map(() => 202));
  for (const [number, city] of cities.entries()) {
    expect(await answers.over(`load-${number}`)).toMatchObject({ status: "completed", error: null });
    const { content } = (await answers.of("output", `load-${number}`)).body;
    expect(content).toContain(`How many charging points does ${city} plan?`);
    expect(content).toContain(`${city} plans ${100 + number} charging points by 2030. [ref_`);
  }
  expect(most).toBeLessThanOrEqual(2);
}, 120_000);
