import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Version {
  id: string;
  value: string;
  labels: Set<string>;
}

type Failure = { status: number; type: string } | "lose the answer";

/** A secret as Secrets Manager keeps it: versions with staging labels, spoken to in the service's JSON protocol. */
export async function startSecretsService(firstValue = "null") {
  const versions: Version[] = [{ id: randomUUID(), value: firstValue, labels: new Set(["AWSCURRENT"]) }];
  const calls: { action: string; input: Record<string, unknown> }[] = [];
  /** What goes wrong with a call, by its action; `lose the answer` after it took effect. */
  const scene: { fail: (action: string) => Failure | undefined } = { fail: () => undefined };
  const holder = (label: string) => versions.find(({ labels }) => labels.has(label));

  function attach(label: string, version: Version) {
    const previous = holder(label);
    if (label === "AWSCURRENT" && previous) attach("AWSPREVIOUS", previous);
    previous?.labels.delete(label);
    version.labels.add(label);
  }

  const actions: Record<string, (input: Record<string, unknown>) => object | undefined> = {
    GetSecretValue: () => {
      const current = holder("AWSCURRENT");
      return current && { Name: "tokens", VersionId: current.id, SecretString: current.value };
    },
    PutSecretValue: ({ ClientRequestToken, SecretString, VersionStages = ["AWSCURRENT"] }) => {
      const id = String(ClientRequestToken);
      const version = versions.find((known) => known.id === id) ?? {
        id,
        value: String(SecretString),
        labels: new Set(),
      };
      if (!versions.includes(version)) versions.push(version);
      for (const label of VersionStages as string[]) attach(label, version);
      return { VersionId: id };
    },
    UpdateSecretVersionStage: ({ VersionStage, MoveToVersionId, RemoveFromVersionId }) => {
      const target = versions.find(({ id }) => id === MoveToVersionId);
      if (!target || holder(String(VersionStage))?.id !== RemoveFromVersionId) return undefined;
      attach(String(VersionStage), target);
      return { Name: "tokens" };
    },
  };

  const server = createServer(async (request, response) => {
    const action = String(request.headers["x-amz-target"]).replace("secretsmanager.", "");
    const input = JSON.parse(await text(request)) as Record<string, unknown>;
    calls.push({ action, input });
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
    const failure = scene.fail(action);
    if (typeof failure === "object") return answer(failure.status, { __type: failure.type, message: "scripted" });
    const done = actions[action]?.(input);
    if (failure === "lose the answer") return void request.socket.destroy();
    if (done) return answer(200, done);
    return answer(400, { __type: "InvalidParameterException", message: "The version does not hold the label." });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    /** Where the service's client looks for it. */
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "id",
      AWS_SECRET_ACCESS_KEY: "secret",
    },
    versions,
    calls,
    scene,
    current: () => holder("AWSCURRENT")?.value,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
