import type * as z from "zod";
import { checkerData, checkSupport } from "./checker.ts";
import { decide, orchestratorData } from "./orchestrator.ts";
import { research, researcherData } from "./researcher.ts";
import { planQueries, sqlResearcherData } from "./sql-researcher.ts";
import { write, writerData } from "./writer.ts";

const roles: Readonly<Record<string, ((data: unknown) => object | undefined) | undefined>> = {
  researcher: role(researcherData, research),
  sql_researcher: role(sqlResearcherData, planQueries),
  orchestrator: role(orchestratorData, decide),
  writer: role(writerData, write),
  checker: role(checkerData, checkSupport),
};

/**
 * What a role of the answer runs replies, by the name of the form that is asked for and the data block at the end of the
 * message; undefined where it is none of them. Everything is taken from the data, and nothing of it followed.
 */
export function answerRole(schemaName: string | undefined, message: string): object | undefined {
  const reply = schemaName === undefined ? undefined : roles[schemaName];
  const json = /<<<DATA\n(.*)\nDATA>>>\s*$/s.exec(message)?.[1];
  return reply && json !== undefined ? reply(JSON.parse(json)) : undefined;
}

function role<T>(schema: z.ZodType<T>, answer: (data: T) => object) {
  return (data: unknown) => {
    const parsed = schema.safeParse(data);
    return parsed.success ? answer(parsed.data) : undefined;
  };
}
