import { describe, expect, it } from "vitest";
import { instantOf, wholeNumber } from "../../../../lib/providers/reddit/values.ts";

describe("a score", () => {
  it.each<[unknown, number]>([
    [7, 7],
    [1.5, 2],
    [-1.6, -2],
    [-0.4, 0],
    [-0, 0],
    ["12", 12],
    [" -3.0 ", -3],
    ["1e3", 1000],
    [1e300, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
    ["many", 0],
    ["", 0],
    ["0x10", 0],
    [null, 0],
    [undefined, 0],
    [true, 0],
    [{ up: 3 }, 0],
  ])("of %o is %d", (value, score) => {
    expect(wholeNumber(value)).toBe(score);
  });
});

describe("the time of a row", () => {
  const noon = "2021-01-27T15:00:00.000Z";

  it.each<[unknown, string]>([
    [1611759600, noon],
    ["1611759600", noon],
    ["1611759600.0", noon],
    [1611759600.25, "2021-01-27T15:00:00.250Z"],
    ["2021-01-27T15:00:00Z", noon],
    ["2021-01-27 15:00:00", noon],
    ["2021-01-27T10:00-05:00", noon],
    [1117584000, "2005-06-01T00:00:00.000Z"],
    [4102444799, "2099-12-31T23:59:59.000Z"],
  ])("%o is %s", (value, time) => {
    expect(instantOf(value)?.toISOString()).toBe(time);
  });

  it.each([undefined, null, "", "  "])("is missing where there is %o", (value) => {
    expect(instantOf(value)).toBeNull();
  });

  it.each([
    ["milliseconds", 1611759600000],
    ["microseconds", 1611759600000000],
    ["milliseconds as text", "1611759600000"],
    ["a negative number", -1611759600],
    ["the year 1970", 0],
    ["the year 2100", 4102444800],
    ["a day alone", "2021-01-27"],
    ["words", "yesterday"],
    ["no finite number", Number.POSITIVE_INFINITY],
    ["a truth", true],
    ["a list", [1611759600]],
  ])("cannot be %s", (_, value) => {
    expect(instantOf(value)).toBeUndefined();
  });
});
