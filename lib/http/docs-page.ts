interface Operation {
  summary?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema?: unknown; description?: string }[];
  requestBody?: unknown;
  responses?: Record<string, { description?: string; content?: unknown }>;
}

/** A readable page of the OpenAPI document: plain HTML without scripts, so that it needs nothing from elsewhere. */
export function docsPage(document: {
  info: { title: string; version: string; description?: string };
  paths: object;
}): string {
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => section(method.toUpperCase(), path, operation)),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(document.info.title)}</title><link rel="icon" href="data:,">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1e21}
h2{font-size:1rem;margin:2rem 0 .3rem;padding-top:1rem;border-top:1px solid #ddd}
code,pre{font:14px/1.4 ui-monospace,monospace;background:#f4f5f7;border-radius:4px;padding:.1em .3em}
pre{padding:.6rem;overflow:auto;max-height:22rem}table{border-collapse:collapse}td{padding:.1rem .8rem .1rem 0;vertical-align:top}
.method{display:inline-block;min-width:3.5rem;font-weight:700}
</style></head><body>
<h1>${escaped(document.info.title)} <small>${escaped(document.info.version)}</small></h1>
<p>${escaped(document.info.description ?? "")} The machine-readable form is <a href="openapi.json">openapi.json</a>.
Every request but the open ones carries its key in the header <code>x-api-key</code>.</p>
${operations.join("\n")}
</body></html>`;
}

function section(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place}${required ? ", required" : ""}</td><td><code>${escaped(JSON.stringify(schema))}</code></td></tr>`,
  );
  const responses = Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const shape =
      Number(status) < 300 && response.content
        ? `<pre>${escaped(JSON.stringify(response.content, null, 1))}</pre>`
        : "";
    return `<tr><td><code>${status}</code></td><td>${escaped(response.description ?? "")}${shape}</td></tr>`;
  });
  const open = operation.security?.length === 0 ? " · open" : "";
  return `<h2><span class="method">${method}</span> <code>${escaped(path)}</code></h2>
<p>${escaped(operation.summary ?? "")}${open}</p>
${parameters.length > 0 ? `<table>${parameters.join("")}</table>` : ""}
<table>${responses.join("")}</table>`;
}

/** Text as it may stand anywhere in HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
