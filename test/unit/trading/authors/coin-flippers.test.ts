import { describe, expect, it } from "vitest";
import { nobody } from "../../../../lib/analysis/authors/population.ts";
import { betaShareBelow } from "../../../../lib/trading/authors/beta.ts";
import { halvesOf, populationChange, verdictOf } from "../../../../lib/trading/authors/skill.ts";

interface Author {
  counted_results: number;
  correct_results: number;
  early_correct: number;
  late_correct: number;
}

/** Numbers from 0 to 1 that follow from the seed (xorshift of 32 bits). */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 2_654_435_761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** An author of so many results, each right with that chance. */
function guess(random: () => number, counted_results: number, chance: number): Author {
  const half = Math.floor(counted_results / 2);
  const author = { counted_results, correct_results: 0, early_correct: 0, late_correct: 0 };
  for (let index = 0; index < counted_results; index++) {
    if (random() >= chance) continue;
    author.correct_results++;
    if (index < half) author.early_correct++;
    if (index >= counted_results - half) author.late_correct++;
  }
  return author;
}

/** 2,000 who flip a coin that is right with that chance, with 1 to 200 results each. */
function flippers(seed: number, chance: number): Author[] {
  const random = randomOf(seed);
  return Array.from({ length: 2_000 }, () => guess(random, 1 + Math.floor(random() * 200), chance));
}

function judge(authors: readonly Author[]) {
  const population = { ...nobody, ...populationChange(authors.map((after) => ({ before: undefined, after }))) };
  const verdicts = authors.map((author) => verdictOf(author, population));
  return {
    verdicts,
    named: verdicts.filter((verdict) => verdict !== null).length,
    halves: halvesOf(authors, population).halves_correlation,
  };
}

/** As one would without either shrinking or a correction: the exact 90 % interval of the hit rate leaves out a half. */
function namedBefore(authors: readonly Author[], chance: number): number {
  return authors.filter(({ counted_results: n, correct_results: k }) => {
    const atLeast = k === 0 ? 1 : betaShareBelow(chance, k, n - k + 1);
    const atMost = k === n ? 1 : betaShareBelow(1 - chance, n - k, k + 1);
    return Math.min(atLeast, atMost) < 0.05;
  }).length;
}

const show = (text: string) => process.stdout.write(`${text}\n`);

describe("2,000 authors who flip coins, a hundred times", { timeout: 120_000 }, () => {
  it.each([
    { chance: 0.5, seed: 1 },
    { chance: 0.3, seed: 1_001 },
  ])("with a chance of $chance are named in at most a tenth of the times", ({ chance, seed }) => {
    let [before, named, times] = [0, 0, 0];
    for (let round = 0; round < 100; round++) {
      const authors = flippers(seed + round, chance);
      const judged = judge(authors);
      before += namedBefore(authors, chance);
      named += judged.named;
      if (judged.named > 0) times++;
      expect(Math.abs(judged.halves ?? 1)).toBeLessThan(0.1);
    }
    show(
      `coin of ${chance}: named of 200,000 before ${before}, after ${named}; anyone at all in ${times} of 100 times`,
    );
    expect(before).toBeGreaterThan(10_000);
    expect(times).toBeLessThanOrEqual(10);
  });

  it("leave those with a true edge to be found, the more the longer they are followed", () => {
    const found: Record<string, number> = {};
    for (const chance of [0.55, 0.6, 0.65, 0.7]) {
      for (const results of [50, 100, 200]) {
        const random = randomOf(7);
        const edges = Array.from({ length: 100 }, () => guess(random, results, chance));
        const { verdicts } = judge([...flippers(3, 0.5).slice(100), ...edges]);
        expect(verdicts.slice(0, -100).filter((verdict) => verdict !== null).length).toBeLessThanOrEqual(1);
        found[`${chance} of ${results}`] = verdicts.slice(-100).filter((verdict) => verdict === "skilled").length;
      }
    }
    show(`found of 100 authors with an edge among 1,900 without: ${JSON.stringify(found)}`);
    expect(found["0.7 of 200"]).toBeGreaterThan(80);
    expect(found["0.55 of 50"]).toBeLessThan(5);
  });

  it("show no skill that lasts, unlike those who have some", () => {
    const random = randomOf(11);
    const skilled = Array.from({ length: 2_000 }, () => guess(random, 100, 0.4 + random() * 0.2));
    const [luck, skill] = [judge(flippers(5, 0.5)).halves, judge(skilled).halves];
    show(`first against last half: coins ${luck}, chances from 0.4 to 0.6 ${skill}`);
    expect(Math.abs(luck ?? 1)).toBeLessThan(0.05);
    expect(skill).toBeGreaterThan(0.3);
  });
});
