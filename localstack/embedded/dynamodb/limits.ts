import { assignments, type Item, keyConditions, type Request, type Value } from "./expressions.ts";

/** The names of a table's key attributes and of its indexes' ones; all of them are strings. */
export interface TableShape {
  key: string[];
  indexes: Map<string, string[]>;
}

export type Shapes = Map<string, TableShape>;

/** What the service answers instead of doing what it was told. */
export interface Problem {
  type: "ValidationException" | "TransactionCanceledException";
  message: string;
  more?: { CancellationReasons: { Code: string; Message?: string }[] };
}

interface Batch {
  RequestItems?: Record<string, { Keys?: Item[] } | { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]>;
}
interface Transaction {
  TransactItems?: Record<string, Request>[];
}

const [partitionBytes, sortBytes] = [2048, 1024];
const expressionBytes = 4096;
const mostLevels = 32;
const transactionBytes = 4 * 1024 * 1024;
const noEmptyKey = "The AttributeValue for a key attribute cannot contain an empty string value.";

/** The tables an operation on items speaks of; none for the operations on tables. */
export function tablesOf(operation: string, input: unknown): Set<string> {
  if (operation.endsWith("Table")) return new Set();
  const { TableName } = input as { TableName?: string };
  const { RequestItems = {} } = input as Batch;
  const { TransactItems = [] } = input as Transaction;
  const actions = TransactItems.flatMap((entry) => Object.values(entry));
  return new Set([
    ...(TableName === undefined ? [] : [TableName]),
    ...Object.keys(RequestItems),
    ...actions.map((action) => action.TableName),
  ]);
}

/** What AWS refuses of an operation and an embedded engine does not; undefined where nothing is wrong in this respect. */
export function problemOf(operation: string, input: unknown, shapes: Shapes): Problem | undefined {
  if (operation === "TransactWriteItems") return transactionProblem((input as Transaction).TransactItems ?? [], shapes);
  const message =
    operation === "BatchWriteItem" || operation === "BatchGetItem"
      ? batchProblem(input as Batch, shapes)
      : requestProblem(input as Request, shapes);
  return message === undefined ? undefined : { type: "ValidationException", message };
}

function requestProblem(request: Request, shapes: Shapes): string | undefined {
  const shape = shapes.get(request.TableName);
  if (!shape) return undefined;
  return (
    keyProblem(shape, request.Item ?? request.Key) ?? contentProblem(shape, request) ?? queryProblem(shape, request)
  );
}

function batchProblem({ RequestItems = {} }: Batch, shapes: Shapes): string | undefined {
  const requests = Object.entries(RequestItems).flatMap(([TableName, of]): Request[] =>
    Array.isArray(of)
      ? of.map(({ PutRequest, DeleteRequest }) => ({ TableName, ...PutRequest, ...DeleteRequest }))
      : (of.Keys ?? []).map((Key) => ({ TableName, Key })),
  );
  return first(requests, (request) => requestProblem(request, shapes));
}

