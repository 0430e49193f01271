import * as z from "zod";
import type { Configuration } from "../../configuration/keys.ts";
import { contractTerms, type Leg, legInstrument, sideSchema } from "./legs.ts";
import { executionTypeSchema, prioritySchema, strategyNames } from "./record.ts";

const symbolForm = /^[A-Z0-9.-]{1,10}$/;
const mostLegs = 8;
const mostNotes = 500;
const mostMinutes = 1440;
/** Dearer than anything that is traded, and few enough digits for money to be exact. */
const greatestPrice = 10_000_000;

const wholeFrom1 = z.number().int().min(1, "Quantity must be positive").max(1_000_000);
/** Less is no price, and the table holds no number that is nearly nothing. */
const leastPrice = 0.0001;
const price = z.number().min(leastPrice, "must be greater than 0").max(greatestPrice);

/** A symbol as people write it; stored in capitals. */
export const symbolSchema = z
  .string({ error: ({ input }) => (input === undefined ? "Symbol is required" : "Symbol must be a text") })
  .min(1, "Symbol is required")
  .transform((text) => text.toUpperCase())
  .pipe(z.string().regex(symbolForm, "must have 1 to 10 of A–Z, 0–9, dot and hyphen"));

const legRequestSchema = z
  .strictObject({
    symbol: z.string().min(1).max(30).describe("A contract such as `SPY240119C400`, in OCC's form too, or a share."),
    side: sideSchema,
    quantity: wholeFrom1.max(100).default(1).describe("A ratio within the combination."),
    limit_price: price.nullable().default(null),
  })
  .meta({ id: "OrderLegRequest" });

/** What an order may say (spec orders 3.5, step A). */
export const orderRequestSchema = z
  .strictObject({
    symbol: symbolSchema,
    execution_type: executionTypeSchema,
    side: sideSchema.optional().describe("Of an equity order; default `buy`."),
    strategy_name: z.enum(strategyNames, "Unknown strategy").nullable().optional(),
    legs: z.array(legRequestSchema).max(mostLegs).nullable().optional(),
    quantity: wholeFrom1.default(1),
    limit_price: price
      .nullable()
      .default(null)
      .describe("Dollars per share; of a combination what it may cost net, or has to bring at least."),
    priority: prioritySchema.default("normal"),
    notes: z.string().max(mostNotes).nullable().default(null),
    expiration_minutes: z.number().int().min(1).max(mostMinutes).optional(),
    strategy_params: z.record(z.string(), z.unknown()).nullable().default(null),
    two_part_config: z.record(z.string(), z.unknown()).nullable().default(null),
    bot_managed: z.boolean().default(true),
    client_order_id: z
      .string()
      .regex(/^[\x21-\x7e]{1,64}$/, "must have 1 to 64 visible ASCII characters")
      .nullable()
      .default(null),
  })
  .superRefine((request, context) => {
    for (const { field, problem } of typeProblems(request)) {
      context.addIssue({ code: "custom", path: field.split("."), message: problem });
    }
  })
  .meta({ id: "OrderRequest" });
export type OrderRequest = z.output<typeof orderRequestSchema>;

interface Problem {
  field: string;
  problem: string;
}

interface TypeFields {
  execution_type: OrderRequest["execution_type"];
  symbol: string;
  side?: string | undefined;
  strategy_name?: string | null | undefined;
  legs?: readonly { symbol: string }[] | null | undefined;
}

/** What an execution type wants, and what it has no use for. */
function typeProblems(request: TypeFields): Problem[] {
  const { execution_type: type, side, strategy_name } = request;
  const isStrategy = type === "option_strategy";
  const problems: (Problem | false)[] = [
    isStrategy && !strategy_name && { field: "strategy_name", problem: "Strategy name required for option_strategy" },
    !isStrategy && !!strategy_name && { field: "strategy_name", problem: "is for option_strategy alone" },
    type !== "equity" && !!side && { field: "side", problem: "is for equity alone; legs have their own" },
  ];
  return [...problems.filter((problem) => problem !== false), ...legProblems(request)];
}

function legProblems({ execution_type: type, symbol, legs }: TypeFields): Problem[] {
  const count = legs?.length ?? 0;
  if (type === "equity" || type === "option_strategy") {
    return legs ? [{ field: "legs", problem: "are for manual_legs and two_part_spread alone" }] : [];
  }
  if (type === "manual_legs" && count === 0) return [{ field: "legs", problem: "Legs required for manual_legs" }];
  if (type === "two_part_spread" && (count < 4 || count % 2 === 1)) {
    return [{ field: "legs", problem: "Legs required for two_part_spread: an even number of at least 4" }];
  }
  const instruments = (legs ?? []).map((leg) => legInstrument(leg.symbol, symbol));
  const foreign = instruments.flatMap((instrument, index) =>
    instrument ? [] : [{ field: `legs.${index}.symbol`, problem: `is no contract or share of ${symbol}` }],
  );
  const known = instruments.filter((instrument) => instrument !== undefined);
  const isTwice = new Set(known).size < known.length;
  return [...foreign, ...(isTwice ? [{ field: "legs", problem: "name an instrument twice" }] : [])];
}

/** The legs in the project's own writing. */
export function legsOf({ legs, symbol }: OrderRequest): Leg[] | null {
  return legs?.map((leg) => ({ ...leg, symbol: legInstrument(leg.symbol, symbol) ?? leg.symbol })) ?? null;
}

/** What is wrong with the quantity by the settings as they are now. */
export function quantityProblems(
  { execution_type, quantity, legs }: OrderRequest,
  settings: Pick<Configuration, "order_max_contracts" | "order_max_shares">,
): Problem[] {
  const isShares = execution_type === "equity";
  const most = isShares ? settings.order_max_shares : settings.order_max_contracts;
  const unit = isShares ? "shares" : "contracts";
  const asked = isShares ? quantity : quantity * Math.max(1, ...(legs ?? []).map(contractsOf));
  return asked > most ? [{ field: "quantity", problem: `Quantity exceeds maximum of ${most} ${unit}` }] : [];
}

/** Shares beside options are counted by the hundred, as a contract delivers them. */
function contractsOf({ symbol, quantity = 1 }: { symbol: string; quantity?: number | undefined }): number {
  return contractTerms(symbol) ? quantity : Math.ceil(quantity / 100);
}
