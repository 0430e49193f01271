import { describe, expect, it } from "vitest";
import { figuresOf, knownFigures, unsupportedFigures } from "../../../../lib/answers/research/figures.ts";

const values = (text: string) => figuresOf(text).map(({ value, isPercent }) => (isPercent ? `${value} %` : value));

describe("the figures of a text", () => {
  it.each([
    ["1,000 buses", ["1000"]],
    ["1 000 buses", ["1000"]],
    ["1\u202f000\u202f000 buses", ["1000000"]],
    ["1'000 buses", ["1000"]],
    ["1,234.56", ["1234.56"]],
    ["1.234,56", ["1234.56"]],
    ["1.234.567", ["1234567"]],
    ["12,5 and 12.50", ["12.5", "12.5"]],
    ["0.125 and 0,125", ["0.125", "0.125"]],
    ["007", ["7"]],
    ["２０３０ and ٣٤", ["2030", "34"]],
    ["½ of it", ["1", "2"]],
  ])("are the same however they are written: %j", (text, expected) => expect(values(text)).toEqual(expected));

  it("stay as they are where they can be read in two ways", () => {
    expect(values("1.000 Ladepunkte, 12.03.2024, 5,10,15")).toEqual(["1.000", "12.03.2024", "5,10,15"]);
  });

  it("do not run together over years, cells and lines", () => {
    expect(values("in 2030 250 buses | 1 | 250\n100\n200")).toEqual(["2030", "250", "1", "250", "100", "200"]);
  });

  it.each([
    ["3 million", ["3000000"]],
    ["€3m, $3M, 3 M€, 3 MEUR", ["3000000", "3000000", "3000000", "3000000"]],
    ["€1.25bn", ["1250000000"]],
    ["5k users, 5 km, 5 m, 5 m²", ["5000", "5", "5", "5"]],
    ["2–3 million", ["2000000", "3000000"]],
    ["10 to 12 percent, 7%, 8 per cent, 9 percentage points", ["10 %", "12 %", "7 %", "8 %", "9 %"]],
    ["a reduction of 20\\% ($12.5 \\%$)", ["20 %", "12.5 %"]],
    ["-5.2% and 10-12 and −3", ["-5.2 %", "10", "12", "-3"]],
  ])("have units that multiply them, and signs: %j", (text, expected) => expect(values(text)).toEqual(expected));

  it.each([
    ["twenty-five trams", ["25"]],
    ["two million euros", ["2000000"]],
    ["one hundred and five, and two percent", ["105", "2 %"]],
    ["three measures, one of them new, and millions more", []],
  ])("may be spelled; what counts up to ten is none: %j", (text, expected) => expect(values(text)).toEqual(expected));

  it("are not numbers of lists, of notes, or of names", () => {
    expect(values("1. Trams\n  2) Buses\n- 3. Bikes\n## 4. Money in 2030")).toEqual(["2030"]);
    expect(values("CO2, tCO₂eq, $CO_{2}$, PM10, PM2.5, CH4, km2, as said [12]")).toEqual([]);
    expect(values("Scope-3, COVID-19, EUR500, Q3")).toEqual(["3", "19", "500", "3"]);
  });
});

describe("figures without support", () => {
  it.each([
    ["It has 1,000 buses.", "There are 1 000 of them."],
    ["It costs €3 million.", "a budget of EUR 3,000,000"],
    ["It plans 12 trams.", "twelve trams are planned"],
    ["Cut by 55% by 2030.", "| year | reduction (%) |\n| 2030 | 55 |"],
  ])("are none: %j by %j", (statement, quote) =>
    expect(unsupportedFigures(statement, [knownFigures(quote)])).toEqual([]),
  );

  it.each([
    ["It has 250 buses.", "It has 1,250 buses.", ["250"]],
    ["It has 1000 buses.", "Es hat 1.000 Busse.", ["1000"]],
    ["It has 1 bus.", "Es hat 1.000 Busse.", ["1"]],
    ["It costs 3 billion.", "It costs 3 million.", ["3 billion"]],
    ["It costs 3 euros.", "It costs 3 million euros.", ["3"]],
    ["It gained 5%.", "The result was -5%.", ["5%"]],
    ["It cut 50% of it.", "It has 50 buses.", ["50%"]],
    ["It has 50 buses.", "It cut 50% of it.", ["50"]],
    ["By 2035 it has 20.", "By 2030 it has 20.", ["2035"]],
    ["It emits 2 t.", "It emits CO2.", ["2"]],
    ["It has twelve.", "It has many.", ["12"]],
  ])("are found: %j by %j", (statement, quote, expected) => {
    expect(unsupportedFigures(statement, [knownFigures(quote)])).toEqual(expected);
  });

  it("may have support in any of several texts, and have none where there is no text", () => {
    expect(unsupportedFigures("20 trams by 2030", ["20 trams", "by 2030"].map(knownFigures))).toEqual([]);
    expect(unsupportedFigures("20 trams by 2030", [])).toEqual(["20", "2030"]);
  });
});
