/** As much of a JSON schema as the contracts make. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  format?: string;
  description?: string;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}

/** A schema as people read it, the way TypeScript writes types; named schemas are links to their place on the page. */
export function shapeOf(schema: Schema, indent = ""): string {
  if (schema.$ref !== undefined) return linkTo(schema.$ref.split("/").at(-1) ?? "");
  if (schema.anyOf) return schema.anyOf.map((each) => shapeOf(each, indent)).join(" | ");
  if (schema.enum) return schema.enum.map(literal).join(" | ");
  if ("const" in schema) return literal(schema.const);
  if (schema.type === "array") return listOf(shapeOf(schema.items ?? {}, indent));
  if (schema.type === "object") return objectShape(schema, indent);
  const types = [schema.type ?? "anything"].flat();
  return types.map((type) => (type === "string" && schema.format ? escaped(schema.format) : type)).join(" | ");
}

/** What a value must keep to beside its shape, in HTML. */
export function limitsOf({ minimum, maximum, minLength, maxLength, pattern, format }: Schema): string {
  const limits = [
    minimum !== undefined && `at least ${minimum}`,
    maximum !== undefined && `at most ${maximum}`,
    minLength !== undefined && `at least ${charactersIn(minLength)}`,
    maxLength !== undefined && `at most ${charactersIn(maxLength)}`,
    // What has a format is told by its name; its pattern is for machines.
    pattern !== undefined && format === undefined && `<code>${escaped(pattern)}</code>`,
  ];
  const kept = limits.filter((limit) => limit !== false);
  return kept.length === 0 ? "" : `(${kept.join(", ")})`;
}

function charactersIn(length: number): string {
  return length === 1 ? "1 character" : `${length} characters`;
}

function objectShape({ properties, required = [], additionalProperties }: Schema, indent: string): string {
  const deeper = `${indent}  `;
  const fields = Object.entries(properties ?? {}).map(([name, content]) => {
    const remark = content.description ? `  <i>${escaped(content.description)}</i>` : "";
    return `${deeper}${escaped(name)}${required.includes(name) ? "" : "?"}: ${shapeOf(content, deeper)}${remark}`;
  });
  if (typeof additionalProperties === "object")
    fields.push(`${deeper}[name]: ${shapeOf(additionalProperties, deeper)}`);
  return fields.length === 0 ? "{}" : `{\n${fields.join("\n")}\n${indent}}`;
}

function listOf(shape: string): string {
  return shape.includes(" | ") && !shape.startsWith("{") ? `(${shape})[]` : `${shape}[]`;
}

function linkTo(name: string): string {
  return `<a href="#${escaped(name)}">${escaped(name)}</a>`;
}

function literal(value: unknown): string {
  return escaped(JSON.stringify(value));
}

/** A description in HTML: what stands in backticks is code. */
export function prose(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** Text as it may stand anywhere in HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
