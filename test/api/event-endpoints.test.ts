import { describe, expect, it } from "vitest";
import { remove } from "../../lib/store/actions.ts";
import { transactReporting } from "../../lib/store/events.ts";
import { useEndpoints } from "../support/endpoints.ts";

const api = useEndpoints();
const { ask, refusal } = api;

/** Reports so many phases of one run. */
async function reportPhases(count: number): Promise<void> {
  for (let phase = 1; phase <= count; phase++) {
    const report = { channel: "runs", type: "phase_begun", subject_id: "run-1", data: { phase } } as const;
    await transactReporting(api.services, [], [report]);
  }
}
const events = async (query: Record<string, string> = {}) => {
  const { status, body } = await ask("GET /api/v1/events", { query });
  expect(status).toBe(200);
  const { newest, next_after, missed } = body.meta;
  return { data: body.data, ids: body.data.map(({ id }: { id: number }) => id), newest, next_after, missed };
};

describe("GET /api/v1/events", () => {
  it("has nothing to tell before something has happened", async () => {
    expect(await events()).toEqual({ data: [], ids: [], newest: 0, next_after: 0, missed: false });
  });

  it("tells what happened to what and when", async () => {
    await reportPhases(1);
    expect((await events()).data).toEqual([
      {
        id: 1,
        type: "phase_begun",
        at: "2026-03-02T15:30:00.000Z",
        channel: "runs",
        subject_id: "run-1",
        data: { phase: 1 },
      },
    ]);
  });

  it("goes on after the event that was seen last, so many at a time", async () => {
    await reportPhases(5);
    expect(await events({ limit: "3" })).toMatchObject({ ids: [1, 2, 3], newest: 5, next_after: 3, missed: false });
    expect(await events({ after: "3", limit: "3" })).toMatchObject({ ids: [4, 5], next_after: 5, missed: false });
    expect(await events({ after: "5" })).toMatchObject({ ids: [], newest: 5, next_after: 5, missed: false });
  });

  it("says where events are no longer kept, or were never given", async () => {
    await reportPhases(3);
    const { store } = api.services;
    await store.transact([1, 2].map((id) => remove(store.keys.event(id))));
    expect(await events({ after: "1" })).toMatchObject({ ids: [3], next_after: 3, missed: true });
    expect(await events({ after: "2" })).toMatchObject({ ids: [3], next_after: 3, missed: false });
    expect(await events({ after: "9" })).toMatchObject({ ids: [], next_after: 3, missed: true });
  });

  it.each([
    { after: "-1" },
    { after: "1.5" },
    { after: "01ARZ3NDEKTSV4RRFFQ69G5FAV" },
    { after: "9007199254740992" },
    { limit: "0" },
    { limit: "101" },
  ])("refuses %j", async (query) => {
    const [field] = Object.keys(query);
    expect(await refusal("GET /api/v1/events", { query })).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      details: [{ field }],
    });
  });
});
