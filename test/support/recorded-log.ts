import type { Log, LogFields } from "../../lib/runtime/logger.ts";

export interface LogLine {
  level: "debug" | "info" | "warn" | "error" | "critical";
  message: string;
  fields: LogFields;
}

/** A log that keeps its lines, those of its children included. */
export function recordedLog(lines: LogLine[] = [], inherited: LogFields = {}): Log & { lines: LogLine[] } {
  const write =
    (level: LogLine["level"]) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields: { ...inherited, ...fields } });
  return {
    lines,
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    critical: write("critical"),
    with: (fields) => recordedLog(lines, { ...inherited, ...fields }),
  };
}
