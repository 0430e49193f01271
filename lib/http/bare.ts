import type { Contract } from "./contract.ts";

/** A contract whose bodies are all its own: no envelope, neither around answers nor around errors. */
export function bare<P, Q, B>(contract: Omit<Contract<P, Q, B>, "raw" | "bareErrors">): Contract<P, Q, B> {
  return { ...contract, raw: "application/json", bareErrors: true };
}
