export interface ConfidenceFacts {
  /** 1/3 to 1: how far the found direction stands out from the two others. */
  probability: number;
  hasReasoning: boolean;
  /** 0 to 1. */
  authorTrust: number;
  sarcasm: { detected: boolean; plain: boolean };
  mostlyMemes: boolean;
  contradictsParent: boolean;
}

/** Below `doubtful` the wording is not plain at all, from `plain` on it is beyond doubt. */
const doubtful = 0.4;
const plain = 0.7;

/** The guideline of spec ai 3.2, with "plain wording" by degrees; 0 to 1 with two decimals. */
export function confidenceOf(facts: ConfidenceFacts): number {
  let confidence = 0.5 + 0.2 * clamp((facts.probability - doubtful) / (plain - doubtful));
  if (facts.hasReasoning) confidence += 0.2;
  if (facts.authorTrust > 0.6) confidence += 0.1;
  if (facts.sarcasm.detected && !facts.sarcasm.plain) confidence -= 0.2;
  if (facts.mostlyMemes) confidence -= 0.2;
  if (facts.contradictsParent) confidence -= 0.1;
  return Math.round(clamp(confidence) * 100) / 100;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
