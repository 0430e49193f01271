import * as z from "zod";

/** How large a count may be that nothing else bounds. */
export const anyCount = 1_000_000;

export const number = (from: number, to: number) =>
  z
    .string()
    .regex(/^[+-]?\d+(\.\d+)?$/, "not a number")
    .transform(Number)
    .pipe(z.number().min(from).max(to));
export const whole = (from: number, to: number) => number(from, to).pipe(z.int());
export const share = number(0, 1);
export const loss = number(-1, 0);
export const boolean = z.enum(["true", "false"]).transform((text) => text === "true");
export const jsonOf = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** A key whose absence fails loudly. */
export const required = <T extends z.ZodType>(initial: string, schema: T) => ({ initial, schema, isRequired: true });
/** A key that stands for its default where it is absent: those the requirements call configurable without naming a key. */
export const optional = <T extends z.ZodType>(initial: string, schema: T) => ({ initial, schema, isRequired: false });
