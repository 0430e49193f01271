import { escaped, limitsOf, prose, type Schema, shapeOf } from "./docs-shapes.ts";

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
  description?: string;
}
interface Body {
  description?: string;
  required?: boolean;
  content?: Record<string, { schema: Schema }>;
}
interface Operation {
  tags: string[];
  summary: string;
  description: string;
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: Body;
  responses: Record<string, Body | { $ref: string }>;
}
interface Shown {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: object;
  components: { schemas: object; responses: object };
}

/** A readable page of the OpenAPI document: plain HTML without scripts, so that it needs nothing from elsewhere. */
export function docsPage(document: Shown): string {
  const { info, components } = document;
  const responses = components.responses as Record<string, Body>;
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        tag: operation.tags[0],
        html: section(method.toUpperCase(), path, operation, responses),
      })),
  );
  const groups = document.tags.map(({ name, description }) => {
    const ofTag = operations.filter(({ tag }) => tag === name).map(({ html }) => html);
    return `<h2>${escaped(name)}</h2>\n<p>${prose(description)}</p>\n${ofTag.join("\n")}`;
  });
  const schemas = Object.entries(components.schemas as Record<string, Schema>).map(
    ([name, schema]) => `<h3 id="${escaped(name)}">${escaped(name)}</h3>\n<pre>${shapeOf(schema)}</pre>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)}</title><link rel="icon" href="data:,">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1e21}
h2{margin:3rem 0 .3rem;padding-top:1rem;border-top:1px solid #ddd}h3{font-size:1rem;margin:2rem 0 .3rem}
code,pre{font:14px/1.4 ui-monospace,monospace;background:#f4f5f7;border-radius:4px;padding:.1em .3em}
pre{padding:.6rem;overflow:auto;margin:.3rem 0}table{border-collapse:collapse}
td{padding:.1rem .8rem .1rem 0;vertical-align:top}pre i{color:#5b6168}
.method{display:inline-block;min-width:3.5rem;font-weight:700}
</style></head><body>
<h1>${escaped(info.title)} <small>${escaped(info.version)}</small></h1>
<p>${escaped(info.description)} The machine-readable form is <a href="openapi.json">openapi.json</a>.
Every request but the open ones carries its key in the header <code>x-api-key</code>.</p>
${groups.join("\n")}
<h2>Schemas</h2>
${schemas.join("\n")}
</body></html>`;
}

function section(method: string, path: string, operation: Operation, shared: Record<string, Body>): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, required, schema, description = schema.description ?? "" }) =>
      row(
        `<code>${escaped(name)}</code>`,
        `${place}${required ? ", required" : ""}`,
        `<code>${shapeOf(schema)}</code>`,
        `${prose(description)} ${limitsOf(schema)}`.trim(),
      ),
  );
  const { requestBody: body } = operation;
  const responses = Object.entries(operation.responses).map(([status, response]) => {
    const answer = "$ref" in response ? shared[response.$ref.split("/").at(-1) ?? ""] : response;
    const shape = Number(status) < 300 ? shapes(answer) : "";
    return row(`<code>${status}</code>`, `${escaped(answer?.description ?? "")}${shape}`);
  });
  const open = operation.security?.length === 0 ? " · open" : "";
  return `<h3><span class="method">${method}</span> <code>${escaped(path)}</code></h3>
<p>${escaped(operation.summary)}${open}. ${prose(operation.description)}</p>
${parameters.length > 0 ? `<table>${parameters.join("")}</table>` : ""}
${body ? `<p>Body${body.required ? "" : ", optional"}</p>${shapes(body)}` : ""}
<table>${responses.join("")}</table>`;
}

function shapes({ content = {} }: Body = {}): string {
  return Object.values(content)
    .map(({ schema }) => `<pre>${shapeOf(schema)}</pre>`)
    .join("");
}

function row(...cells: string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}
