import type { SignalType } from "../../analysis/signals/signal.ts";
import { portfolioOf } from "../positions/accounts.ts";
import { readClosedPositions } from "../positions/closed.ts";
import { readValues } from "../positions/stored.ts";
import type { TradingServices } from "../services.ts";
import { evidence, pairsOf, periodsOfCount } from "./evidence.ts";
import { assessGraduation, completedOf, type GraduationWithEvidence } from "./graduation.ts";
import { readPeriods } from "./list.ts";

type StoreServices = Pick<TradingServices, "store">;

/** Whether paper trading has proved a signal type, by the two stock portfolios (spec pipeline 11.1). */
export async function readGraduation(services: StoreServices): Promise<GraduationWithEvidence> {
  const [quality, consensus] = await Promise.all([readShown(services, "quality"), readShown(services, "consensus")]);
  const shown = { quality: quality.evidence, consensus: consensus.evidence };
  return { ...assessGraduation([...quality.periods, ...consensus.periods], (type) => shown[type]), evidence: shown };
}

async function readShown(services: StoreServices, type: SignalType) {
  const portfolio = portfolioOf("stock", type);
  const periods = await readPeriods(services, portfolio);
  const counted = periodsOfCount(completedOf(periods, type));
  const [first, last] = [counted.at(0), counted.at(-1)];
  if (!first || !last) return { periods, evidence: evidence([], [], []) };
  const days = { from: first.period_start, to: last.period_end };
  const [values, closed] = await Promise.all([
    readValues(services, portfolio, days),
    readClosedPositions(services, portfolio, days),
  ]);
  return { periods, evidence: evidence(counted, pairsOf(values), closed) };
}
