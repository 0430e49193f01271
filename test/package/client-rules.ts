import { archiveClient } from "../../functions/packaging/bundle.ts";
import { servicesFile } from "../../functions/packaging/calls.ts";
import type { Packaged } from "./packaged.ts";

/**
 * Each bundle carries what its function imports on demand: of `lib/services.ts` the clients that it opens, of every other
 * file all. And each client is carried by somebody. Without `REDDIT_ARCHIVE` nobody can open the archive.
 */
export function clientProblems({ template, calls, imports }: Packaged): string[] {
  const environments = Object.values(template.Resources).map(({ Properties }) => Properties?.Environment?.Variables);
  const isArchived = environments.some((variables) => variables?.REDDIT_ARCHIVE);
  const isWanted = (file: string) => isArchived || !archiveClient.test(file);
  const bundles = Object.entries(imports);
  const carried = new Set(bundles.flatMap(([, bundle]) => bundle.carried));
  const known = new Set(
    bundles
      .flatMap(([, { leftOut }]) => leftOut.filter(({ importer }) => importer === servicesFile))
      .map(({ file }) => file),
  );
  return [
    ...Object.entries(calls).flatMap(([key, { loads }]) =>
      loads
        .filter((file) => isWanted(file) && !imports[key]?.carried.includes(file))
        .map((file) => `${key} can load ${file}, which its bundle lacks`),
    ),
    ...bundles.flatMap(([key, { leftOut }]) =>
      leftOut
        .filter(({ importer }) => importer !== servicesFile)
        .map(({ file, importer }) => `${key} imports ${file} in ${importer}, which its bundle lacks`),
    ),
    ...[...known]
      .filter((file) => isWanted(file) && !carried.has(file))
      .map((file) => `${servicesFile} imports ${file}, which no function carries`),
  ];
}
