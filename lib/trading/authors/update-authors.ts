import * as z from "zod";
import { withBaseRate } from "../../analysis/authors/population.ts";
import { readPopulation } from "../../analysis/authors/stored-population.ts";
import { deletedAuthor } from "../../analysis/authors/trust.ts";
import { readAnnotatedComments } from "../../analysis/comments/annotated.ts";
import type { PhaseContext } from "../../analysis/run.ts";
import { runSchema } from "../../analysis/run.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { chunked } from "../../runtime/chunked.ts";
import { iso } from "../../runtime/dates.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { Store } from "../../store/table.ts";
import { predictionSchema } from "../predictions/record.ts";
import { appliedResult, isResolved, type ResolvedPrediction } from "../predictions/resolution.ts";
import { applyPrediction } from "../predictions/stored.ts";
import type { TradingServices } from "../services.ts";
import { commentsByAuthor, inOrderOfApplication, newAuthor, withComments, withResults } from "./figures.ts";
import { readHistory } from "./history.ts";
import { rankAuthors } from "./rank-authors.ts";
import { type AuthorChange, readAuthors, saveAuthors } from "./stored.ts";

type Context = PhaseContext<{ posts: string[] }, TradingServices>;

/** One item each, the total of the list, the sums over all and the fence must fit into one transaction. */
const authorsPerWrite = 90;
/** Three items each, an author for each at most, both totals and the fence must fit into one transaction. */
const predictionsPerWrite = 20;

const listedSchema = z.object({ prediction_id: z.string() });

/**
 * UpdateAuthors: adds the comments that the run analysed for the first time to their authors' figures, then the
 * predictions resolved since the last time to their accuracy, each once, and computes their trust (spec pipeline 10).
 * At the end all are put in the order of their skill.
 */
export async function updateAuthors(context: Context): Promise<PhaseResult> {
  const counted = await countComments(context);
  const predictions = await applyPredictions(context);
  await rankAuthors(context);
  return { summary: { ...counted, predictions } };
}

async function countComments(context: Context): Promise<{ authors: number; comments: number }> {
  const { runId, input, marketTime, services, configuration, commit } = context;
  const { store } = services;
  const annotated = await readAnnotatedComments(context, input.posts);
  const comments = commentsByAuthor(annotated.filter(({ isNew }) => isNew).map(({ comment }) => comment));
  for (const names of chunked([...comments.keys()].toSorted(), authorsPerWrite)) {
    await decideAnew(services, async () => {
      const known = await readAuthors(store, names);
      const settings = withBaseRate(configuration, await readPopulation(store));
      const open = names.filter((name) => known.get(name)?.counted_run_id !== runId);
      const changes = open.map((name): AuthorChange => {
        const before = known.get(name);
        const author = before ?? newAuthor(name, marketTime);
        const after = withComments(author, comments.get(name) ?? [], { runId, now: marketTime }, settings);
        return { before, after };
      });
      return changes.length === 0 || (await commit(saveAuthors(store.keys, changes))).applied || undefined;
    });
  }
  return { authors: comments.size, comments: [...comments.values()].flat().length };
}

/** Answers how many predictions the run has applied, whichever invocation did it. */
async function applyPredictions(context: Context): Promise<number> {
  const { runId, services } = context;
  const { store } = services;
  const listed = await store.queryAll({ pk: store.keys.unapplied("", "").pk }, listedSchema);
  const unapplied = await readUnapplied(
    store,
    listed.map(({ prediction_id }) => prediction_id),
  );
  for (const chunk of chunked(unapplied, predictionsPerWrite)) {
    await decideAnew(services, () =>
      applyChunk(
        context,
        chunk.map(({ id }) => id),
      ),
    );
  }
  return (await store.get(store.keys.run(runId), runSchema))?.results_applied ?? 0;
}

/** True when they are applied, undefined where a person's word or another invocation came between. */
async function applyChunk(context: Context, ids: readonly string[]): Promise<true | undefined> {
  const { marketTime, services, configuration, commit } = context;
  const { store } = services;
  const unapplied = await readUnapplied(store, ids);
  if (unapplied.length === 0) return true;
  const byAuthor = Map.groupBy(unapplied, ({ author }) => author);
  // Before their histories: a history changes together with its author, whose version then refuses the write.
  const known = await readAuthors(store, [...byAuthor.keys()]);
  const settings = withBaseRate(configuration, await readPopulation(store));
  const changes: AuthorChange[] = [];
  for (const [name, predictions] of byAuthor) {
    // Shared by many people: no author, and no accuracy (spec G10).
    if (name === deletedAuthor) continue;
    const before = known.get(name);
    const author = before ?? newAuthor(name, marketTime);
    const history = await readHistory(store, name);
    changes.push({ before, after: withResults(author, history, predictions.map(appliedResult), marketTime, settings) });
  }
  const at = iso(marketTime);
  const actions = unapplied.flatMap((prediction) => applyPrediction(store.keys, prediction, at));
  const added = { add: { results_applied: unapplied.length } };
  return (await commit([...saveAuthors(store.keys, changes), ...actions], added)).applied || undefined;
}

/** Those of the predictions that are resolved and not applied, by author in the order of their application. */
async function readUnapplied(store: Store, ids: readonly string[]): Promise<ResolvedPrediction[]> {
  const found = await store.getMany(
    ids.map((id) => store.keys.prediction(id)),
    predictionSchema,
  );
  return inOrderOfApplication(
    found.filter(isResolved).filter(({ accuracy_applied_at }) => accuracy_applied_at === null),
  );
}
