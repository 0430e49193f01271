/** Where an item lies in the table. */
export interface Key {
  pk: string;
  sk: string;
}

export type IndexName = "gsi1" | "gsi2" | "gsi3" | "gsi4";

/** The attributes that place an item in indexes; a missing pair keeps it out (sparse index). */
export type IndexKeys = Partial<Record<`${IndexName}${"pk" | "sk"}`, string>>;

/** Makes keys of a realm. */
export function keyIn(realm: string): (pk: string, sk: string) => Key {
  return (pk, sk) => ({ pk: `${realm}#${pk}`, sk });
}

/** Text whose order is that of the numbers. */
export function ordinal(number: number): string {
  return String(number).padStart(6, "0");
}

/** With as many digits as the greatest number has that is told from its neighbours. */
export function eventNumber(number: number): string {
  return String(number).padStart(16, "0");
}
