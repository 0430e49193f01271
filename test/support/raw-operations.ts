import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";

/** The table that raw operations are sent to. */
export const TableName = "hostile-operations";

export type Item = Record<string, AttributeValue>;
/** One operation through the real client. */
export type Call = (client: DynamoDBClient) => Promise<unknown>;

export const S = (value: string): AttributeValue => ({ S: value });
export const N = (value: string): AttributeValue => ({ N: value });
export const x = (length: number) => "x".repeat(length);
export const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
export const key = (pk = "p", sk = "s"): Item => ({ pk: S(pk), sk: S(sk) });
export const indexed = (gsi1pk: string, gsi1sk: string): Item => ({ ...key(), gsi1pk: S(gsi1pk), gsi1sk: S(gsi1sk) });
export const nested = (levels: number): AttributeValue =>
  times(levels, () => 0).reduce<AttributeValue>((inner) => ({ M: { inner } }), S("x"));
export const values = (...texts: string[]): Item =>
  Object.fromEntries(texts.map((text, n) => [`:${"abc".charAt(n)}`, S(text)]));

export const put =
  (item: Item, more: object = {}): Call =>
  (client) =>
    client.send(new PutItemCommand({ TableName, Item: item, ...more }));
export const get =
  (Key: Item): Call =>
  (client) =>
    client.send(new GetItemCommand({ TableName, Key }));
export const remove =
  (Key: Item): Call =>
  (client) =>
    client.send(new DeleteItemCommand({ TableName, Key }));
export const update =
  (UpdateExpression: string, given?: Item, names?: Record<string, string>): Call =>
  (client) =>
    client.send(
      new UpdateItemCommand({
        ...{ TableName, Key: key(), UpdateExpression, ExpressionAttributeValues: given },
        ExpressionAttributeNames: names,
      }),
    );
export const query =
  (KeyConditionExpression: string, given: Item, more: Partial<QueryCommandInput> = {}): Call =>
  (client) =>
    client.send(new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues: given, ...more }));
export const batchGet =
  (Keys: Item[]): Call =>
  (client) =>
    client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
export const batchPut =
  (items: Item[]): Call =>
  (client) =>
    client.send(
      new BatchWriteItemCommand({
        RequestItems: { [TableName]: items.map((item) => ({ PutRequest: { Item: item } })) },
      }),
    );
export const transact =
  (...actions: object[]): Call =>
  (client) =>
    client.send(new TransactWriteItemsCommand({ TransactItems: actions }));
export const putAction = (item: Item) => ({ Put: { TableName, Item: item } });
export const deleteAction = (Key: Item) => ({ Delete: { TableName, Key } });
export const checkAction = (Key: Item) => ({
  ConditionCheck: { TableName, Key, ConditionExpression: "attribute_not_exists(never)" },
});
export const updateAction = (UpdateExpression: string, text: string, Key = key()) => ({
  Update: { TableName, Key, UpdateExpression, ExpressionAttributeValues: values(text) },
});
export const other = putAction(key("other"));
