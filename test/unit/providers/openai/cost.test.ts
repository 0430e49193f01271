import { describe, expect, it } from "vitest";
import { microDollars } from "../../../../lib/providers/openai/cost.ts";

describe("microDollars", () => {
  it.each([
    { promptTokens: 500, completionTokens: 100, micro: 135 },
    { promptTokens: 250_000, completionTokens: 50_000, micro: 67_500 },
    { promptTokens: 1_000_000, completionTokens: 1_000_000, micro: 750_000 },
    { promptTokens: 0, completionTokens: 0, micro: 0 },
    { promptTokens: 1, completionTokens: 0, micro: 1 },
    { promptTokens: 7, completionTokens: 0, micro: 2 },
    { promptTokens: 20, completionTokens: 0, micro: 3 },
  ])("$promptTokens + $completionTokens tokens cost $micro millionths of a dollar", ({ micro, ...usage }) => {
    expect(microDollars(usage)).toBe(micro);
  });

  it("takes the prices it is given", () => {
    const prices = { inputUsdPerMillion: 2.5, outputUsdPerMillion: 10 };
    expect(microDollars({ promptTokens: 500, completionTokens: 100 }, prices)).toBe(2_250);
    expect(
      microDollars({ promptTokens: 500, completionTokens: 100 }, { inputUsdPerMillion: 0, outputUsdPerMillion: 0 }),
    ).toBe(0);
  });
});
