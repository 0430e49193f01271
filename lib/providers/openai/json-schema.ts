import * as z from "zod";

/** Every comment, and every call of a role, is asked about with the same schema. */
const jsonSchemas = new WeakMap<z.ZodType, Record<string, unknown>>();

/** A schema as the service is told it: strict, and without what not every strict mode knows. */
export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const made = jsonSchemas.get(schema);
  if (made) return made;
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, {
    override: ({ jsonSchema: part }) => dropRanges(part),
  });
  jsonSchemas.set(schema, jsonSchema);
  return jsonSchema;
}

/** Not every service's strict mode knows them; whoever reads the reply does. */
function dropRanges(part: z.core.JSONSchema.BaseSchema): void {
  for (const word of ["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern"] as const) {
    delete part[word];
  }
}
