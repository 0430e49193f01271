import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { region } from "../aws.ts";
import { type Call, permissionsOf } from "./calls.ts";
import type { Caller, DeployedRoles } from "./deployed.ts";
import { isAllowed, type Permission } from "./policy.ts";
import type { Usage } from "./usage.ts";

export interface RoleProxy {
  endpoint: string;
  close(): Promise<void>;
}

/**
 * What stands between the functions and a cloud that checks no roles: each request goes on if the role whose session
 * signed it allows it, and is refused as IAM refuses it otherwise. What is not understood is refused too.
 */
export async function startRoleProxy(options: {
  port: number;
  target: string;
  roles: DeployedRoles;
  usage: Usage;
}): Promise<RoleProxy> {
  const { roles, usage } = options;
  const agent = new http.Agent({ keepAlive: true });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { accessKey, call } = readCall(request, body);
    let caller: Caller | undefined;
    try {
      caller = await roles.callerOf(accessKey);
      const { account } = caller;
      const permissions = await permissionsOf(call, { region, account, partitionKey: roles.partitionKey });
      const statements = await roles.statementsOf(caller.role);
      const refused = permissions.find((permission) => !isAllowed(statements, permission));
      for (const permission of permissions) usage.asked(caller, permission);
      if (refused) return refuse(response, caller, refused);
    } catch (error) {
      usage.notUnderstood(caller?.function ?? accessKey, error);
      return sendRefusal(response, `not understood: ${(error as Error).message}`);
    }
    if (call.service !== "dynamodb") {
      await forward(request, body, response);
      return;
    }
    const metered = Buffer.from(JSON.stringify({ ...(call.body as object), ReturnConsumedCapacity: "TOTAL" }));
    const said = await forward(request, metered, response);
    usage.consumed(caller, call.operation ?? "", said);
  }

  function refuse(response: ServerResponse, caller: Caller, { action, resource }: Permission): void {
    usage.refused(caller, action, resource);
    const session = `arn:aws:sts::${caller.account}:assumed-role/${caller.role}/${caller.function}`;
    sendRefusal(response, `User: ${session} is not authorized to perform: ${action} on resource: ${resource}`);
  }

  async function forward(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<Buffer> {
    const { method, headers } = request;
    const onward = http.request(options.target + request.url, {
      agent,
      method: method ?? "GET",
      headers: { ...headers, "content-length": body.length },
    });
    onward.end(body);
    const [answered] = (await once(onward, "response")) as [IncomingMessage];
    const said = await buffer(answered);
    response.writeHead(answered.statusCode ?? 502, answered.headers).end(said);
    return said;
  }

  const server = http.createServer((request, response) => {
    // As a network that breaks: the function's own client decides what that means.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${options.port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

/** The signature says whose key it is and for which service; JSON services name the operation in a header. */
function readCall(request: IncomingMessage, body: Buffer): { accessKey: string; call: Call } {
  const { authorization = "", "x-amz-target": target } = request.headers;
  const [, accessKey = "", service = ""] = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(authorization) ?? [];
  const operation = typeof target === "string" ? target.split(".").at(-1) : undefined;
  const isJson = operation !== undefined;
  return {
    accessKey,
    call: {
      service,
      operation,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      body: isJson ? JSON.parse(body.toString() || "{}") : undefined,
    },
  };
}

function sendRefusal(response: ServerResponse, message: string): void {
  response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify({ __type: "AccessDeniedException", message }));
}
