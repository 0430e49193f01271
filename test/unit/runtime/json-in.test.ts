import { expect, it } from "vitest";
import { jsonIn } from "../../../lib/runtime/json-in.ts";

it.each([
  ["alone", '{"a": 1}'],
  ["between fences", 'Here it is:\n```json\n{"a": 1}\n```\nAnything else?'],
  ["between words", 'The answer is {"a": 1}, I think.'],
])("JSON is read out of a reply that has it %s", (_, reply) => {
  expect(jsonIn(reply)).toEqual({ a: 1 });
});

it.each(["", "nothing", "{a: 1}", "} {"])("%o has no JSON", (reply) => {
  expect(() => jsonIn(reply)).toThrow(SyntaxError);
});
