import { setTimeout as pause } from "node:timers/promises";
import { type LocalStack, startLocalStack, temporaryFolder } from "../support/stack.ts";
import { alternately } from "./lists.ts";
import { aligned, atMost, type Judgement, median, percentile, type Section } from "./report.ts";
import { runOver, startedRun } from "./runs.ts";

/** Another checkout, whose stack is measured beside this one's. */
const other = process.env.BENCH_AGAINST;
const runs = 3;
const clients = 20;
const loadMs = 10_000;
const restMs = 3_000;
/** Seldom enough to take nothing from the run. */
const pollMs = 10;
const pages = ["/signals", "/positions?status=open", "/predictions", "/portfolios", "/runs", "/status"];

interface Measured {
  idle: number[];
  busy: number[];
  crowded: number[];
  restingMb: number;
  crowdedMb: number;
  processes: number;
}

/** The status poll with nothing else to do, while a run works, and beside 20 clients; and the memory of all processes. */
export async function gateway(): Promise<Section> {
  const sides = [
    await openSide("this checkout", undefined),
    ...(other ? [await openSide("the other checkout", other)] : []),
  ];
  try {
    const [one, two = one] = sides as [Side, Side?];
    const [own, others] = await alternately(
      () => poll(one),
      () => poll(two),
    );
    one.measured.idle = own;
    if (two !== one) two.measured.idle = others;
    for (const side of sides) await measureBusy(side);
    for (const side of sides) await measureCrowded(side);
    return sectionOf(sides);
  } finally {
    for (const { end } of sides) await end();
  }
}

interface Side {
  name: string;
  stack: LocalStack;
  /** A run that is over. */
  runId: string;
  measured: Measured;
  end(): Promise<void>;
}

async function openSide(name: string, root: string | undefined): Promise<Side> {
  const folder = temporaryFolder();
  const stack = await startLocalStack(folder.path, {}, root);
  const runId = startedRun(await stack.api.call("POST", "/analyze"));
  await runOver(stack, runId, 50);
  const measured = { idle: [], busy: [], crowded: [], restingMb: 0, crowdedMb: 0, processes: 0 };
  return {
    name,
    stack,
    runId,
    measured,
    end: async () => {
      await stack.end();
      folder.remove();
    },
  };
}

async function poll({ stack, runId }: Side): Promise<number> {
  const startedAt = performance.now();
  const { status } = await stack.api.call("GET", `/runs/${runId}/status`);
  if (status !== 200) throw new Error(`the status was answered with ${status}`);
  return performance.now() - startedAt;
}

/** What a client sees of one run is what it would see of another: the finished one's status is asked for. */
async function measureBusy(side: Side): Promise<void> {
  for (let n = 0; n < runs; n++) {
    const runId = startedRun(await side.stack.api.call("POST", "/analyze"));
    let isOver = false;
    const over = runOver(side.stack, runId, 100).then(() => {
      isOver = true;
    });
    while (!isOver) {
      side.measured.busy.push(await poll(side));
      await pause(pollMs);
    }
    await over;
  }
}

async function measureCrowded(side: Side): Promise<void> {
  const { stack, measured } = side;
  await pause(restMs);
  measured.restingMb = stack.memory().megabytes;
  measured.processes = stack.memory().processes;
  const until = performance.now() + loadMs;
  const client = async (first: number) => {
    for (let turn = first; performance.now() < until; turn++) {
      measured.crowded.push(await poll(side));
      const path = pages[turn % pages.length] ?? "/";
      const { status } = await stack.api.call("GET", path);
      if (status !== 200) throw new Error(`${path} was answered with ${status}`);
      measured.crowdedMb = Math.max(measured.crowdedMb, turn % 10 === 0 ? stack.memory().megabytes : 0);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
}

function sectionOf(sides: readonly Side[]): Section {
  const rows = sides.flatMap(({ name, measured }) => [
    { what: `status poll, idle, ${name}`, samples: measured.idle },
    { what: `status poll, while a run works, ${name}`, samples: measured.busy },
    { what: `status poll, beside ${clients} clients, ${name}`, samples: measured.crowded },
  ]);
  const memory = sides.map(({ name, measured: { processes, restingMb, crowdedMb } }) => [
    name,
    String(processes),
    `${restingMb.toFixed(0)} MB`,
    `${crowdedMb.toFixed(0)} MB`,
  ]);
  const [own, reference] = sides.map(({ measured }) => measured);
  if (!own) throw new Error("nothing was measured");
  const judgements: Judgement[] = [
    atMost("budget", "memory of all processes, idle", own.restingMb, 250, " MB"),
    atMost("budget", `memory of all processes, ${clients} clients`, own.crowdedMb, 350, " MB"),
    atMost(
      "aim",
      "status poll p99, a run at work to idle",
      percentile(own.busy, 0.99) / percentile(own.idle, 0.99),
      1.5,
    ),
  ];
  if (reference) {
    const part = median(own.idle) / median(reference.idle);
    judgements.push(atMost("budget", "status poll, this checkout to the other, ratio of medians", part, 0.66));
  }
  return { rows, lines: aligned([["memory", "processes", "idle", `${clients} clients`], ...memory]), judgements };
}
