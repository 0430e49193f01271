/** What an API key may do. Who may trade may read too. */
export const rights = ["read", "trade"] as const;
export type Right = (typeof rights)[number];

/** The right that an operation asks for: `read` to look, `trade` for all else, where its contract names no other. */
export function rightOf({ method, right }: { method: string; right?: Right }): Right {
  return right ?? (method === "GET" ? "read" : "trade");
}

/** Whether who holds this may do what asks for that right. What is no right allows nothing. */
export function allows(held: unknown, needed: Right): boolean {
  return held === "trade" || held === needed;
}
