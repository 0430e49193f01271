import * as z from "zod";

/** What a statistic means. */
export const methodSchema = z
  .object({
    statistic: z.string(),
    fields: z.array(z.string()).describe("Where it stands in this document: schema and field."),
    definition: z.string(),
    convention: z.string().describe("What could have been chosen otherwise."),
    source: z.string().describe("What it is made of, and who described the method."),
    not: z.string().describe("What it must not be read as."),
  })
  .meta({ id: "Method" });
export type Method = z.infer<typeof methodSchema>;
