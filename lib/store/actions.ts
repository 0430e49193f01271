import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { type Changes, type Condition, compileChanges } from "./expressions.ts";
import type { IndexKeys, Key } from "./keys/key.ts";

type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** One action of a transaction, with the condition that guards it. */
export type Action =
  | { kind: "put"; item: Key & IndexKeys & Record<string, unknown>; condition?: Condition }
  | { kind: "update"; key: Key; changes: Changes; condition?: Condition }
  | { kind: "delete"; key: Key; condition?: Condition }
  | { kind: "check"; key: Key; condition: Condition };

/** Writes a whole item. */
export function put(item: Key & IndexKeys & Record<string, unknown>, condition?: Condition): Action {
  return condition ? { kind: "put", item, condition } : { kind: "put", item };
}

/** Changes single attributes; creates the item where it is absent and no condition forbids it. */
export function update(key: Key, changes: Changes, condition?: Condition): Action {
  return condition ? { kind: "update", key, changes, condition } : { kind: "update", key, changes };
}

export function remove(key: Key, condition?: Condition): Action {
  return condition ? { kind: "delete", key, condition } : { kind: "delete", key };
}

/** Writes nothing; the transaction fails where the condition does not hold. */
export function check(key: Key, condition: Condition): Action {
  return { kind: "check", key, condition };
}

/** The action in the words of the service. */
export function toTransactItem(tableName: string, action: Action): TransactItem {
  const condition = action.condition && {
    ConditionExpression: action.condition.expression,
    ...(action.condition.names && { ExpressionAttributeNames: action.condition.names }),
    ...(action.condition.values && { ExpressionAttributeValues: action.condition.values }),
  };
  switch (action.kind) {
    case "put":
      return { Put: { TableName: tableName, Item: action.item, ...condition } };
    case "delete":
      return { Delete: { TableName: tableName, Key: keyOf(action.key), ...condition } };
    case "check":
      return {
        ConditionCheck: {
          TableName: tableName,
          Key: keyOf(action.key),
          ConditionExpression: action.condition.expression,
          ...condition,
        },
      };
    case "update": {
      const changes = compileChanges(action.changes);
      const values = { ...changes.values, ...action.condition?.values };
      return {
        Update: {
          TableName: tableName,
          Key: keyOf(action.key),
          UpdateExpression: changes.expression,
          ...(action.condition && { ConditionExpression: action.condition.expression }),
          ExpressionAttributeNames: { ...changes.names, ...action.condition?.names },
          ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
        },
      };
    }
  }
}

function keyOf(key: Key): Record<string, unknown> {
  return { pk: key.pk, sk: key.sk };
}
