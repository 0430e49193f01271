import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Resource } from "../../functions/packaging/framework.ts";
import type { DeployedContract } from "../../localstack/front/endpoints.ts";
import type { Packaged } from "./packaged.ts";
import { handlerProblems, routeProblems } from "./route-rules.ts";

function contract(method: "GET" | "POST", path: string, file: string, operationId: string): DeployedContract {
  return { method, path, file, operationId, summary: "", description: "", tag: "Runs", response: z.object({}) };
}

function lambda(Handler: string, Description: string): Resource {
  return { Type: "AWS::Lambda::Function", Properties: { Handler, Description } };
}

const integration = "x-amazon-apigateway-integration";

const calling = (id: string) => ({ "Fn::Join": ["", [{ "Fn::GetAtt": [id, "Arn"] }, "/invocations"]] });

/** As the document says it: with the name of what checks the key, where something does. */
function operation(id: string, checkedBy?: string) {
  return {
    ...(checkedBy ? { security: [{ [checkedBy]: [] }] } : {}),
    [integration]: { type: "aws_proxy", uri: calling(id) },
  };
}

interface Deployed extends Packaged {
  resources: Record<string, Resource>;
  paths: Record<string, Record<string, ReturnType<typeof operation>>>;
}

/** `GET /` for everybody and `GET /runs/{id}` for keys, deployed as their contracts say. */
function deployed(stage = "prod"): Deployed {
  const paths: Deployed["paths"] = {
    "/": { get: operation("GetCardLambdaFunction") },
    "/runs/{id}": { get: operation("GetRunLambdaFunction", "authorize") },
  };
  const authorizer = { type: "request", authorizerUri: calling("AuthorizeLambdaFunction") };
  const securitySchemes = { authorize: { "x-amazon-apigateway-authorizer": authorizer }, nothing: {} };
  const resources: Record<string, Resource> = {
    ApiGatewayRestApi: {
      Type: "AWS::ApiGateway::RestApi",
      Properties: { Body: { paths, components: { securitySchemes } } },
    },
    GetCardLambdaFunction: lambda("functions/api/get-card.handler", "GET /"),
    GetRunLambdaFunction: lambda("functions/api/get-run.handler", "GET /runs/{id}"),
    AuthorizeLambdaFunction: lambda("functions/api/authorize.handler", "Checks the API key of every request."),
  };
  return {
    stage,
    template: { Resources: resources, Outputs: {} },
    resources,
    paths,
    file: "",
    sizes: {},
    calls: {},
    imports: {},
    contracts: [
      { ...contract("GET", "/", "functions/api/get-card.ts", "getCard"), open: true },
      contract("GET", "/runs/{id}", "functions/api/get-run.ts", "getRun"),
    ],
    handlers: ["functions/api/authorize.ts", "functions/api/get-card.ts", "functions/api/get-run.ts"],
  };
}

type Change = (all: Deployed) => void;

/** What the rules say after a change of what is right. */
function problemsAfter(change: Change, stage?: string): string[] {
  const all = deployed(stage);
  change(all);
  return [...routeProblems(all), ...handlerProblems(all)];
}

describe("contracts and deployment", () => {
  it("that say the same have no problem", () => {
    expect(problemsAfter(() => {})).toEqual([]);
  });

  it("may be open on LocalStack, where preflights are answered beside them", () => {
    const open: Change = ({ paths }) => {
      const preflight = { [integration]: { type: "mock", uri: calling("") } };
      paths["/runs/{id}"] = { get: operation("GetRunLambdaFunction"), options: preflight };
    };
    expect(problemsAfter(open, "localstack")).toEqual([]);
  });

  it.each<[what: string, change: Change, problems: string[]]>([
    [
      "a contract without a route",
      ({ contracts }) => contracts.push(contract("POST", "/runs", "functions/api/start-run.ts", "startRun")),
      ["POST /runs is a contract without a route (functions/api/start-run.ts)"],
    ],
    [
      "a route without a contract",
      ({ contracts }) => contracts.pop(),
      ["GET /runs/{id} is a route without a contract"],
    ],
    [
      "another method",
      ({ paths }) => {
        paths["/runs/{id}"] = { post: operation("GetRunLambdaFunction", "authorize") };
      },
      [
        "GET /runs/{id} is a contract without a route (functions/api/get-run.ts)",
        "POST /runs/{id} is a route without a contract",
      ],
    ],
    [
      "another name in the path",
      ({ paths }) => {
        delete paths["/runs/{id}"];
        paths["/runs/{run}"] = { get: operation("GetRunLambdaFunction", "authorize") };
      },
      [
        "GET /runs/{id} is a contract without a route (functions/api/get-run.ts)",
        "GET /runs/{run} is a route without a contract",
      ],
    ],
    [
      "a route that forgets the key",
      ({ paths }) => {
        paths["/runs/{id}"] = { get: operation("GetRunLambdaFunction") };
      },
      ["GET /runs/{id} is open, and its contract says for keys only"],
    ],
    [
      "a route whose check of the key checks nothing",
      ({ paths }) => {
        paths["/runs/{id}"] = { get: operation("GetRunLambdaFunction", "nothing") };
      },
      ["GET /runs/{id} is open, and its contract says for keys only"],
    ],
    [
      "a route that asks for a key where none is needed",
      ({ paths }) => {
        paths["/"] = { get: operation("GetCardLambdaFunction", "authorize") };
      },
      ["GET / is for keys only, and its contract says open"],
    ],
    [
      "two contracts of one route",
      ({ contracts }) => contracts.push(contract("GET", "/runs/{id}", "functions/api/get-run.ts", "getRun")),
      ["GET /runs/{id} has two contracts"],
    ],
    [
      "a route to another function",
      ({ paths }) => {
        paths["/runs/{id}"] = { get: operation("GetCardLambdaFunction", "authorize") };
      },
      [
        "GET /runs/{id} leads to GetCardLambdaFunction, not to GetRunLambdaFunction",
        "GetRunLambdaFunction is called by nothing",
      ],
    ],
    [
      "a function with another handler",
      ({ resources }) => {
        (resources.GetRunLambdaFunction as Resource).Properties.Handler = "functions/api/get-card.handler";
      },
      [
        "GetRunLambdaFunction runs functions/api/get-card.handler, and its contract is in functions/api/get-run.handler",
        "functions/api/get-run.ts is the handler of no function",
        "functions/api/get-card.ts is deployed twice",
      ],
    ],
    [
      "a function described as another route",
      ({ resources }) => {
        (resources.GetRunLambdaFunction as Resource).Properties.Description = "GET /run";
      },
      ['GetRunLambdaFunction is described as "GET /run"'],
    ],
    [
      "a handler that nobody deploys",
      ({ handlers }) => handlers.push("functions/phases/list-posts.ts"),
      ["functions/phases/list-posts.ts is the handler of no function"],
    ],
    [
      "a phase that no state calls",
      ({ resources, handlers }) => {
        resources.ListPostsLambdaFunction = lambda("functions/phases/list-posts.handler", "Task ListPosts");
        handlers.push("functions/phases/list-posts.ts");
      },
      ["ListPostsLambdaFunction is called by nothing"],
    ],
    [
      "a handler that is gone",
      ({ handlers }) => handlers.shift(),
      ["functions/api/authorize.ts is deployed and does not exist"],
    ],
  ])("differ by %s", (_what, change, problems) => {
    expect(problemsAfter(change)).toEqual(problems);
  });
});
