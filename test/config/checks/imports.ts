import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { transform } from "esbuild";
import { filesIn, root } from "./files.ts";
import { importRules } from "./import-rules.ts";

const listFile = "test/config/rules-files.json";
/** What rules may import besides each other. */
const free = /^lib\/runtime\/(money|dates|errors|text|chunked)\.js$|node_modules\/zod\//;
const roomFile = /^lib\/(analysis|trading|desk|answers|live)\/.+\.ts$/;

/** The import rules, and that the list of rules files is exact. */
export async function checkImports(): Promise<string[]> {
  const rulesFiles: string[] = JSON.parse(readFileSync(join(root, listFile), "utf8"));
  const result = await cruiseSources(rulesFiles);
  const violations = result.summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${typescript(from)} → ${typescript(to)}`,
  );
  return [...violations, ...unlistedRules(result, new Set(rulesFiles)), ...impureReads()];
}

/**
 * dependency-cruiser reads no TypeScript 7 yet, so it is given the sources as JavaScript, with the imports of types among
 * the others: a room that knows another's types cannot do without it either. Files of types alone are as pure as rules.
 */
async function cruiseSources(rulesFiles: string[]): Promise<ICruiseResult> {
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
  return output as ICruiseResult;
}

/** A rules file imports rules only and waits for nothing. All of these are listed, lest one grow a clock unnoticed. */
function unlistedRules(result: ICruiseResult, listed: ReadonlySet<string>): string[] {
  const waits = (file: string) => /\b(async|await|Promise)\b/.test(readFileSync(join(root, file), "utf8"));
  const files = result.modules.map(({ source, dependencies }) => ({
    file: typescript(source),
    pure: dependencies.every(({ resolved }) => listed.has(typescript(resolved)) || free.test(resolved)),
  }));
  const known = new Set(files.map(({ file }) => file));
  const missing = files.filter(({ file, pure }) => roomFile.test(file) && pure && !listed.has(file) && !waits(file));
  return [
    ...[...listed].filter((file) => !known.has(file)).map((file) => `${listFile} names ${file}, which is gone`),
    ...[...listed].filter((file) => known.has(file) && waits(file)).map((file) => `${file} is a rules file and waits`),
    ...missing.map(({ file }) => `${file} imports only rules: add it to ${listFile}`),
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