/** Keys too long cancel the transaction and are named by their place; all else refuses it as a whole. */
function transactionProblem(entries: Record<string, Request>[], shapes: Shapes): Problem | undefined {
  const refused = (message: string): Problem => ({ type: "ValidationException", message });
  if (entries.some((entry) => Object.keys(entry).length !== 1)) {
    return refused("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  const actions = entries.flatMap((entry) => Object.values(entry));
  const content = first(actions, (action) => {
    const shape = shapes.get(action.TableName);
    return shape && contentProblem(shape, action);
  });
  if (content !== undefined) return refused(content);
  const size = actions.reduce((sum, action) => sum + actionBytes(action), 0);
  if (size > transactionBytes) {
    return refused(`Transaction payload size cannot exceed 4MB. Payload Size: ${size}`);
  }
  const reasons = actions.map((action) => {
    const shape = shapes.get(action.TableName);
    const message = shape && (keyProblem(shape, action.Item ?? action.Key) ?? keyChange(shape, action));
    return message === undefined ? { Code: "None" } : { Code: "ValidationError", Message: message };
  });
  if (reasons.every(({ Code }) => Code === "None")) return undefined;
  const codes = reasons.map(({ Code }) => Code).join(", ");
  return {
    type: "TransactionCanceledException",
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    more: { CancellationReasons: reasons },
  };
}

/** An empty key is every engine's own refusal. */
function keyProblem(shape: TableShape, item: Item | undefined): string | undefined {
  const [partition = 0, sort = 0] = shape.key.map((name) => Buffer.byteLength(item?.[name]?.S ?? ""));
  if (partition > partitionBytes) {
    return `One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of${partitionBytes} bytes`;
  }
  return sort > sortBytes ? sortKeyTooLong : undefined;
}

const sortKeyTooLong = `One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of ${sortBytes} bytes`;

function keyChange(shape: TableShape, request: Request): string | undefined {
  const changed = shape.key.find((name) => assignments(request, name).length > 0);
  return (
    changed &&
    `One or more parameter values were invalid: Cannot update attribute ${changed}. This attribute is part of the key`
  );
}

/** What is wrong with the attributes that are written, those of indexes above all. */
function contentProblem(shape: TableShape, request: Request): string | undefined {
  const { Item: item, UpdateExpression, ConditionExpression } = request;
  const indexKeys = [...shape.indexes].flatMap(([index, names]) =>
    names.map((name, place) => ({ index, name, mostBytes: place === 0 ? partitionBytes : sortBytes })),
  );
  return (
    first([UpdateExpression, ConditionExpression], expressionProblem) ??
    (item && itemProblem(item)) ??
    first(indexKeys, (key) => indexKeyProblem(request, key))
  );
}

function expressionProblem(expression: string | undefined): string | undefined {
  const size = Buffer.byteLength(expression ?? "");
  if (size <= expressionBytes) return undefined;
  return `Expression size has exceeded the maximum allowed size; expression size: ${size}`;
}

function itemProblem(item: Item): string | undefined {
  if ("" in item) return "Empty attribute name";
  if (Object.values(item).every((value) => levels(value) <= mostLevels)) return undefined;
  return "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit";
}

function indexKeyProblem(
  request: Request,
  { index, name, mostBytes }: { index: string; name: string; mostBytes: number },
): string | undefined {
  const { Item: item } = request;
  const texts = (item ? [item[name]] : assignments(request, name)).map((value) => value?.S);
  if (texts.includes("")) return item ? emptyIndexKey(index, name) : emptyIndexKeyByUpdate;
  const isTooLong = texts.some((text) => Buffer.byteLength(text ?? "") > mostBytes);
  return isTooLong ? "One or more parameter values were invalid: Size limit exceeded" : undefined;
}

const emptyIndexKey = (index: string, name: string) =>
  `One or more parameter values are not valid. A value specified for a secondary index key is not supported. ${noEmptyKey} IndexName: ${index}, IndexKey: ${name}`;
const emptyIndexKeyByUpdate = `One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. ${noEmptyKey}`;

/** A query asks for keys that can be, and starts within what it asks for. */
function queryProblem(shape: TableShape, request: Request): string | undefined {
  if (request.KeyConditionExpression === undefined) return undefined;
  const { IndexName: index, ExclusiveStartKey: start } = request;
  const names = index === undefined ? shape.key : (shape.indexes.get(index) ?? []);
  const empty = (name: string) =>
    index === undefined
      ? `One or more parameter values are not valid. ${noEmptyKey} Key: ${name}`
      : emptyIndexKey(index, name);
  return first([...names.entries()], ([place, name]) => {
    const conditions = keyConditions(request, name);
    const values = conditions.map(({ value }) => value);
    if (values.includes("")) return empty(name);
    if (place === 1 && values.some((value) => Buffer.byteLength(value) > sortBytes)) return sortKeyTooLong;
    const from = start?.[name]?.S;
    if (from === "") return `The provided starting key is invalid: ${empty(name)}`;
    if (from === undefined || conditions.every((condition) => condition.holds(from))) return undefined;
    return startOutside[place];
  });
}

/** By the place of the key's attribute. */
const startOutside = [
  "The provided starting key is outside query boundaries based on provided conditions",
  "The provided starting key does not match the range key predicate",
];

/** What an action weighs in its transaction: names and values, and an update's expression. */
function actionBytes({ Item: item, Key, UpdateExpression, ExpressionAttributeValues }: Request): number {
  if (item) return bytesOf({ M: item });
  const values = Object.values(ExpressionAttributeValues ?? {}).reduce((sum, value) => sum + bytesOf(value), 0);
  return bytesOf({ M: Key ?? {} }) + Buffer.byteLength(UpdateExpression ?? "") + values;
}

function bytesOf(value: Value): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.B !== undefined) return Buffer.from(value.B, "base64").length;
  if (value.SS !== undefined) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const inner = value.L?.map((entry): [string, Value] => ["", entry]) ?? Object.entries(value.M ?? {});
  return inner.reduce((sum, [name, entry]) => sum + Buffer.byteLength(name) + bytesOf(entry), 0);
}

function levels(value: Value): number {
  const inner = value.L ?? Object.values(value.M ?? {});
  return value.L || value.M ? 1 + Math.max(0, ...inner.map(levels)) : 1;
}

function first<T, R>(values: T[], find: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
