import { describe, expect, it } from "vitest";
import type { FunctionSettings, Resource, Serverless, Template } from "../../functions/packaging/framework.ts";
import { completeFunctions } from "../../functions/packaging/functions.ts";
import { checkCloud, checkWebhook } from "../../functions/packaging/origins.ts";
import { ofType } from "../../functions/packaging/resources.ts";
import { shapeTemplate } from "../../functions/packaging/template.ts";

/** The least that the framework compiles: one function with its role, one method, the table. */
function compiled(): Template {
  const statements = [{ Effect: "Allow", Action: [], Resource: [] }];
  return {
    Outputs: {},
    Resources: {
      Table: { Type: "AWS::DynamoDB::Table", Properties: { GlobalSecondaryIndexes: [{ IndexName: "gsi1" }] } },
      ApiGatewayRestApi: {
        Type: "AWS::ApiGateway::RestApi",
        Properties: { Name: "wsb-signals-prod", EndpointConfiguration: { Types: ["REGIONAL"] } },
      },
      ApiGatewayMethodRunsGet: {
        Type: "AWS::ApiGateway::Method",
        Properties: {
          HttpMethod: "GET",
          ResourceId: { "Fn::GetAtt": ["ApiGatewayRestApi", "RootResourceId"] },
          AuthorizationType: "NONE",
          Integration: { Type: "AWS_PROXY", Uri: { "Fn::GetAtt": ["AuthorizeLambdaFunction", "Arn"] } },
        },
      },
      AuthorizeLambdaFunction: {
        Type: "AWS::Lambda::Function",
        Properties: { Role: { "Fn::GetAtt": ["AuthorizeRole", "Arn"] }, MemorySize: 512 },
      },
      AuthorizeRole: {
        Type: "AWS::IAM::Role",
        Properties: { Policies: [{ PolicyDocument: { Statement: statements } }] },
      },
    },
  };
}

function shaped(
  change: (template: Template) => void = () => {},
  authorizerConcurrency = "",
  { stage = "prod", localStackEndpoint = "http://127.0.0.1:4566", rateLimit = "50" } = {},
): Template {
  const template = compiled();
  change(template);
  const provider = { stage, environment: {}, compiledCloudFormationTemplate: template };
  const custom = {
    corsAllowedOrigins: "https://desk.example.com",
    awsEndpoint: "",
    localStackEndpoint,
    authorizerConcurrency,
    rateLimit,
    may: {},
  };
  shapeTemplate({ provider, custom, functions: {} } satisfies Serverless["service"]);
  return template;
}

describe("a deployment of the API", () => {
  const idAfter = (change?: (template: Template) => void) =>
    ofType(shaped(change), "AWS::ApiGateway::Deployment").map(([id]) => id);

  it("is the same one as long as the API is the same, whatever became of the functions behind it", () => {
    const [id, ...others] = idAfter();
    expect(others).toEqual([]);
    expect(idAfter()).toEqual([id]);
    const withMoreMemory = ({ Resources }: Template) => {
      if (Resources.AuthorizeLambdaFunction) Resources.AuthorizeLambdaFunction.Properties.MemorySize = 1024;
    };
    expect(idAfter(withMoreMemory)).toEqual([id]);
  });

  it("is a new one when a method has changed", () => {
    const withPost = ({ Resources }: Template) => {
      if (Resources.ApiGatewayMethodRunsGet) Resources.ApiGatewayMethodRunsGet.Properties.HttpMethod = "POST";
    };
    expect(idAfter(withPost)).toHaveLength(1);
    expect(idAfter(withPost)).not.toEqual(idAfter());
  });
});

describe("the stage", () => {
  const limitsOf = (rateLimit?: string) =>
    ofType(shaped(undefined, undefined, rateLimit ? { rateLimit } : {}), "AWS::ApiGateway::Stage").map(
      ([, { Properties }]) => Properties.MethodSettings,
    );

  it("takes so many requests a second, and twice as many at once", () => {
    expect(limitsOf()).toMatchObject([[{ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100, ResourcePath: "/*" }]]);
    expect(limitsOf("20")).toMatchObject([[{ ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 }]]);
  });

  it("is not made with a limit that is none", () => {
    expect(() => limitsOf("none")).toThrow('RATE_LIMIT must be a whole number from 1 to 99999, not "none".');
  });
});

describe("a webhook", () => {
  it.each([
    ["prod", ""],
    ["prod", "https://desk.example.com/wsb"],
    ["localstack", "http://127.0.0.1:9000/"],
  ])("is taken on stage %s: %j", (stage, url) => {
    expect(() => checkWebhook(stage, url)).not.toThrow();
  });

  it.each(["http://desk.example.com/", "desk.example.com", "https://me:secret@desk.example.com/"])(
    "keeps a stage from being deployed: %s",
    (url) => {
      const sentence = "WEBHOOK_URL must begin with https:// and hold neither name nor password.";
      expect(() => checkWebhook("prod", url)).toThrow(sentence);
    },
  );
});

