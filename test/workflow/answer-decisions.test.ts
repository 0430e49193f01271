import { describe, expect, it } from "vitest";
import { type RoleFaults, replied, useAnswerRuns } from "../support/answer-runs.ts";

const runs = useAnswerRuns();
const munich = "Munich plans 500 charging points in its streets by 2030.";
const oslo = "Oslo plans to build 80 charging points for taxis.";

describe("an answer run and its orchestrator", () => {
  const decision = (action: string) =>
    JSON.stringify({ action, reason: "r", confidence: 0.5, follow_up_question: "How many trams are there?" });
  const deciding = (...actions: string[]): RoleFaults => {
    let decided = 0;
    return (role, request) =>
      role === "orchestrator" ? replied(request, decision(actions[decided++] ?? "write")) : undefined;
  };

  it("writes what there is after four decisions for more research, which is a gap", async () => {
    runs.faults = deciding("run_sql", "run_sql", "run_sql", "run_sql");
    const { status, content, log } = await runs.answered({ Munich: munich });
    expect(status).toMatchObject({
      status: "completed_with_gaps",
      finish_reason: "completed_with_gaps (max iterations)",
    });
    expect(content).toContain(munich);
    expect(log.gaps.map(({ code }: { code: string }) => code)).toEqual(["MAX_ITERATIONS"]);
    expect([runs.count("orchestrator"), runs.count("researcher"), runs.count("writer")]).toEqual([4, 4, 1]);
  });

  it("reads the documents for the follow-up question where SQL is off", async () => {
    runs.faults = deciding("run_sql");
    const { status, content } = await runs.answered({
      Munich: `${munich}\n\nMunich has 90 trams, and they are blue and white.`,
    });
    expect(status.status).toBe("completed");
    expect(content).toContain("500 charging points");
    expect(content).toContain("90 trams");
  });

  it("does not read the documents again for their own sake", async () => {
    runs.faults = deciding("run_markdown");
    expect((await runs.answered({ Munich: munich })).status.status).toBe("completed");
    expect([runs.count("orchestrator"), runs.count("researcher")]).toEqual([1, 1]);
  });

  it("stops where it says so", async () => {
    runs.faults = deciding("stop");
    const { status } = await runs.answered({ Munich: munich });
    expect(status).toMatchObject({ status: "stopped", finish_reason: "stopped_by_orchestrator", error: null });
    expect(runs.count("writer")).toBe(0);
  });

  it("fails where no decision is to be had", async () => {
    runs.faults = (role, request) => (role === "orchestrator" ? replied(request, "I cannot decide.") : undefined);
    const { status } = await runs.answered({ Munich: munich });
    expect(status).toMatchObject({ status: "failed", finish_reason: "decision_error" });
  });
});

describe("an answer run and its writer", () => {
  const drafts = (...texts: string[]): RoleFaults => {
    let written = 0;
    return (role, request) =>
      role === "writer" ? replied(request, JSON.stringify({ answer: texts[written++] ?? "none" })) : undefined;
  };
  const documents = { Munich: munich, Oslo: oslo };
  const good = `${munich} [ref_1]\n\n${oslo} [ref_2]`;

  it("is asked once more where a citation is unknown, and told of it", async () => {
    const told: string[] = [];
    const scripted = drafts(`${good} [ref_9]`, good);
    runs.faults = (role, request) => {
      if (role === "writer") told.push(request.body);
      return scripted(role, request);
    };
    const { status, content } = await runs.answered(documents);
    expect(status.status).toBe("completed");
    expect(content).toContain(good);
    expect(told[0]).not.toContain("ref_9");
    expect(told[1]).toContain("These citations are of no excerpt in the evidence: ref_9");
  });

  it("keeps the better draft without what it should not cite where the second is no better", async () => {
    runs.faults = drafts(`${good} [ref_9]`, `${good} [ref_8]`);
    const { status, content, log } = await runs.answered(documents);
    expect(status.status).toBe("completed_with_gaps");
    expect(content).toContain(good);
    expect(content).not.toMatch(/ref_[89]/);
    expect(log.gaps).toMatchObject([{ code: "CITATION_COVERAGE" }]);
    expect(runs.count("writer")).toBe(2);
  });

  it("has a gap where a source with evidence is never cited", async () => {
    runs.faults = drafts(`${munich} [ref_1]`, `${munich} [ref_1]`);
    const { status, log } = await runs.answered(documents);
    expect(status.status).toBe("completed_with_gaps");
    expect(JSON.stringify(log.gaps)).toContain("Oslo");
  });

  it("never gets a figure into the answer that stands in no quote", async () => {
    runs.faults = drafts(`${good} Munich spends 77 million. [ref_1]`, `${good} Munich spends 77 million. [ref_1]`);
    const { status, content } = await runs.answered(documents);
    expect(status.status).toBe("completed_with_gaps");
    expect(content).not.toContain("77");
  });

  it("fails the run where it writes nothing at all", async () => {
    runs.faults = (role, request) => (role === "writer" ? replied(request, '{"answer": ""}') : undefined);
    const { status } = await runs.answered(documents);
    expect(status).toMatchObject({ status: "failed", finish_reason: "writer_failed" });
  });
});
