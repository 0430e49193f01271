import { keyIn } from "./key.ts";

/**
 * What watches over the desk.
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | circuit breaker   | r#BREAKER                   | STATE                  |                                             |
 * | breaker event     | r#BREAKER                   | EVENT#version          |                                             |
 * | engine's heartbeat | r#ENGINE                   | HEARTBEAT              |                                             |
 */
export function breakerKeys(realm: string) {
  const key = keyIn(realm);
  return {
    breaker: () => key("BREAKER", "STATE"),
    /** Each change of the breaker has a number of its own, and its event the same; padded, because text is sorted. */
    breakerEvent: (version: number) => key("BREAKER", `EVENT#${String(version).padStart(15, "0")}`),
    breakerEvents: () => key("BREAKER", "EVENT#"),
    engineHeartbeat: () => key("ENGINE", "HEARTBEAT"),
  };
}
