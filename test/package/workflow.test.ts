import { describe, expect, it } from "vitest";
import { readWorkflows, workflowProblems } from "./workflow-rules.ts";

describe.each(readWorkflows())("$file", (workflow) => {
  it("is valid, runs on the local engine, retries, catches and fails as the project's rules say", () => {
    expect(workflowProblems(workflow)).toEqual([]);
  });
});

describe("the workflow rules", () => {
  const machine = (task: object, failRun: object = {}) => ({
    file: "example.asl.yml",
    definition: {
      Comment: "An example.",
      TimeoutSeconds: 60,
      StartAt: "ListPosts",
      States: {
        ListPosts: {
          Comment: "A task.",
          Type: "Task",
          Resource: { "Fn::GetAtt": ["listPosts", "Arn"] },
          TimeoutSeconds: 10,
          Retry: transient,
          Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "FailRun" }],
          Next: "Done",
          ...task,
        },
        Done: { Comment: "Over.", Type: "Succeed" },
        FailRun: {
          Comment: "Clean up.",
          Type: "Task",
          Resource: { "Fn::GetAtt": ["failRun", "Arn"] },
          TimeoutSeconds: 10,
          Retry: transient,
          Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: null, Next: "Failed" }],
          Next: "Failed",
          ...failRun,
        },
        Failed: { Comment: "Failed.", Type: "Fail" },
      },
    },
  });

  it("find nothing in a machine that follows them", () => {
    expect(workflowProblems(machine({}))).toEqual([]);
  });

  /** What every task has to try again. */
  const transient = [
    {
      ErrorEquals: [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
      ],
      MaxDelaySeconds: 30,
    },
  ];

  it.each([
    ["a missing Catch", { Catch: undefined }, "ListPosts has no Catch of States.ALL with a ResultPath"],
    [
      "a Catch that loses the input",
      { Catch: [{ ErrorEquals: ["States.ALL"], Next: "FailRun" }] },
      "ListPosts has no Catch of States.ALL with a ResultPath",
    ],
    [
      "a Catch that passes FailRun by",
      { Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Failed" }] },
      "ListPosts does not lead to a task that ends it when it fails",
    ],
    ["a missing time-out", { TimeoutSeconds: undefined }, "ListPosts has no TimeoutSeconds"],
    ["a missing comment", { Comment: undefined }, "ListPosts has no Comment"],
    [
      "a function of another name",
      { Resource: { "Fn::GetAtt": ["fetchPost", "Arn"] } },
      "ListPosts calls fetchPost: state and function are one word",
    ],
  ])("find %s", (_what, task, problem) => {
    const withoutUndefined = JSON.parse(JSON.stringify({ ...machine({}), changed: task }));
    const States = withoutUndefined.definition.States;
    for (const [field, value] of Object.entries(task)) {
      if (value === undefined) delete States.ListPosts[field];
      else States.ListPosts[field] = value;
    }
    expect(workflowProblems(withoutUndefined)).toContain(`example.asl.yml: ${problem}`);
  });

  it("find a clean-up that turns a failed run into a succeeded execution", () => {
    expect(workflowProblems(machine({}, { Next: "Done" }))).toContain(
      "example.asl.yml: FailRun must end in a Fail state, also when it fails itself",
    );
  });
});
