import * as z from "zod";
import { configurationKeys, examineConfiguration, readValue, weightGroups } from "./keys.ts";

/** A value as clients write it. */
export const settingValueSchema = z
  .union([z.number(), z.string(), z.boolean(), z.array(z.unknown())], {
    error: "must be a number, a text, true, false or an array",
  })
  .meta({ id: "SettingValue" });

/** A key of the configuration as it is shown. A stored text that cannot be read is shown as it is. */
export const settingSchema = z
  .object({
    key: z.string(),
    value: settingValueSchema.nullable(),
    default: settingValueSchema.nullable(),
    updated_at: z.string().nullable(),
  })
  .meta({ id: "Setting" });
export type Setting = z.infer<typeof settingSchema>;

/** A value as it is stored; without a time it is a default that nobody has stored. */
export interface StoredSetting {
  value: string;
  updated_at: string | null;
}

export interface SettingProblem {
  field: string;
  problem: string;
}

/** Whether the configuration has this key. */
export function isConfigurationKey(key: string): key is keyof typeof configurationKeys {
  return Object.hasOwn(configurationKeys, key);
}

/** All keys in their order, each with its value, which is null where a required one is missing, and its default. */
export function describeSettings(stored: Readonly<Record<string, StoredSetting>>): Setting[] {
  return Object.entries(configurationKeys).map(([key, { initial, isRequired }]) => {
    const shown = (text: string | null) => {
      const read = readValue(key as keyof typeof configurationKeys, text);
      return read.problem === undefined ? read.value : text;
    };
    const initialValue = shown(initial ?? null);
    const setting = stored[key];
    const value = setting ? shown(setting.value) : isRequired ? null : initialValue;
    return { key, value, default: initialValue, updated_at: setting?.updated_at ?? null };
  });
}

/**
 * The texts that new values are stored as, and why they cannot be: each is checked by itself, and all together with
 * what else is stored, as the whole configuration a run would read.
 */
export function settingTexts(
  stored: Readonly<Record<string, string>>,
  values: Readonly<Record<string, unknown>>,
): { texts: Record<string, string>; problems: SettingProblem[] } {
  const texts = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textOf(value)]));
  const { read, problems } = examineConfiguration({ ...stored, ...texts });
  const own = Object.entries(values).flatMap(([field, value]): SettingProblem[] => {
    if (!isConfigurationKey(field)) return [{ field, problem: "is not a key of the configuration" }];
    if (field === "system_start_date") return [{ field, problem: "is the day of the first completed run; it stays" }];
    const meant = JSON.stringify(read[field]);
    // The text "0.5" is no number, although it would be stored as one.
    const isOther = field in read && meant !== JSON.stringify(value);
    return isOther ? [{ field, problem: `must be written as ${meant}` }] : [];
  });
  const told = new Set(own.map(({ field }) => field));
  const others = problems.map(({ keys, problem }) => ({
    field: keys.find((key) => key in values) ?? keys.join(", "),
    problem: keys.length > 1 ? `${keys.join(", ")} ${problem}` : problem,
  }));
  return { texts, problems: [...own, ...others.filter(({ field }) => !told.has(field))] };
}

/** The keys whose values decide whether new values of `keys` are allowed, `keys` themselves not among them. */
export function relatedKeys(keys: readonly string[]): string[] {
  const groups = weightGroups.filter((group) => group.some((key) => keys.includes(key)));
  return groups.flat().filter((key) => !keys.includes(key));
}

/** The stored form of a value: numbers in plain digits, because the reader takes no exponents. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "number") return JSON.stringify(value);
  return (value + 0).toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 });
}
