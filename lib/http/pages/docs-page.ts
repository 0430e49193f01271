import type { ApiAnswer } from "../contract.ts";
import { escaped, prose } from "./html.ts";

interface Operation {
  tags: string[];
  summary: string;
  description: string;
  security?: unknown[];
}
interface Listed {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: object;
}

/** Nothing of another host, nothing inline; pictures in `data:` are those within the reference's own style sheet. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * The page of `GET /docs`: every operation as a plain list, which the reference under `app/docs/` replaces. Addresses
 * are relative, because the bare API has its stage in front of them; there, without the files of `/app/`, the list stays.
 */
export function docsPage({ info, tags, paths }: Listed): ApiAnswer {
  const operations = Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      tag: operation.tags[0],
      html: item(method.toUpperCase(), path, operation),
    })),
  );
  const groups = tags.map(({ name, description }) => {
    const ofTag = operations.filter(({ tag }) => tag === name).map(({ html }) => html);
    return `<h2>${escaped(name)}</h2>\n<p>${prose(description)}</p>\n<ul>\n${ofTag.join("\n")}\n</ul>`;
  });
  const data = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="app/docs/swagger-ui.css"><link rel="stylesheet" href="app/docs/reference.css">
<script src="app/docs/swagger-ui-bundle.js" defer></script>
<script src="app/docs/reference.js" type="module"></script>
</head><body>
<nav><a href="app/">Dashboard</a> <a href="openapi.json">openapi.json</a></nav>
<main id="reference">
<h1>${escaped(info.title)} ${escaped(info.version)}</h1>
<p>${prose(info.description)}</p>
<p>This is the plain list. Where the dashboard is served too, and scripts run, the full reference takes its place; fields and
shapes are in <a href="openapi.json">openapi.json</a>. Every request but the open ones carries its key in the header
<code>x-api-key</code>.</p>
${groups.join("\n")}
</main>
</body></html>`;
  return { data, headers: { "content-security-policy": policy } };
}

function item(method: string, path: string, { summary, description, security }: Operation): string {
  const open = security?.length === 0 ? " (open)" : "";
  return `<li><code>${method} ${escaped(path)}</code> ${escaped(summary)}${open}. ${prose(description)}</li>`;
}
