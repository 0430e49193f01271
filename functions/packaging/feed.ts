import type { Template } from "./framework.ts";
import { invocationRole } from "./gateway.ts";
import { ofType } from "./resources.ts";

/** Messages per second of all clients, and how many may come at once. */
const throttling = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };

/** What is written of each message. No query: it may hold a ticket. */
const accessLog = {
  kind: "feed-access",
  time: "$context.requestTimeEpoch",
  request_id: "$context.requestId",
  ip: "$context.identity.sourceIp",
  route: "$context.routeKey",
  status: "$context.status",
  connection_id: "$context.connectionId",
};

/**
 * The WebSocket API of the live feed: called with the gateway's one role, throttled, with a log; and its stage is the path
 * under which the CDN passes it on, so that the two need no rewriting. Changes the template in place.
 */
export function shapeFeed(template: Template): void {
  for (const [, { Properties }] of ofType(template, "AWS::ApiGatewayV2::Integration")) {
    Properties.CredentialsArn = invocationRole;
  }
  for (const [, { Properties }] of ofType(template, "AWS::ApiGatewayV2::Stage")) {
    Object.assign(Properties, {
      StageName: "ws",
      DefaultRouteSettings: throttling,
      AccessLogSettings: {
        DestinationArn: {
          "Fn::Sub": `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${LogGroup}`,
        },
        Format: JSON.stringify(accessLog),
      },
      // As of the API's stage: without the account's role for logs it is refused.
      Description: {
        "Fn::If": [
          "AccountLogsForApis",
          { "Fn::Sub": `Logs with the role set in \${ApiGatewayAccount}.` },
          "Logs with the role that the account had.",
        ],
      },
    });
  }
  // The address is the CDN's.
  delete template.Outputs.ServiceEndpointWebsocket;
}

/**
 * The free LocalStack has no WebSocket APIs, so what they call goes too; and without clients of a feed nothing there needs
 * the table's stream: orders are dispatched by the schedule. Changes the template in place.
 */
export function leaveOutFeed(template: Template): void {
  leaveOutFunctions(template);
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (Type.startsWith("AWS::ApiGatewayV2::") || Type === "AWS::Lambda::EventSourceMapping") {
      delete template.Resources[id];
    }
  }
  // There the engine of streams takes a minute to begin; the table's creation is given up before, and tried once more.
  for (const [, table] of ofType(template, "AWS::DynamoDB::Table")) delete table.Properties.StreamSpecification;
  for (const [, lambda] of ofType(template, "AWS::Lambda::Function")) {
    delete lambda.Properties.Environment?.Variables?.FEED_ENDPOINT;
  }
  for (const [, role] of ofType(template, "AWS::IAM::Role")) {
    for (const { PolicyDocument } of role.Properties.Policies ?? []) {
      PolicyDocument.Statement = PolicyDocument.Statement.filter(({ Action }: { Action: string | string[] }) =>
        [Action].flat().every((action) => !forTheFeed.includes(action)),
      );
    }
  }
}

/** The functions that only a WebSocket API calls, with their roles. */
function leaveOutFunctions(template: Template): void {
  const called = ofType(template, "AWS::ApiGatewayV2::Integration").map(([, integration]) =>
    JSON.stringify(integration),
  );
  for (const [id, lambda] of ofType(template, "AWS::Lambda::Function")) {
    if (!called.some((integration) => integration.includes(`"${id}"`))) continue;
    delete template.Resources[id];
    delete template.Resources[lambda.Properties.Role["Fn::GetAtt"][0]];
  }
}

/** What a function may do that listens to the table or sends to clients, and no other. */
const forTheFeed = [
  "execute-api:ManageConnections",
  ...["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"].map((action) => `dynamodb:${action}`),
];
