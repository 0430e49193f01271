import * as z from "zod";

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** A statement of a role. In any other form (`NotAction`, say) it is refused, never guessed at. */
export const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).optional(),
});
export type Statement = z.infer<typeof statementSchema>;

/** One permission that a call needs. */
export interface Permission {
  /** Such as `dynamodb:GetItem`. */
  action: string;
  /** The ARN of what it is done to. */
  resource: string;
  /** What conditions can ask about, by condition key. */
  context: Readonly<Record<string, readonly string[]>>;
}

/** IAM's rule: one statement allows it and none denies it. Throws where a statement says what is not known here. */
export function isAllowed(statements: readonly Statement[], permission: Permission): boolean {
  const matching = statements.filter((statement) => matches(statement, permission));
  return matching.length > 0 && matching.every(({ Effect }) => Effect === "Allow");
}

export function matches(statement: Statement, permission: Permission): boolean {
  return (
    statement.Action.some((pattern) => isLike(permission.action.toLowerCase(), pattern.toLowerCase())) &&
    statement.Resource.some((pattern) => isLike(permission.resource, pattern)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, tests]) =>
      Object.entries(tests).every(([key, wanted]) => holds(operator, permission.context[key], wanted)),
    )
  );
}

/** `*` stands for any text, `?` for one character. */
export function isLike(text: string, pattern: string): boolean {
  if (pattern.includes("${")) throw new Error(`Variables of policies are not known here: ${pattern}`);
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}

const comparisons: Record<string, (value: string, wanted: string) => boolean> = {
  StringEquals: (value, wanted) => value === wanted,
  StringLike: isLike,
  ArnEquals: isLike,
  ArnLike: isLike,
};

function holds(operator: string, values: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const [quantifier, name = ""] = operator.includes(":") ? operator.split(":") : [undefined, operator];
  const compare = comparisons[name];
  if (!compare) throw new Error(`The condition ${operator} is not known here.`);
  const isWanted = (value: string) => wanted.some((each) => compare(value, each));
  if (quantifier === "ForAllValues") return (values ?? []).every(isWanted);
  if (quantifier === "ForAnyValue") return (values ?? []).some(isWanted);
  if (quantifier !== undefined) throw new Error(`The condition ${operator} is not known here.`);
  return values?.length === 1 && values.every(isWanted);
}
