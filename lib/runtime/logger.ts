import { AsyncLocalStorage } from "node:async_hooks";
import { type LogItem, Logger as PowertoolsLogger } from "@aws-lambda-powertools/logger";

/** Ids and counts that belong to one line. Never texts of users, prompts, keys or whole events. */
export type LogFields = Record<string, unknown>;

/** Structured JSON lines: timestamp, level, message, and the fields of the line and of the logger it came from. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** `error` adds name, message and stack trace. */
  error(message: string, fields?: LogFields & { error?: unknown }): void;
  /** The run or the process cannot go on. */
  critical(message: string, fields?: LogFields & { error?: unknown }): void;
  /** The same log with more fields on every line. */
  with(fields: LogFields): Log;
}

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR" | "CRITICAL" | "SILENT";

const inherited = new AsyncLocalStorage<LogFields>();

/** Adds `fields` to every line that `work` writes, however deep: clients log without knowing whose run they serve. */
export function inLogContext<T>(fields: LogFields, work: () => Promise<T>): Promise<T> {
  return inherited.run({ ...inherited.getStore(), ...fields }, work);
}

/** The process's log, one JSON object a line: on standard output where nothing takes the lines. */
export function createLog(level: LogLevel, write?: (line: string) => void): Log {
  const settings = { serviceName: "wsb-signals", logLevel: level };
  return wrap(write ? new LineLogger(settings, write) : new PowertoolsLogger(settings));
}

/** For processes whose standard output is for people. */
class LineLogger extends PowertoolsLogger {
  readonly #write: (line: string) => void;
  constructor(settings: { serviceName: string; logLevel: LogLevel }, write: (line: string) => void) {
    super(settings);
    this.#write = write;
  }
  protected override printLog(_level: number, item: LogItem): void {
    this.#write(JSON.stringify(item.getAttributes(), this.getJsonReplacer()));
  }
}

/** `own` is on every line. Not a child of the logger: to make one costs more than to write a line. */
function wrap(logger: PowertoolsLogger, own: LogFields = {}): Log {
  // A log that cannot be written must never fail the request it speaks of.
  const safely = (write: () => void) => {
    try {
      write();
    } catch {}
  };
  const full = (fields: LogFields = {}) => ({ ...inherited.getStore(), ...own, ...withError(fields) });
  return {
    debug: (message, fields) => safely(() => logger.debug(message, full(fields))),
    info: (message, fields) => safely(() => logger.info(message, full(fields))),
    warn: (message, fields) => safely(() => logger.warn(message, full(fields))),
    error: (message, fields) => safely(() => logger.error(message, full(fields))),
    critical: (message, fields) => safely(() => logger.critical(message, full(fields))),
    with: (fields) => wrap(logger, { ...own, ...fields }),
  };
}

function withError(fields: LogFields): LogFields {
  const { error, ...rest } = fields;
  if (error === undefined) return rest;
  return { ...rest, error: error instanceof Error ? error : new Error(String(error)) };
}
