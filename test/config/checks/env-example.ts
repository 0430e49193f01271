import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentSchema } from "../../../lib/runtime/config.ts";
import { readSettings, type Variables } from "../../../localstack/embedded/settings.ts";
import { filesIn, root } from "./files.ts";

/** What `.env.example` says must be what is read: no line of it in vain, and none missing that a person may set. */
export function checkEnvExample(example = readFileSync(join(root, ".env.example"), "utf8")): string[] {
  const lines = new Set([...example.matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1] ?? ""));
  const settable = new Set([...askedAtStart(), ...askedOnDeployment()]);
  const read = new Set([...settable, ...Object.keys(environmentSchema.shape)]);
  return [
    ...[...lines].filter((name) => !read.has(name)).map((name) => `.env.example: nobody reads ${name}`),
    ...[...settable].filter((name) => !lines.has(name)).map((name) => `.env.example lacks ${name}`),
  ];
}

/** The variables that `npm start` looks for, found by letting it look. */
function askedAtStart(): ReadonlySet<string> {
  const asked = new Set<string>();
  const none = new Proxy<Variables>(
    {},
    {
      get(_, name) {
        asked.add(String(name));
        return undefined;
      },
    },
  );
  readSettings(root, none);
  return asked;
}

/** What the service's files take from the environment of the person who deploys. */
function askedOnDeployment(): string[] {
  const files = ["serverless.yml", ...["functions", "lib", "workflows"].flatMap((folder) => filesIn(folder, ".yml"))];
  return files.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/\benv:([A-Z][A-Z0-9_]*)/g)].map((match) => match[1] ?? ""),
  );
}
