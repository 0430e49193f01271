import { describe, expect, it } from "vitest";
import document from "../../lib/http/openapi.json" with { type: "json" };
import { useEndpoints } from "../support/endpoints.ts";

const { data } = useEndpoints();
type Method = { statistic: string; fields: string[] };

/** Fields of these schemas that are no statistic. */
const plain: Record<string, readonly string[]> = {
  PerformanceFigures: [],
  CalibrationBin: ["signal_type", "confidence_from", "confidence_to"],
  Calibration: ["from", "to", "bins"],
  GraduationEvidence: [],
  EvaluationPeriod: [
    ...["id", "portfolio_id", "period_start", "period_end", "instrument_type", "signal_type", "status", "created_at"],
  ],
  Skills: [],
  Author: [
    ...["username", "first_seen", "last_active", "total_comments", "high_quality_comments", "total_upvotes"],
    "flagged_comments",
  ],
};

function fieldsOf(schema: string): string[] {
  const { properties } = (document.components.schemas as Record<string, { properties?: object }>)[schema] ?? {};
  return Object.keys(properties ?? {}).map((field) => `${schema}.${field}`);
}

describe("GET /methods", () => {
  it("explains every statistic of the document, each once, and none that is not there", async () => {
    const methods: Method[] = await data("GET /methods");
    const explained = methods.flatMap(({ fields }) => fields);
    expect(new Set(explained).size).toBe(explained.length);
    for (const [schema, others] of Object.entries(plain)) {
      const statistics = fieldsOf(schema).filter((field) => !others.includes(field.split(".")[1] ?? ""));
      expect(statistics.length).toBeGreaterThan(5);
      expect(statistics.filter((field) => !explained.includes(field))).toEqual([]);
    }
    const known = new Set(explained.flatMap((field) => fieldsOf(field.split(".")[0] ?? "")));
    expect(explained.filter((field) => !known.has(field))).toEqual([]);
  });

  it("says of each what it is, how, from what, and what not", async () => {
    const methods: Record<string, string>[] = await data("GET /methods");
    expect(methods.length).toBeGreaterThan(10);
    const tooShort = methods.filter(({ definition = "", convention = "", source = "", not = "" }) =>
      [definition, convention, source, not].some((text) => text.length < 20),
    );
    expect(tooShort).toEqual([]);
  });

  it("is where the document's descriptions point to", () => {
    const pointing = Object.values(document.components.schemas as Record<string, { description?: string }>).filter(
      ({ description }) => description?.includes("GET /methods"),
    );
    expect(pointing.length).toBeGreaterThanOrEqual(Object.keys(plain).length);
  });
});
