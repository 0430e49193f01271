/**
 * Whether an event is one that a pattern of EventBridge or of an event source means: a list holds what a field may be, or
 * how it begins or ends; everything else leads deeper into the event.
 */
export function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((one) => isOne(one, value));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(pattern as object).every(([name, inner]) =>
    matches(inner, (value as Record<string, unknown>)[name]),
  );
}

function isOne(one: unknown, value: unknown): boolean {
  if (typeof one !== "object" || one === null) return one === value;
  if (typeof value !== "string") return false;
  const { prefix, suffix } = one as { prefix?: string; suffix?: string };
  return prefix === undefined ? suffix !== undefined && value.endsWith(suffix) : value.startsWith(prefix);
}
