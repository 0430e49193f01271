import type { StateMachine } from "aws-local-stepfunctions";

/** What the engine reports while an execution runs; its package does not export the type. */
export type EngineEvent =
  ReturnType<StateMachine["run"]>["eventLogs"] extends AsyncGenerator<infer Event> ? Event : never;

/** One event in the wire form of GetExecutionHistory, without its id. */
export interface HistoryEvent {
  type: string;
  /** Seconds since 1970. */
  timestamp: number;
  [details: string]: unknown;
}

/** An execution that goes round in circles must not fill the memory. */
export const longestHistory = 1_000;

/** AWS's name and details for one event of the engine; undefined for those AWS does not have. */
export function historyEvent(event: EngineEvent): HistoryEvent | undefined {
  const timestamp = event.timestamp / 1000;
  switch (event.type) {
    case "StateEntered":
      return {
        type: `${event.state.type}StateEntered`,
        timestamp,
        stateEnteredEventDetails: { name: event.state.name, input: JSON.stringify(event.state.input) },
      };
    case "StateExited":
      return {
        type: `${event.state.type}StateExited`,
        timestamp,
        stateExitedEventDetails: { name: event.state.name, output: JSON.stringify(event.state.output ?? null) },
      };
    case "StateFailed":
      if (event.state.type !== "Task") return undefined;
      return {
        type: "LambdaFunctionFailed",
        timestamp,
        lambdaFunctionFailedEventDetails: { error: event.Error, cause: text(event.Cause) },
      };
    case "StateRetried":
      return event.state.type === "Task" ? { type: "LambdaFunctionScheduled", timestamp } : undefined;
    case "MapIterationStarted":
    case "MapIterationSucceeded":
    case "MapIterationFailed":
      return {
        type: event.type,
        timestamp,
        [`${event.type[0]?.toLowerCase()}${event.type.slice(1)}EventDetails`]: {
          name: event.parentState.name,
          index: event.index,
        },
      };
    default:
      return undefined;
  }
}

function text(cause: unknown): string {
  return typeof cause === "string" ? cause : JSON.stringify(cause ?? null);
}
