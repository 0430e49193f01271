/** A condition with the name its refusal is reported under, so that callers never read expression text. */
export interface Condition {
  refusal: string;
  expression: string;
  names?: Record<string, string>;
  values?: Record<string, unknown>;
}

/** The item must not exist yet. */
export function ifAbsent(refusal = "exists"): Condition {
  return { refusal, expression: "attribute_not_exists(pk)" };
}

/** The item must not exist yet, or have expired: the table removes such items only some days later. */
export function ifAbsentOrExpired(nowSeconds: number, refusal = "exists"): Condition {
  return {
    refusal,
    expression: "attribute_not_exists(pk) OR #ttl <= :now",
    names: { "#ttl": "ttl" },
    values: { ":now": nowSeconds },
  };
}

/** The item must exist. */
export function ifPresent(refusal = "absent"): Condition {
  return { refusal, expression: "attribute_exists(pk)" };
}

/** The fence of DESIGN section 4: the run goes on (or waits for its first phase), in this very attempt. */
export function ifRunActive(attempt: number): Condition {
  return {
    refusal: "run not active",
    expression: "#status IN (:queued, :running) AND #attempt = :attempt",
    names: { "#status": "status", "#attempt": "attempt" },
    values: { ":queued": "queued", ":running": "running", ":attempt": attempt },
  };
}

/** The attribute still has the value that was read; an absent attribute is asked for with `undefined`. */
export function ifUnchanged(attribute: string, value: unknown, refusal = "changed"): Condition {
  if (value === undefined) {
    return { refusal, expression: "attribute_not_exists(#watched)", names: { "#watched": attribute } };
  }
  return {
    refusal,
    expression: "#watched = :watched",
    names: { "#watched": attribute },
    values: { ":watched": value },
  };
}

/** As `ifUnchanged`, or the item does not exist yet: for what is read as it will begin before it is first written. */
export function ifUnchangedOrAbsent(attribute: string, value: unknown, refusal = "changed"): Condition {
  return {
    refusal,
    expression: "attribute_not_exists(pk) OR #watched = :watched",
    names: { "#watched": attribute },
    values: { ":watched": value },
  };
}

/** The number is below `most`; an item or attribute that is absent counts as 0. */
export function ifBelow(attribute: string, most: number, refusal: string): Condition {
  return {
    refusal,
    expression: "attribute_not_exists(#number) OR #number < :most",
    names: { "#number": attribute },
    values: { ":most": most },
  };
}

/** What an update does to single attributes. Attributes that are not named keep their value. */
export interface Changes {
  set?: Record<string, unknown>;
  setIfAbsent?: Record<string, unknown>;
  add?: Record<string, number>;
  remove?: readonly string[];
}

export interface CompiledExpression {
  expression: string;
  names: Record<string, string>;
  values: Record<string, unknown>;
}

/** Turns changes into an update expression. Attribute names are always placeholders, so no word is reserved. */
export function compileChanges(changes: Changes): CompiledExpression {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const place = (attribute: string, value?: unknown): [string, string] => {
    const number = Object.keys(names).length;
    names[`#u${number}`] = attribute;
    if (value !== undefined) values[`:u${number}`] = value;
    return [`#u${number}`, `:u${number}`];
  };
  const sets = Object.entries(changes.set ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => place(attribute, value).join(" = "));
  for (const [attribute, value] of Object.entries(changes.setIfAbsent ?? {})) {
    const [name, variable] = place(attribute, value);
    sets.push(`${name} = if_not_exists(${name}, ${variable})`);
  }
  const adds = Object.entries(changes.add ?? {}).map(([attribute, value]) => place(attribute, value).join(" "));
  const removes = (changes.remove ?? []).map((attribute) => place(attribute)[0]);
  const expression = [
    sets.length > 0 ? `SET ${sets.join(", ")}` : "",
    adds.length > 0 ? `ADD ${adds.join(", ")}` : "",
    removes.length > 0 ? `REMOVE ${removes.join(", ")}` : "",
  ]
    .filter((clause) => clause !== "")
    .join(" ");
  return { expression, names, values };
}
