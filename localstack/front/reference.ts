import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const inPackage = (name: string) => fileURLToPath(new URL(name, import.meta.resolve("swagger-ui-dist/package.json")));
const ours = (name: string) => fileURLToPath(new URL(`reference/${name}`, import.meta.url));

/**
 * Where the files of the API reference lie that are served under /app/docs/, by name: our own, the package's, and the
 * texts that its licence wants handed out with them.
 */
export const referenceFiles: ReadonlyMap<string, string> = new Map(
  [
    ours("reference.css"),
    ours("reference.js"),
    inPackage("swagger-ui.css"),
    inPackage("swagger-ui-bundle.js"),
    inPackage("swagger-ui-bundle.js.LICENSE.txt"),
    inPackage("LICENSE"),
    inPackage("NOTICE"),
  ].map((path) => [basename(path), path]),
);
