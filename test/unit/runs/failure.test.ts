import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFailure } from "../../../lib/runs/failure.ts";

const lambdaCause = (errorMessage: string) =>
  JSON.stringify({ errorType: "X", errorMessage, trace: ["Error: x", "    at secret (/var/task/index.js:1:1)"] });
const unexpected = {
  code: "INTERNAL_ERROR",
  message: "The run failed for an unexpected reason; the log has the details.",
};

describe("what a run says about its failure", () => {
  it.each([
    ["RedditUnavailable", "REDDIT_API_ERROR"],
    ["RedditRefused", "REDDIT_API_ERROR"],
    ["OpenAiThrottled", "OPENAI_API_ERROR"],
    ["OpenAiUnavailable", "OPENAI_API_ERROR"],
    ["OpenAiRefused", "OPENAI_API_ERROR"],
    ["StoreUnavailable", "DATABASE_ERROR"],
    ["InvalidStoredItem", "DATABASE_ERROR"],
    ["BadConfiguration", "CONFIGURATION_ERROR"],
    ["NotReady", "NOT_READY"],
  ])("is our own sentence for %s, with the code %s", (name, code) => {
    const expected = { code, message: "Reddit did not answer.", cause: name };
    expect(readFailure({ Error: name, Cause: lambdaCause("Reddit did not answer.") })).toEqual(expected);
    expect(readFailure({ Error: name, Cause: "Reddit did not answer." })).toEqual(expected);
  });

  it.each(["States.Timeout", "Sandbox.Timedout"])("is that a phase took too long for %s", (name) => {
    const expected = { code: "INTERNAL_ERROR", message: "A phase of the run took longer than it may.", cause: name };
    expect(
      readFailure({ Error: name, Cause: lambdaCause("RequestId: 1 Error: Task timed out after 3.00 seconds") }),
    ).toEqual(expected);
    expect(readFailure({ Error: name })).toEqual(expected);
  });

  it("keeps the code and loses the cause where the cause holds no message", () => {
    for (const Cause of [
      undefined,
      "",
      "{}",
      "[]",
      '{"errorMessage":""}',
      '{"trace":["/var/task"]}',
      '{"errorMessage":5}',
    ]) {
      expect(readFailure({ Error: "StoreUnavailable", Cause })).toEqual({
        ...unexpected,
        code: "DATABASE_ERROR",
        cause: "StoreUnavailable",
      });
    }
  });

  it("never shows anything of an error it does not know", () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "TypeError",
        "Error",
        "Lambda.Unknown",
        "States.DataLimitExceeded",
        "toString",
        "__proto__",
        "constructor",
      ),
    );
    fc.assert(
      fc.property(
        fc.option(names, { nil: undefined }),
        fc.oneof(fc.string(), fc.string().map(lambdaCause)),
        (name, Cause) => {
          expect(readFailure({ Error: name, Cause })).toEqual({ ...unexpected, cause: name ?? "unknown" });
        },
      ),
    );
  });
});
