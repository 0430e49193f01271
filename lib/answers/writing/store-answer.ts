import type { PhaseResult } from "../../runs/phases/phase.ts";
import { iso } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import { bundleOf, gapsOf, runLogOf } from "../artifacts/compose.ts";
import { gap } from "../artifacts/gaps.ts";
import { type Kept, keptOf } from "../artifacts/kept.ts";
import { artifacts } from "../artifacts/names.ts";
import { type Parts, readParts } from "../artifacts/parts.ts";
import type { Gap } from "../artifacts/record.ts";
import { readFound } from "../research/merge-excerpts.ts";
import { sourcesOf } from "../research/outcome.ts";
import { referencesOf } from "../research/references.ts";
import { answerRun, completedReason, type PhaseContext } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { readUsage } from "../spend.ts";
import { askChecker } from "./ask-checker.ts";
import { fitBundle } from "./bundle-size.ts";
import { bestDraft } from "./coverage.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { finalMarkdown } from "./final.ts";
import { withQueries } from "./queries.ts";
import { settleAnswer, statementsToCheck, type Verdicts } from "./settle.ts";

/**
 * StoreAnswer: holds each sentence of the best draft against its quotes, and stores the answer with all that it rests on.
 * The gaps that this leaves go to the run, whose success the next state writes: after everything is stored.
 */
export async function storeAnswer(context: PhaseContext<unknown, AnswerServices>): Promise<PhaseResult> {
  const { run, services } = context;
  const kept = keptOf(await services.artifacts(), run.id);
  const parts = await readParts(kept);
  const excerpts = parts.markdown?.excerpts ?? [];
  const evidence = evidenceOf(excerpts, parts.sql?.evidence ?? null);
  const draft = bestDraft(
    parts.drafts.flatMap(({ text }) => text ?? []),
    evidence,
  );
  const sources = sourcesOf(await readFound(kept, parts.decisions.length));
  const settled = settleAnswer(draft, evidence, sources, await verdictsOn(context, draft, evidence));
  const cut = [...new Set(parts.drafts.flatMap((each) => each.cut))];
  const truncated =
    cut.length > 0 ? [gap("BUNDLE_TRUNCATED", "Not all evidence fitted the writer's context.", cut)] : [];
  const found = [...gapsOf(parts), ...settled.gaps, ...truncated];
  const bundle = fitBundle(bundleOf(run, parts, found, true));

  await kept.write(artifacts.final_output, finalMarkdown(run.question, withQueries(settled.answer, parts.sql)));
  await kept.write(artifacts.context_bundle, bundle);
  await kept.write(artifacts.markdown_references, referencesOf(run.id, excerpts));
  await writeLog(context, kept, { parts, gaps: bundle.gaps });
  const gap_codes = [...new Set(bundle.gaps.map(({ code }) => code))];
  return { summary: { excerpts: excerpts.length, gaps: gap_codes }, runChanges: { set: { gap_codes } } };
}

/** What the checker says of sentences; where it cannot be asked or paid, their words decide. */
async function verdictsOn(
  context: PhaseContext<unknown, AnswerServices>,
  draft: string,
  evidence: Evidence,
): Promise<Verdicts> {
  const statements = statementsToCheck(draft, evidence);
  if (statements.length === 0) return new Map();
  try {
    return await askChecker(context, statements, evidence);
  } catch (error) {
    if (!isAppError(error) || (error.name !== "BudgetSpent" && error.name !== "OpenAiUnavailable")) throw error;
    context.log.warn("sentences are held against their quotes by their words alone", { error });
    return new Map();
  }
}

async function writeLog(
  { run, services }: PhaseContext<unknown, AnswerServices>,
  kept: Kept,
  { parts, gaps }: { parts: Parts; gaps: Gap[] },
): Promise<void> {
  const ended = { ...run, gap_codes: gaps.map(({ code }) => code) };
  const status = answerRun.statuses.completed(ended);
  const completed_at = iso(services.clock.now());
  const end = { status, completed_at, finish_reason: completedReason(ended.gap_codes), error: null };
  const usage = await readUsage(services, run.id);
  await kept.write(artifacts.run_log, runLogOf(run, parts, { gaps, usage, end }));
}
