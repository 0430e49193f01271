import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { transform } from "esbuild";
import { filesIn, root } from "./files.ts";
import { importRules } from "./import-rules.ts";

const listFile = "test/config/rules-files.json";
/** What rules may import besides each other. */
const free = /^lib\/runtime\/(money|dates|errors|text|chunked|json-in)\.js$|node_modules\/(zod|simple-statistics)\//;
/** Where rules are looked for. */
const withRules =
  /^lib\/((calendar|configuration|analysis|trading|desk|answers|live|notifications)\/.+|runtime\/text|providers\/market\/(occ|splits))\.ts$/;

/** The import rules, and that the list of rules files is exact; `write` writes that list anew first. */
export async function checkImports(write = false): Promise<string[]> {
  const listed: string[] = JSON.parse(readFileSync(join(root, listFile), "utf8"));
  const { result, typeFiles } = await cruiseSources(listed);
  const pure = pureFiles(result, typeFiles);
  if (write && pure.join() !== listed.join()) {
    writeFileSync(join(root, listFile), `${JSON.stringify(pure, null, 2)}\n`);
    return checkImports();
  }
  const violations = result.summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${typescript(from)} → ${typescript(to)}`,
  );
  return [...violations, ...listProblems(listed, pure), ...impureReads()];
}

/**
 * dependency-cruiser reads no TypeScript 7 yet, so it is given the sources as JavaScript, with the imports of types among
 * the others: a room that knows another's types cannot do without it either. Files of types alone are as pure as rules.
 */
async function cruiseSources(rulesFiles: string[]): Promise<{ result: ICruiseResult; typeFiles: string[] }> {
  const baseDir = join(root, ".build", "imports");
  rmSync(baseDir, { recursive: true, force: true });
  const sources = ["lib", "functions", "localstack", "test"].flatMap((folder) => filesIn(folder, ".ts"));
  const typeFiles: string[] = [];
  await Promise.all(
    sources.map(async (file) => {
      const options = { loader: "ts", tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } } } as const;
      const source = readFileSync(join(root, file), "utf8");
      const { code } = await transform(source.replaceAll(/^(import|export) type (?=[^=;]+ from ")/gm, "$1 "), options);
      if (/^(import [^;]+;\s*)*$/.test(code)) typeFiles.push(file);
      const target = join(baseDir, file.replace(/\.ts$/, ".js"));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code.replaceAll(/((?:from|import)\s*\(?\s*")(\.[^"]+)\.ts"/g, '$1$2.js"'));
    }),
  );
  for (const file of ["lib", "localstack", "test"].flatMap((folder) => filesIn(folder, ".json"))) {
    mkdirSync(dirname(join(baseDir, file)), { recursive: true });
    writeFileSync(join(baseDir, file), readFileSync(join(root, file)));
  }
  const { output } = await cruise(["lib", "functions", "localstack", "test"], {
    baseDir,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
    ruleSet: { forbidden: importRules(rulesFiles, typeFiles) },
    validate: true,
  });
  return { result: output as ICruiseResult, typeFiles };
}

/** The files of the rooms that wait for nothing and import only each other, types, and what is free to all. */
function pureFiles(result: ICruiseResult, typeFiles: readonly string[]): string[] {
  const imports = new Map(
    result.modules.map(({ source, dependencies }) => [
      typescript(source),
      dependencies.map(({ resolved }) => resolved).filter((file) => !free.test(file)),
    ]),
  );
  const waits = (file: string) => /\b(async|await|Promise)\b/.test(readFileSync(join(root, file), "utf8"));
  let pure = [...imports.keys()].filter((file) => withRules.test(file) && !waits(file));
  // A file falls out with what it imports, until none does.
  for (let before = Number.POSITIVE_INFINITY; pure.length < before; ) {
    before = pure.length;
    const known = new Set([...pure, ...typeFiles]);
    pure = pure.filter((file) => imports.get(file)?.every((imported) => known.has(typescript(imported))));
  }
  return pure.sort();
}

/** The list is kept, not only computed, so that nobody loses the rules' purity unnoticed. */
function listProblems(listed: readonly string[], pure: readonly string[]): string[] {
  const without = (files: readonly string[], others: readonly string[]) =>
    files.filter((file) => !others.includes(file));
  const mend = "if that is meant, run: npm run check -- --write";
  return [
    ...without(pure, listed).map((file) => `${listFile} lacks ${file}, which holds rules only; ${mend}`),
    ...without(listed, pure).map(
      (file) => `${listFile} names ${file}, which is gone or holds rules no longer; ${mend}`,
    ),
  ];
}

/** The environment, the clock and chance come in through lib/runtime, where tests can replace them. */
function impureReads(): string[] {
  return filesIn("lib", ".ts").flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const inRuntime = file.startsWith("lib/runtime/");
    const environment = file !== "lib/runtime/config.ts" && /\bprocess\.env\b/.test(text);
    const clock = !inRuntime && /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/.test(text);
    return [
      ...(environment ? [`${file} reads process.env; lib/runtime/config.ts does that`] : []),
      ...(clock ? [`${file} reads the clock or chance; lib/runtime hands them in`] : []),
    ];
  });
}

function typescript(file: string): string {
  return file.replace(/\.js$/, ".ts");
}
