import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
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

const agent = new Agent({ keepAlive: true });

interface Measured {
  idle: number[];
  busy: number[];
  crowded: number[];
  processes: number;
  /** Of all processes: before the first run, after it, and at most beside the clients. */
  idleMb: number;
  usedMb: number;
  crowdedMb: number;
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
  await pause(restMs);
  const { megabytes: idleMb, processes } = stack.memory();
  const runId = startedRun(await stack.api.call("POST", "/analyze"));
  await runOver(stack, runId, 50);
  await pause(restMs);
  const usedMb = stack.memory().megabytes;
  const measured = { idle: [], busy: [], crowded: [], processes, idleMb, usedMb, crowdedMb: 0 };
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

const poll = (side: Side) => get(side, `/runs/${side.runId}/status`);

/** Milliseconds of one GET on a kept connection, by a client that costs little itself. */
function get({ stack: { url, apiKey } }: Side, path: string): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const options = { agent, headers: { "x-api-key": apiKey } };
    const asked = request(url + path, options, async (response) => {
      await text(response);
      if (response.statusCode === 200) resolve(performance.now() - startedAt);
      else reject(new Error(`${path} was answered with ${response.statusCode}`));
    });
    asked.on("error", reject).end();
  });
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
  const until = performance.now() + loadMs;
  const look = () => {
    measured.crowdedMb = Math.max(measured.crowdedMb, stack.memory().megabytes);
  };
  const looks = setInterval(look, 2_000);
  const client = async (first: number) => {
    for (let turn = first; performance.now() < until; turn++) {
      measured.crowded.push(await poll(side));
      await get(side, pages[turn % pages.length] ?? "/");
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  clearInterval(looks);
  look();
}

function sectionOf(sides: readonly Side[]): Section {
  const rows = sides.flatMap(({ name, measured }) => [
    { what: `status poll, idle, ${name}`, samples: measured.idle },
    { what: `status poll, while a run works, ${name}`, samples: measured.busy },
    { what: `status poll, beside ${clients} clients, ${name}`, samples: measured.crowded },
  ]);
  const memory = sides.map(({ name, measured: { processes, idleMb, usedMb, crowdedMb } }) => [
    name,
    String(processes),
    ...[idleMb, usedMb, crowdedMb].map((megabytes) => `${megabytes.toFixed(0)} MB`),
  ]);
  const [own, reference] = sides.map(({ measured }) => measured);
  if (!own) throw new Error("nothing was measured");
  const judgements: Judgement[] = [
    atMost("budget", "memory of all processes, idle", own.idleMb, 250, " MB"),
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
  return {
    rows,
    lines: aligned([["memory", "processes", "idle", "after a run", `${clients} clients`], ...memory]),
    judgements,
  };
}
