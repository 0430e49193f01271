import { expect, it } from "vitest";
import { lengthProblems } from "../config/checks/handlers.ts";

const imports = 'import { a } from "./a.ts";\nimport {\n  b,\n  c,\n} from "./b.ts";\n';
const after = (count: number) => `${imports}${"a();\n".repeat(count)}`;

it("a handler's file has 25 lines, its imports among them, and no more", () => {
  expect(lengthProblems("functions/api/x.ts", after(20))).toEqual([]);
  expect(lengthProblems("functions/api/x.ts", after(21))).toEqual([
    "functions/api/x.ts has 26 lines, and 25 are the limit",
  ]);
});
