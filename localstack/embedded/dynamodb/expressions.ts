export type Item = Record<string, Value>;
export interface Value {
  S?: string;
  N?: string;
  B?: string;
  M?: Item;
  L?: Value[];
  SS?: string[];
}

/** The fields of an operation on one item or one range that limits speak of. */
export interface Request {
  TableName: string;
  Item?: Item;
  Key?: Item;
  IndexName?: string;
  KeyConditionExpression?: string;
  UpdateExpression?: string;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
  ExclusiveStartKey?: Item;
}

/** A condition of a query on one key attribute. */
export interface KeyCondition {
  value: string;
  holds(key: string): boolean;
}

/** The values an update gives an attribute, plainly or where it has none. */
export function assignments(request: Request, attribute: string): Value[] {
  const { UpdateExpression = "", ExpressionAttributeValues = {} } = request;
  return namesOf(request, attribute).flatMap((name) =>
    [...UpdateExpression.matchAll(pattern(name, "\\s*=\\s*(?:if_not_exists\\s*\\([^,]*,\\s*)?(:\\w+)"))].flatMap(
      ([, placeholder = ""]) => ExpressionAttributeValues[placeholder] ?? [],
    ),
  );
}

/** What a query asks of a key attribute. */
export function keyConditions(request: Request, attribute: string): KeyCondition[] {
  const { KeyConditionExpression: expression = "", ExpressionAttributeValues = {} } = request;
  const condition = (placeholder = "", holds: (order: number, key: string, value: string) => boolean) => {
    const value = ExpressionAttributeValues[placeholder]?.S;
    return value === undefined
      ? []
      : [{ value, holds: (key: string) => holds(Buffer.compare(Buffer.from(key), Buffer.from(value)), key, value) }];
  };
  return namesOf(request, attribute).flatMap((name) => [
    ...[...expression.matchAll(pattern(name, "\\s*(=|<=|>=|<|>)\\s*(:\\w+)"))].flatMap(([, operator = "", value]) =>
      condition(value, (order) => comparisons[operator]?.(order) ?? true),
    ),
    ...[...expression.matchAll(pattern(name, "\\s+BETWEEN\\s+(:\\w+)\\s+AND\\s+(:\\w+)"))].flatMap(([, from, to]) => [
      ...condition(from, (order) => order >= 0),
      ...condition(to, (order) => order <= 0),
    ]),
    ...[...expression.matchAll(pattern(name, "\\s*,\\s*(:\\w+)\\s*\\)", "begins_with\\s*\\(\\s*"))].flatMap(
      ([, prefix]) => condition(prefix, (_order, key, value) => key.startsWith(value)),
    ),
  ]);
}

const comparisons: Record<string, (order: number) => boolean> = {
  "=": (order) => order === 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/** An attribute as an expression may call it: by itself or by its placeholders. */
function namesOf({ ExpressionAttributeNames = {} }: Request, attribute: string): string[] {
  const placeholders = Object.entries(ExpressionAttributeNames).filter(([, name]) => name === attribute);
  return [attribute, ...placeholders.map(([placeholder]) => placeholder)];
}

function pattern(name: string, after: string, before = ""): RegExp {
  return new RegExp(`${before}(?<![\\w#:.])${name}${after}`, "gi");
}