describe("what serverless.yml says of a function", () => {
  const get = { Effect: "Allow", Action: ["dynamodb:GetItem"], Resource: { "Fn::GetAtt": ["Table", "Arn"] } };

  function completed(key: string, settings: FunctionSettings): FunctionSettings {
    const custom = {
      corsAllowedOrigins: "",
      awsEndpoint: "",
      localStackEndpoint: "",
      authorizerConcurrency: "",
      rateLimit: "50",
      may: { get },
    };
    const provider = { stage: "prod", environment: {}, compiledCloudFormationTemplate: compiled() };
    completeFunctions({ provider, custom, functions: { [key]: settings } });
    return settings;
  }

  it("is its route and what it may do, in full", () => {
    const events = [{ http: { method: "GET", path: "/runs" } }];
    expect(completed("listRuns", { handler: "functions/api/list-runs.handler", may: ["get"], events })).toMatchObject({
      description: "GET /runs",
      iamRoleStatements: [get],
    });
  });

  it("is the state that calls it, or its own words", () => {
    const phase = { handler: "functions/phases/list-posts.handler", may: [] };
    expect(completed("listPosts", phase).description).toBe("Task ListPosts");
    const own = { handler: "functions/events/sweep-runs.handler", may: [], description: "Finds lost runs." };
    expect(completed("sweepRuns", own).description).toBe("Finds lost runs.");
  });

  it.each([
    [{ may: ["fly"] }, 'The function sweepRuns may "fly", which custom.may of serverless.yml does not say.'],
    [{ may: [] }, "The function sweepRuns has neither a route nor a description."],
  ])("is refused in one sentence: %j", (settings, problem) => {
    const handler = "functions/events/sweep-runs.handler";
    expect(() => completed("sweepRuns", { handler, ...settings })).toThrow(problem);
  });
});

describe("a state machine", () => {
  const machine = (role: string, text: string, tasks: Record<string, string>): Resource => ({
    Type: "AWS::StepFunctions::StateMachine",
    Properties: {
      RoleArn: { "Fn::GetAtt": [role, "Arn"] },
      DefinitionString: {
        "Fn::Sub": [
          text,
          Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, { "Fn::GetAtt": [task, "Arn"] }])),
        ],
      },
    },
  });
  const { Resources } = shaped((template) => {
    const text = `{"First":{"Resource":"\${b2}"},"Second":{"Resource":"\${a1}"}}`;
    template.Resources.AnalysisMachine = machine("AnalysisRole", text, { a1: "SecondLambda", b2: "FirstLambda" });
    template.Resources.AnswerMachine = machine("AnswerRole", `{"Resource":"\${c3}"}`, { c3: "AskLambda" });
  });

  it("may call its own tasks, in the order of its states, and those of no other machine", () => {
    const rights = (role: string) => {
      const [policy] = Resources[role]?.Properties.Policies ?? [];
      const [{ Action, Resource }] = policy.PolicyDocument.Statement;
      return [policy.PolicyName, Action, Resource.map((arn: { "Fn::GetAtt": string[] }) => arn["Fn::GetAtt"][0])];
    };
    expect(rights("AnalysisRole")).toEqual([
      "run-the-analysis",
      ["lambda:InvokeFunction"],
      ["FirstLambda", "SecondLambda"],
    ]);
    expect(rights("AnswerRole")).toEqual(["run-the-answer", ["lambda:InvokeFunction"], ["AskLambda"]]);
  });

  it("rings when it fails, whichever it is", () => {
    const metrics: { MetricStat?: { Metric: { MetricName: string; Dimensions: { Value: { Ref?: string } }[] } } }[] =
      Resources.FailedRunsAlarm?.Properties.Metrics;
    const watched = metrics.flatMap(({ MetricStat }) => {
      const { MetricName = "", Dimensions = [] } = MetricStat?.Metric ?? {};
      return MetricName.startsWith("Executions") ? [`${Dimensions[0]?.Value.Ref} ${MetricName}`] : [];
    });
    expect(watched).toEqual([
      "AnalysisMachine ExecutionsFailed",
      "AnalysisMachine ExecutionsTimedOut",
      "AnswerMachine ExecutionsFailed",
      "AnswerMachine ExecutionsTimedOut",
    ]);
  });
});

describe("AUTHORIZER_CONCURRENCY", () => {
  const reserved = (executions?: string) =>
    shaped(undefined, executions).Resources.AuthorizeLambdaFunction?.Properties.ReservedConcurrentExecutions;

  it("reserves executions for the check of keys, and nothing where it is not set", () => {
    expect(reserved("5")).toBe(5);
    expect(reserved()).toBeUndefined();
  });

  it.each(["many", "0", "-1", "1.5"])("of %s is refused in one sentence", (executions) => {
    expect(() => reserved(executions)).toThrow(
      `AUTHORIZER_CONCURRENCY must be a whole number above zero, not "${executions}".`,
    );
  });
});

it.each(["http://127.0.0.1:4000", "http://127.0.0.1:4000/"])("the API on LocalStack at %s is below one slash", (at) => {
  const withResource = ({ Resources }: Template) => {
    if (Resources.ApiGatewayMethodRunsGet) Resources.ApiGatewayMethodRunsGet.Properties.ResourceId = { Ref: "Runs" };
  };
  const { Outputs } = shaped(withResource, "", { stage: "localstack", localStackEndpoint: at });
  const api = `/_aws/execute-api/\${ApiGatewayRestApi}/localstack`;
  expect(Outputs.Url).toMatchObject({ Value: { "Fn::Sub": `http://127.0.0.1:4000${api}` } });
});

describe("a stage without a check of keys", () => {
  it.each(["localstack", "local"])("%s is never deployed to AWS", (stage) => {
    for (const endpoint of [undefined, ""]) {
      expect(() => checkCloud(stage, endpoint)).toThrow(
        `Stage ${stage} is not made for AWS, where it would be open or broken: AWS_ENDPOINT_URL must name a LocalStack.`,
      );
    }
    expect(() => checkCloud(stage, "http://127.0.0.1:4566")).not.toThrow();
  });

  it("is none of the others", () => {
    expect(() => checkCloud("prod", undefined)).not.toThrow();
  });
});
