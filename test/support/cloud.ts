import { EventEmitter } from "node:events";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { readConfig } from "../../lib/runtime/config.ts";
import { systemIds } from "../../lib/runtime/ids.ts";
import { createServices, type Services, useServices } from "../../lib/services.ts";
import type { DynamoDb } from "../../localstack/embedded/dynamodb/engine.ts";
import { answerInProcess } from "../../localstack/embedded/dynamodb/in-process.ts";
import { startDynamoDb } from "../../localstack/embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../../localstack/embedded/dynamodb/table.ts";
import { invokeHere } from "../../localstack/embedded/lambda/call.ts";
import { readDeployment } from "../../localstack/embedded/lambda/functions.ts";
import { createEventBus } from "../../localstack/embedded/step-functions/event-bus.ts";
import type { MachineSource } from "../../localstack/embedded/step-functions/machine.ts";
import { startStepFunctions } from "../../localstack/embedded/step-functions/server.ts";
import { readWorkflows } from "../../localstack/embedded/step-functions/workflows.ts";
import { recordedLog } from "./recorded-log.ts";
import { recordedMetrics } from "./recorded-metrics.ts";

export type PhaseHandler = (event: unknown) => Promise<unknown>;

export interface CloudOptions {
  /** Settings on top of the cloud's own, as environment variables. */
  settings?: Record<string, string>;
  engine?: "dynoxide" | "dynalite";
  /** Stands between the machine and the handlers of its states. */
  around?: (state: string, handler: PhaseHandler, input: unknown) => Promise<unknown>;
  /** Replaces the pause before a retry of the workflow; 0 by default. */
  retryPauseMs?: number;
  /** Status events that the bus should lose. */
  loseEvents?: boolean;
  /** Another machine than those of the workflows, and the functions that its states call. */
  more?: { machine: MachineSource; handlers: Record<string, PhaseHandler> };
}

export interface Cloud {
  database: DynamoDb;
  services: Services;
  log: ReturnType<typeof recordedLog>;
  metrics: ReturnType<typeof recordedMetrics>;
  /** The time that services see; it stands still until a test moves it. */
  time: { now: Date };
  /** Services of another realm (or with other settings) over the same engines, in use from now on. */
  enter(realm: string, settings?: Record<string, string>): Services;
  close(): Promise<void>;
}

/** Says `ended` when an execution in a cloud of this process has ended, and those who are told of it are done. */
export const executionEvents = new EventEmitter().setMaxListeners(0);

/** Summaries of phases that find nothing to do, for tests of the lifecycle alone. */
export const idleSummaries: Record<string, unknown> = {
  listPosts: { posts: [] },
  prioritizeComments: { posts: [], toAnalyze: 0, toAsk: 0 },
  createPredictions: { tickers: 0, created: 0 },
  detectSignals: { tickers: 0, signals: 0 },
  openPositions: { opened: 0 },
  monitorPrices: { exits: 0 },
  updateAuthors: { authors: 0 },
  rollEvaluation: { created: 0, completed: 0 },
};

/** The real state machine with the real handlers on the local engines, in this process. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const database = await startDynamoDb(options.engine ? { engine: options.engine } : {});
  const tableName = "wsb-test";
  await createTableIfAbsent(database.endpoint, tableName);
  const log = recordedLog();
  const metrics = recordedMetrics();
  const time = { now: new Date("2026-03-02T15:30:00Z") };

  const { functions } = readDeployment();
  const invoke = invokeHere(functions);
  const bus = createEventBus(functions.values(), (functionKey, event) =>
    invoke(functionKey, event).finally(() => executionEvents.emit("ended")),
  );
  const states = await startStepFunctions({
    machines: [...readWorkflows(), ...(options.more ? [options.more.machine] : [])],
    retryPauseMs: options.retryPauseMs ?? 0,
    invoke: (functionKey, input) => {
      const handler: PhaseHandler =
        options.more?.handlers[functionKey] ?? ((event: unknown) => invoke(functionKey, event));
      return options.around ? options.around(functionKey, handler, input) : handler(input);
    },
    onStatus: (event) => {
      if (options.loseEvents) executionEvents.emit("ended");
      else bus.publish(event);
    },
  });

  function enter(realm: string, settings: Record<string, string> = {}): Services {
    const config = readConfig({
      REALM: realm,
      TABLE_NAME: tableName,
      DYNAMODB_ENDPOINT: database.endpoint,
      STATES_ENDPOINT: states.endpoint,
      ...options.settings,
      ...settings,
    });
    const clock = { now: () => new Date(time.now) };
    const ids = { ...systemIds(), random: () => 0 };
    cloud.services = createServices(config, { clock, sleep: async () => undefined, ids, log, metrics });
    // A test may have named another table, or none that answers.
    if (config.environment.DYNAMODB_ENDPOINT === database.endpoint) {
      answerInProcess(cloud.services.store.client, database.answer);
    }
    useServices(cloud.services);
    return cloud.services;
  }

  const cloud: Cloud = {
    database,
    services: undefined as never,
    log,
    metrics,
    time,
    enter,
    async close() {
      await states.close();
      await database.close();
    },
  };
  enter("live");
  return cloud;
}

function load(file: string): Promise<{ handler: unknown }> {
  return import(/* @vite-ignore */ new URL(`../../functions/${file}.ts`, import.meta.url).href);
}

export interface Call {
  body?: unknown;
  rawBody?: string;
  headers?: Record<string, string>;
  query?: Record<string, string | string[]>;
  params?: Record<string, string>;
  apiKeyId?: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared with literals, whatever their shape
  body: any;
}

/** Calls the handler of an endpoint as API Gateway would. */
export async function call(file: string, request: Call = {}): Promise<Answer> {
  const { handler } = (await load(file)) as {
    handler: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
  };
  const body = request.rawBody ?? (request.body === undefined ? null : JSON.stringify(request.body));
  const many = Object.fromEntries(
    Object.entries(request.query ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]),
  );
  const event = {
    body,
    headers: { ...(body !== null && { "content-type": "application/json" }), ...request.headers },
    multiValueHeaders: {},
    httpMethod: "",
    isBase64Encoded: false,
    path: "",
    pathParameters: request.params ?? null,
    queryStringParameters: Object.fromEntries(Object.entries(many).map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: many,
    stageVariables: null,
    requestContext: { requestId: "test-request", authorizer: { apiKeyId: request.apiKeyId ?? "key-1" } },
    resource: "",
  } as unknown as APIGatewayProxyEvent;
  const context = { awsRequestId: "test-request", getRemainingTimeInMillis: () => 10_000 } as Context;
  const result = await handler(event, context);
  const isJson = String(result.headers?.["content-type"]).startsWith("application/json");
  return {
    status: result.statusCode,
    headers: result.headers as Record<string, string>,
    body: isJson ? JSON.parse(result.body) : result.body,
  };
}
