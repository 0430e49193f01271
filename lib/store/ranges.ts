import type { QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import type { IndexName } from "./keys/key.ts";

/** A run of items under one partition key, of the table or of an index. */
export interface Range {
  index?: IndexName;
  pk: string;
  /** Bounds of the sort key, both inclusive. `prefix` excludes the other two. */
  prefix?: string;
  from?: string;
  to?: string;
  descending?: boolean;
  limit?: number;
  /** Only items whose attributes have these values; read items still cost. */
  filter?: Record<string, string | boolean>;
  startAfter?: Record<string, unknown> | undefined;
}

export interface Page<T> {
  items: T[];
  /** Where the next page starts; undefined where this was the last one. */
  last: Record<string, unknown> | undefined;
  /** How many items were read for it, those that a filter dropped included. */
  read: number;
}

/** The range in the words of the service. Indexes cannot be read strongly, the table always is. */
export function toQuery(tableName: string, range: Range): QueryCommandInput {
  const pk = range.index ? `${range.index}pk` : "pk";
  const sk = range.index ? `${range.index}sk` : "sk";
  const names: Record<string, string> = { "#pk": pk };
  const values: Record<string, unknown> = { ":pk": range.pk };
  const conditions = ["#pk = :pk"];
  const bound = (clause: string, name: string, value: string) => {
    names["#sk"] = sk;
    values[name] = value;
    conditions.push(clause);
  };
  if (range.prefix !== undefined) bound("begins_with(#sk, :prefix)", ":prefix", range.prefix);
  else if (range.from !== undefined && range.to !== undefined) {
    bound("#sk BETWEEN :from AND :to", ":from", range.from);
    values[":to"] = range.to;
  } else if (range.from !== undefined) bound("#sk >= :from", ":from", range.from);
  else if (range.to !== undefined) bound("#sk <= :to", ":to", range.to);

  const filters = Object.entries(range.filter ?? {}).map(([attribute, value], index) => {
    names[`#f${index}`] = attribute;
    values[`:f${index}`] = value;
    return `#f${index} = :f${index}`;
  });
  return {
    TableName: tableName,
    KeyConditionExpression: conditions.join(" AND "),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ScanIndexForward: range.descending !== true,
    ...(range.index ? { IndexName: range.index } : { ConsistentRead: true }),
    ...(filters.length > 0 && { FilterExpression: filters.join(" AND ") }),
    ...(range.limit !== undefined && { Limit: range.limit }),
    ...(range.startAfter && { ExclusiveStartKey: range.startAfter }),
  };
}

/** Days, YYYY-MM-DD, both inclusive. */
export interface Days {
  from: string;
  to: string;
}

export function onDays({ from, to }: Days) {
  // "~" sorts after everything a day is continued with.
  return { from, to: `${to}#~` };
}
