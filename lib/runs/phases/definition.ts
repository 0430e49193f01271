import * as z from "zod";
import { AppError } from "../../runtime/errors.ts";

const runInput = z.object({ runId: z.string().min(1).max(70), attempt: z.number().int().min(1) });

export interface PhaseDefinition<I> {
  /** The word of the state, `DetectSignals`. */
  state: string;
  /** Which of the kind's phases, from 1 on. */
  number: number;
  /** What the state is handed beside run id and attempt; everything else is refused. */
  input?: z.ZodType<I>;
  /** Of one iteration of a Map: which one, so that every iteration has its own marker. */
  iteration?(input: I): string;
  /** Iterations that run side by side leave the run's item alone: checking it would make them fight (DESIGN 4.4). */
  parallel?: boolean;
  /** What progress starts from; default: phases begun of all phases. */
  progress?(input: I): { current: number; total: number };
}

/** What a state was handed; `name` is its word, with the iteration in a Map. Throws `InvalidPhaseInput`. */
export function readInput<I>(
  definition: PhaseDefinition<I>,
  event: unknown,
): { runId: string; attempt: number; input: I; name: string } {
  const base = runInput.loose().safeParse(event);
  if (!base.success) throw invalidInput(definition.state, problemsOf(base.error));
  const { runId, attempt, ...rest } = base.data;
  const input = (definition.input ?? z.strictObject({})).safeParse(rest);
  if (!input.success) throw invalidInput(definition.state, problemsOf(input.error));
  const unknown = Object.keys(rest).filter((name) => !Object.hasOwn(input.data as object, name));
  if (unknown.length > 0) throw invalidInput(definition.state, [`${unknown.join(", ")}: is not known here`]);
  const iteration = definition.iteration?.(input.data as I);
  const name = iteration === undefined ? definition.state : `${definition.state}#${iteration}`;
  return { runId, attempt, input: input.data as I, name };
}

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`);
}

function invalidInput(state: string, problems: readonly string[]): AppError {
  return new AppError(
    "InvalidPhaseInput",
    "INTERNAL_ERROR",
    `${state} was handed something else: ${problems.join("; ")}`,
  );
}
