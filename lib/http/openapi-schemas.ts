import * as z from "zod";

export type Json = Record<string, unknown>;

/** Turns zod schemas into JSON Schema; those that have an `id` are collected under it and referred to by it. */
export function schemaCollection() {
  const schemas: Record<string, Json> = {};

  /** Throws where two different schemas have one name. */
  function add(name: string, schema: Json): Json {
    const known = schemas[name];
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`Two schemas are called ${name}.`);
    schemas[name] = schema;
    return { $ref: `#/components/schemas/${name}` };
  }

  function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
    const made = JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: "any", override: compact }));
    const { $schema: _, $defs = {}, ...content } = JSON.parse(made.replaceAll("#/$defs/", "#/components/schemas/"));
    for (const [name, named] of Object.entries($defs as Record<string, Json>)) add(name, named);
    return content;
  }

  return { schemas, add, jsonSchema };
}

/** Says the same in fewer words: what may be null as one schema, and nothing of the limits of JavaScript's numbers. */
function compact({ jsonSchema: schema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  const [content, orNull, ...more] = schema.anyOf ?? [];
  if (orNull?.type !== "null" || more.length > 0 || !isPlain(content)) return;
  delete schema.anyOf;
  Object.assign(schema, content, { type: [content.type, "null"] });
}

function isPlain(schema: z.core.JSONSchema.BaseSchema | undefined): schema is z.core.JSONSchema.BaseSchema {
  const isValue = schema?.type === "string" || schema?.type === "number" || schema?.type === "integer";
  return (isValue || schema?.type === "boolean") && schema?.enum === undefined && schema?.const === undefined;
}

export type SchemaCollection = ReturnType<typeof schemaCollection>;
