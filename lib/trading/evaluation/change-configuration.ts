import * as z from "zod";
import { isConfigurationKey, type Setting, settingValueSchema } from "../../configuration/settings.ts";
import { changeSettings, listSettings } from "../../realm/stored-settings.ts";
import type { RunServices } from "../../runs/services.ts";
import { AppError, invalidRequest } from "../../runtime/errors.ts";
import { readGraduation } from "./read-graduation.ts";

/** What a key of the configuration looks like. */
export const settingKeySchema = z.string().regex(/^[a-z0-9_]{1,50}$/, "is not a key of the configuration");

/** The body of `PUT /config/{key}`. */
export const changeSchema = z
  .strictObject({
    value: settingValueSchema,
    also: z
      .record(settingKeySchema, settingValueSchema)
      .optional()
      .describe("Other keys that change together with this one, such as the weights that must sum to 1."),
  })
  .meta({ id: "ConfigurationChange" });

/**
 * Sets a key of the configuration, and others with it, all or none. Real trading has to be proved first (spec pipeline
 * 11.1). Answers the key as it is now. Throws `NOT_FOUND` for an unknown key, `VALIDATION_ERROR` that names the keys.
 */
export async function changeConfiguration(
  services: RunServices,
  key: string,
  { value, also = {} }: z.infer<typeof changeSchema>,
): Promise<Setting> {
  if (Object.hasOwn(also, key)) throw invalidRequest([{ field: key, problem: "is given twice" }]);
  const values = { ...also, [key]: value };
  if (isConfigurationKey(key)) {
    if (values.phase === "real_trading") await refuseUnproved(services);
    await changeSettings(services, values);
  }
  const setting = (await listSettings(services)).find((each) => each.key === key);
  if (!setting) throw new AppError("NotFound", "NOT_FOUND", "There is no such key in the configuration.");
  return setting;
}

async function refuseUnproved(services: RunServices): Promise<void> {
  const { isReady, reasons } = await readGraduation(services);
  if (!isReady) throw invalidRequest(reasons.map((problem) => ({ field: "phase", problem })));
}
