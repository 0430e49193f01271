import type { Template } from "./framework.ts";
import { ofType } from "./resources.ts";

/** What a machine does to its log and its traces. AWS knows no resources for that. */
const observed = [
  "logs:CreateLogDelivery",
  "logs:GetLogDelivery",
  "logs:UpdateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:DescribeResourcePolicies",
  "logs:DescribeLogGroups",
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
];

/** Each state machine gets the role that it names, with which it may call the functions of its own tasks. */
export function addMachineRoles(template: Template): void {
  for (const [id, { Properties }] of ofType(template, "AWS::StepFunctions::StateMachine")) {
    const [role] = Properties.RoleArn["Fn::GetAtt"];
    const calls = {
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: tasksOf(Properties.DefinitionString),
    };
    template.Resources[role] = {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: policy([
          { Effect: "Allow", Principal: { Service: "states.amazonaws.com" }, Action: ["sts:AssumeRole"] },
        ]),
        Policies: [
          {
            PolicyName: `run-the-${id.replace(/Machine$/, "").toLowerCase()}`,
            PolicyDocument: policy([calls, { Effect: "Allow", Action: observed, Resource: "*" }]),
          },
        ],
      },
    };
  }
}

function policy(Statement: object[]) {
  return { Version: "2012-10-17", Statement };
}

/** The compiled definition names each function by a variable; in the order of the states. */
function tasksOf({ "Fn::Sub": [text, variables] }: { "Fn::Sub": [string, Record<string, unknown>] }): unknown[] {
  return Object.entries(variables)
    .toSorted(([a], [b]) => text.indexOf(a) - text.indexOf(b))
    .map(([, arn]) => arn);
}
