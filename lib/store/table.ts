import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import { chunked } from "../runtime/chunked.ts";
import type { Sleep } from "../runtime/clock.ts";
import { AppError } from "../runtime/errors.ts";
import type { Log } from "../runtime/logger.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { type Action, toTransactItem } from "./actions.ts";
import { decode } from "./codec.ts";
import type { IndexKeys, Key } from "./keys/key.ts";
import type { Keys } from "./keys.ts";
import { type Page, type Range, toQuery } from "./ranges.ts";

/** DynamoDB's own limits. */
const maxActions = 100;
const maxBatchGet = 100;
const maxBatchWrite = 25;
/** Conflicts and throttling of a transaction, beyond the client's retries. */
const conflictRetries = 6;

/** What became of a transaction: applied, or refused with the names of the conditions that did not hold. */
export type TransactionOutcome = { applied: true } | { applied: false; refusals: string[] };

export interface StoreSettings {
  client: DynamoDBDocumentClient;
  tableName: string;
  keys: Keys;
  sleep: Sleep;
  random: () => number;
  log: Log;
  metrics: Metrics;
}

export type Store = ReturnType<typeof createStore>;

/**
 * The table. Reads by key are strongly consistent and parsed by the given schema; an item that does not fit throws
 * `InvalidStoredItem`, in lists it is left out and logged. Every other failure is `StoreUnavailable`, `DATABASE_ERROR`.
 */
