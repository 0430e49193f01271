import { expect, it } from "vitest";
import { lengthProblems } from "../config/checks/handlers.ts";

const imports = 'import * as z from "zod";\nimport {\n  a,\n  b,\n} from "./long.ts";\n';
const below = (lines: number) => `${imports}${"line();\n".repeat(lines)}`;

it("a handler has 25 lines beside its imports, and no more", () => {
  expect(lengthProblems("functions/api/x.ts", below(25))).toEqual([]);
  expect(lengthProblems("functions/api/x.ts", below(26))).toEqual([
    "functions/api/x.ts has 26 lines beside its imports, and 25 are the limit",
  ]);
});
