import { type IndexKeys, keyIn } from "./key.ts";

/**
 * The desk's templates of recurring orders.
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | template          | r#TEMPLATE#id               | TEMPLATE               | gsi1 r#TEMPLATES · gsi2 r#TEMPLATES#symbol · |
 * |                   |                             |                        | gsi3 r#TEMPLATES#status; each / id          |
 * |                   |                             |                        | not over: gsi4 r#TEMPLATES#due / time#id    |
 * | execution         | r#TEMPLATE#id               | EXECUTION#time         | its order not made yet:                     |
 * |                   |                             |                        | gsi4 r#EXECUTIONS#claimed / time#id         |
 */
export function templateKeys(realm: string) {
  const key = keyIn(realm);
  return {
    template: (id: string) => key(`TEMPLATE#${id}`, "TEMPLATE"),
    templateIndex: (template: {
      template_id: string;
      symbol: string;
      status: string;
      /** When something is to be done with it; null where never again. */
      due: string | null;
    }) =>
      ({
        gsi1pk: `${realm}#TEMPLATES`,
        gsi1sk: template.template_id,
        gsi2pk: `${realm}#TEMPLATES#symbol=${template.symbol}`,
        gsi2sk: template.template_id,
        gsi3pk: `${realm}#TEMPLATES#status=${template.status}`,
        gsi3sk: template.template_id,
        ...(template.due !== null && {
          gsi4pk: `${realm}#TEMPLATES#due`,
          gsi4sk: `${template.due}#${template.template_id}`,
        }),
      }) satisfies IndexKeys,
    /** `time` is its slot's, or when it was asked for. */
    templateExecution: (templateId: string, time: string) => key(`TEMPLATE#${templateId}`, `EXECUTION#${time}`),
    /** Of one whose order is not made yet. */
    claimedExecutionIndex: (execution: { execution_id: string; claimed_at: string }) =>
      ({
        gsi4pk: `${realm}#EXECUTIONS#claimed`,
        gsi4sk: `${execution.claimed_at}#${execution.execution_id}`,
      }) satisfies IndexKeys,
  };
}
