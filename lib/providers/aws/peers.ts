import {
  ApiGatewayManagementApiClient,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import type { Environment } from "../../runtime/config.ts";
import { AppError } from "../../runtime/errors.ts";
import { noTracer, type Tracer } from "../../runtime/tracer.ts";

/** `late`: not taken in time, or too many messages at once; it may have arrived all the same. `gone`: there is nobody. */
export type PostOutcome = "sent" | "late" | "gone";

/** The clients at the other end of the WebSocket API's connections. */
export interface Peers {
  /** Throws what is neither: a message nobody would take, or a service that refuses us. */
  post(connectionId: string, message: string): Promise<PostOutcome>;
}

/** How long the gateway may take for one message. It waits for no client; but a busy machine is not to be taken for one. */
export const peerPatienceMs = 2_000;

const patience = { connectionTimeout: peerPatienceMs, requestTimeout: peerPatienceMs, throwOnRequestTimeout: true };

/** Throws `NotReady` where there is no WebSocket API. */
export function createPeers(
  { FEED_ENDPOINT, ENVIRONMENT }: Pick<Environment, "FEED_ENDPOINT" | "ENVIRONMENT">,
  tracer: Tracer = noTracer,
): Peers {
  if (!FEED_ENDPOINT) throw new AppError("NotReady", "NOT_READY", "There is no feed here: FEED_ENDPOINT is not set.");
  const client = tracer.watch(
    new ApiGatewayManagementApiClient({
      endpoint: FEED_ENDPOINT,
      // Whoever is late goes on later where it stopped, which is better than being asked again at once.
      maxAttempts: 1,
      requestHandler: patience,
      ...(ENVIRONMENT === "local" && {
        region: "us-east-1",
        credentials: { accessKeyId: "local", secretAccessKey: "local" },
      }),
    }),
  );
  return {
    async post(ConnectionId, message) {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId, Data: message }));
        return "sent";
      } catch (error) {
        if (error instanceof GoneException) return "gone";
        if (error instanceof LimitExceededException || isTimeout(error)) return "late";
        throw error;
      }
    },
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}
