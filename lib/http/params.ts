import * as z from "zod";

/** The one path variable; ids are opaque, so anything that could be one is looked for, and the rest is not found. */
export const idParams = z.object({ id: z.string().regex(/^[\x21-\x7e]{1,200}$/) });

/** The body of a request that says all it has to say with its path. */
export const noBody = z.strictObject({});

export const anyObject = z.record(z.string(), z.unknown());
export const htmlPage = z.string();
export const csvFile = z.string();
