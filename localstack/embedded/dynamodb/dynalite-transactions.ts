import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CallOperation, OperationError, refusal, type WireAnswer } from "./client.ts";
import type { Operation } from "./front.ts";
import type { Shapes, TableShape } from "./limits.ts";

type Item = Record<string, unknown>;
interface Action {
  TableName: string;
  Key?: Item;
  Item?: Item;
  ReturnValuesOnConditionCheckFailure?: string;
  [field: string]: unknown;
}
interface TransactionInput {
  TransactItems?: Partial<Record<ActionKind | "Get", Action>>[];
  ClientRequestToken?: string;
}
type ActionKind = "Put" | "Update" | "Delete" | "ConditionCheck";
interface Step {
  kind: ActionKind;
  action: Action;
  key: Item;
  before?: Item;
}
interface CancellationReason {
  Code: string;
  Message?: string;
  Item?: Item;
}

const operationOf = { Put: "PutItem", Update: "UpdateItem", Delete: "DeleteItem", ConditionCheck: "UpdateItem" };
const mostActions = 100;
const tokenLifeMs = 10 * 60_000;

/**
 * Transactions for a DynamoDB that has none. A transaction has the table to itself; every action is applied with its
 * condition, and if one fails the others are undone from their before-images. These also lie in a journal file while
 * the transaction is under way, so that a killed process leaves no half of it: `recover` undoes it at the next start.
 */
export function createTransactions(call: CallOperation, dataDir: string | undefined) {
  const lock = createLock();
  const journal = dataDir ? join(dataDir, "transaction.json") : undefined;
  const tokens = new Map<string, { request: string; at: number }>();

  async function readSteps(items: Partial<Record<ActionKind, Action>>[], shapes: Shapes): Promise<Step[]> {
    const steps = await Promise.all(
      items.map(async (item) => {
        const [kind, action] = Object.entries(item)[0] as [ActionKind, Action];
        const key = action.Key ?? keyOf(shapes.get(action.TableName), action.Item ?? {});
        const { Item: before } = await call("GetItem", { TableName: action.TableName, Key: key, ConsistentRead: true });
        return { kind, action, key, ...(before ? { before: before as Item } : {}) };
      }),
    );
    const targets = new Set(steps.map(({ action, key }) => action.TableName + JSON.stringify(key)));
    if (targets.size < steps.length) {
      throw refusal("ValidationException", "Transaction request cannot include multiple operations on one item");
    }
    return steps;
  }

  async function apply({ kind, action, before, key }: Step): Promise<CancellationReason> {
    const { ReturnValuesOnConditionCheckFailure: wanted, ...input } = action;
    try {
      await call(operationOf[kind], input);
      // A bare update is how a condition is checked; it leaves an empty item where there was none.
      if (kind === "ConditionCheck" && !before) await call("DeleteItem", { TableName: action.TableName, Key: key });
      return { Code: "None" };
    } catch (error) {
      if (!(error instanceof OperationError) || error.type !== "ConditionalCheckFailedException") throw error;
      return {
        Code: "ConditionalCheckFailed",
        Message: "The conditional request failed",
        ...(wanted === "ALL_OLD" && before && { Item: before }),
      };
    }
  }

  async function undo(steps: Step[]): Promise<void> {
    await Promise.all(
      steps.map(({ action: { TableName }, key, before }) =>
        before ? call("PutItem", { TableName, Item: before }) : call("DeleteItem", { TableName, Key: key }),
      ),
    );
  }

  async function write(input: TransactionInput, shapes: Shapes): Promise<void> {
    const items = input.TransactItems ?? [];
    checkLength(items);
    const steps = await readSteps(items, shapes);
    if (journal) writeFileSync(journal, JSON.stringify(steps));
    const outcomes = await Promise.allSettled(steps.map(apply));
    const rejected = outcomes.find((outcome) => outcome.status === "rejected");
    const reasons = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    const cancelled = reasons.some(({ Code }) => Code !== "None");
    if (rejected || cancelled) await undo(steps);
    if (journal) rmSync(journal, { force: true });
    if (rejected) throw rejected.reason;
    if (cancelled) throw cancellation(reasons);
  }

  function forgetTokens(now: number): void {
    for (const [old, { at }] of tokens) {
      if (now - at < tokenLifeMs) break;
      tokens.delete(old);
    }
  }

  /** The same token with the same request was answered before: the answer again, and nothing is done twice. */
  async function writeOnce(input: TransactionInput, shapes: Shapes): Promise<Item> {
    const { ClientRequestToken: token, ...request } = input;
    const text = JSON.stringify(request);
    const now = Date.now();
    forgetTokens(now);
    const earlier = token === undefined ? undefined : tokens.get(token);
    if (earlier && earlier.request !== text) {
      throw refusal("IdempotentParameterMismatchException", "The token was used with another request");
    }
    if (earlier) return {};
    await write(request, shapes);
    if (token !== undefined) tokens.set(token, { request: text, at: now });
    return {};
  }

  async function read(input: TransactionInput): Promise<Item> {
    const answers = (input.TransactItems ?? []).map(({ Get }) => call("GetItem", { ...Get, ConsistentRead: true }));
    return { Responses: await Promise.all(answers) };
  }

  return {
    /** Undoes the transaction in whose middle the last process was killed. */
    recover: async () => {
      if (!journal || !existsSync(journal)) return;
      await undo(readJournal(journal));
      rmSync(journal, { force: true });
    },
    handle: ({ operation, input, shapes, passThrough }: Operation): Promise<WireAnswer> => {
      if (operation === "TransactWriteItems") return lock.alone(() => answered(() => writeOnce(input, shapes)));
      if (operation === "TransactGetItems") return lock.alone(() => answered(() => read(input)));
      return lock.together(passThrough);
    },
  };
}

function checkLength({ length }: readonly unknown[]): void {
  if (length >= 1 && length <= mostActions) return;
  throw refusal("ValidationException", `1 validation error detected: transactItems must hold 1 to ${mostActions}`);
}

function cancellation(reasons: readonly CancellationReason[]) {
  const codes = reasons.map(({ Code }) => Code).join(", ");
  return refusal(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

/** A journal cut short was being written when the process died: nothing had been applied yet. */
function readJournal(path: string): Step[] {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return [];
  }
}

function keyOf(shape: TableShape | undefined, item: Item): Item {
  return Object.fromEntries((shape?.key ?? []).map((name) => [name, item[name]]));
}

async function answered(work: () => Promise<Item>): Promise<WireAnswer> {
  const body = Buffer.from(JSON.stringify(await work()));
  return { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body };
}

/** Single operations run side by side; a transaction waits for them and then runs alone. */
function createLock() {
  let last: Promise<unknown> = Promise.resolve();
  let sharing = new Set<Promise<unknown>>();
  return {
    together: <T>(work: () => Promise<T>): Promise<T> => {
      const running = last.then(work);
      const settled: Promise<unknown> = running.catch(() => {}).then(() => sharing.delete(settled));
      sharing.add(settled);
      return running;
    },
    alone: <T>(work: () => Promise<T>): Promise<T> => {
      const before = Promise.all([last, ...sharing]);
      sharing = new Set();
      const running = before.then(work);
      last = running.catch(() => {});
      return running;
    },
  };
}