export function createStore({ client, tableName, keys, sleep, random, log, metrics }: StoreSettings) {
  async function get<T>(key: Key, schema: z.ZodType<T>): Promise<T | undefined> {
    const answer = await guarded(() =>
      client.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true })),
    );
    return answer.Item === undefined ? undefined : decode(answer.Item, schema);
  }

  /** The items that exist, in no promised order. Keys may repeat and be any number. */
  async function getMany<T>(wanted: readonly Key[], schema: z.ZodType<T>): Promise<T[]> {
    const distinct = [...new Map(wanted.map((key) => [`${key.pk}\n${key.sk}`, { pk: key.pk, sk: key.sk }])).values()];
    const found: T[] = [];
    for (const chunk of chunked(distinct, maxBatchGet)) {
      let open: Record<string, unknown>[] = chunk.map((key) => ({ ...key }));
      for (let attempt = 0; open.length > 0; attempt++) {
        const answer = await guarded(() =>
          client.send(new BatchGetCommand({ RequestItems: { [tableName]: { Keys: open, ConsistentRead: true } } })),
        );
        found.push(...decodeAll(answer.Responses?.[tableName] ?? [], schema));
        open = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
        if (open.length > 0) await pauseBeforeRetry(attempt, "batch get");
      }
    }
    return found;
  }

  /** One page of a range. `limit` counts items read, before `filter`. */
  async function query<T>(range: Range, schema: z.ZodType<T>): Promise<Page<T>> {
    const answer = await guarded(() => client.send(new QueryCommand(toQuery(tableName, range))));
    return {
      items: decodeAll(answer.Items ?? [], schema),
      last: answer.LastEvaluatedKey,
      read: answer.ScannedCount ?? 0,
    };
  }

  /** All pages of a range. Only for ranges that the caller knows to be bounded. */
  async function queryAll<T>(range: Range, schema: z.ZodType<T>): Promise<T[]> {
    const items: T[] = [];
    let startAfter = range.startAfter;
    do {
      const page: Page<T> = await query({ ...range, startAfter }, schema);
      items.push(...page.items);
      startAfter = page.last;
    } while (startAfter !== undefined);
    return items;
  }

  /** How many items of a range match, reading at most `atMost` items; `complete` is false where it stopped there. */
  async function count(range: Range, atMost = Number.POSITIVE_INFINITY): Promise<{ total: number; complete: boolean }> {
    let total = 0;
    let read = 0;
    let startAfter = range.startAfter;
    do {
      const limit = Number.isFinite(atMost) ? { limit: atMost - read } : {};
      const answer = await guarded(() =>
        client.send(new QueryCommand({ ...toQuery(tableName, { ...range, ...limit, startAfter }), Select: "COUNT" })),
      );
      total += answer.Count ?? 0;
      read += answer.ScannedCount ?? 0;
      startAfter = answer.LastEvaluatedKey;
    } while (startAfter !== undefined && read < atMost);
    return { total, complete: startAfter === undefined };
  }

  /** All or nothing, at most 100 actions. Conflicts with other transactions are tried again with jitter. */
  async function transact(actions: readonly Action[]): Promise<TransactionOutcome> {
    if (actions.length === 0) return { applied: true };
    if (actions.length > maxActions) throw new RangeError(`a transaction holds at most ${maxActions} actions`);
    const items = actions.map((action) => toTransactItem(tableName, action));
    for (let attempt = 0; ; attempt++) {
      const codes = await send(items);
      if (!codes) return { applied: true };
      const refusals = refusalsOf(actions, codes);
      if (refusals.length > 0) return { applied: false, refusals };
      countConflict(codes);
      await pauseBeforeRetry(attempt, "transaction");
    }
  }

  /** Why the transaction was cancelled, by action; undefined where it was applied. */
  async function send(items: NonNullable<TransactWriteCommandInput["TransactItems"]>): Promise<string[] | undefined> {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: items }));
      return undefined;
    } catch (error) {
      const codes = cancellationCodes(error);
      if (codes.some((code) => code === refusedCode || passingCodes.has(code))) return codes;
      throw unavailable(error);
    }
  }

  function countConflict(codes: readonly string[]): void {
    if (codes.includes("TransactionConflict")) metrics.add("StoreConflicts");
  }

  /** Unconditional puts in chunks; not atomic as a whole, so only for items whose repetition is harmless. */
  async function putMany(items: readonly (Key & IndexKeys & Record<string, unknown>)[]): Promise<void> {
    for (const chunk of chunked(items, maxBatchWrite)) {
      let open: unknown[] = chunk.map((Item) => ({ PutRequest: { Item } }));
      for (let attempt = 0; open.length > 0; attempt++) {
        const requests = open as { PutRequest: { Item: Record<string, unknown> } }[];
        const answer = await guarded(() =>
          client.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } })),
        );
        open = answer.UnprocessedItems?.[tableName] ?? [];
        if (open.length > 0) await pauseBeforeRetry(attempt, "batch write");
      }
    }
  }

  /** The items that fit the schema; the others are logged and left out. */
  function decodeAll<T>(items: readonly Record<string, unknown>[], schema: z.ZodType<T>): T[] {
    return items.flatMap((item) => {
      try {
        return [decode(item, schema)];
      } catch (error) {
        // One poisoned item must not take a whole list with it (spec reliability 5, row 77).
        log.error("a stored item does not fit its schema and is left out", { pk: item.pk, sk: item.sk, error });
        return [];
      }
    });
  }

  async function pauseBeforeRetry(attempt: number, what: string): Promise<void> {
    if (attempt >= conflictRetries) throw unavailable(new Error(`${what} was not taken after ${attempt} attempts`));
    await sleep(random() * Math.min(2_000, 25 * 2 ** attempt));
  }

  return { keys, client, tableName, get, getMany, query, queryAll, count, transact, putMany, decodeAll };
}

/** Why each action of a transaction was refused; none where it failed otherwise. */
function cancellationCodes(error: unknown): string[] {
  const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
  return reasons.map(({ Code = "" }) => Code);
}

/** The names of the conditions that did not hold. */
function refusalsOf(actions: readonly Action[], codes: readonly string[]): string[] {
  return actions
    .filter((_action, index) => codes[index] === refusedCode)
    .map(({ condition }) => condition?.refusal ?? "refused");
}

/** The cancellation code of a condition of ours that does not hold. */
const refusedCode = "ConditionalCheckFailed";
/** Cancellation codes that say "try again" and nothing about our conditions. */
const passingCodes = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError("StoreUnavailable", "DATABASE_ERROR", "The store did not answer.", { retryable: true, cause });
}
