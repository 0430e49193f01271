import { WebSocket } from "ws";
import { type LocalStack, startLocalStack, temporaryFolder } from "../support/stack.ts";
import { orders as orderPages } from "./lists.ts";
import { allFilled, liftLimits, newestOrders, setTrading, submit } from "./orders.ts";
import { aligned, atMost, percentile, type Section } from "./report.ts";

const warmUps = 20;
const samples = 300;
/** As many as may wait. */
const queued = 1_000;
const connections = 100;
const followed = 30;

/** The life of orders on a running stack, what the feed's clients see of it, and their list. */
export async function desk(): Promise<Section> {
  const parts = [await trading(), await orderPages()];
  return {
    rows: parts.flatMap(({ rows }) => rows),
    lines: parts.flatMap(({ lines = [] }) => lines),
    judgements: parts.flatMap(({ judgements }) => judgements),
  };
}

async function trading(): Promise<Section> {
  const folder = temporaryFolder();
  const stack = await startLocalStack(folder.path);
  try {
    await liftLimits(stack);
    await submitMany(stack, warmUps);
    await allFilled(stack, warmUps);
    const submitted = await submitMany(stack, samples);
    await allFilled(stack, warmUps + samples);
    const frames = await fanOut(stack);
    const { whileHalted, seconds } = await dispatchQueue(stack, warmUps + samples + followed + queued);
    return {
      rows: [
        { what: "POST /orders, one after the other", samples: submitted },
        { what: `POST /orders, ${queued} while trading is halted`, samples: whileHalted },
        { what: `an order's event to its frame, ${connections} connections`, samples: frames },
      ],
      lines: aligned([
        ["orders", "from the first dispatch to the last fill", "a second"],
        [String(queued), `${seconds.toFixed(1)} s`, (queued / seconds).toFixed(1)],
      ]),
      judgements: [
        atMost("aim", "POST /orders p95", percentile(submitted, 0.95), 50, " ms"),
        atMost("aim", `${queued} queued orders, dispatched and filled`, seconds, queued / 20, " s"),
        atMost("budget", `event to frame p95, ${connections} connections`, percentile(frames, 0.95), 1_000, " ms"),
      ],
    };
  } finally {
    await stack.end();
    folder.remove();
  }
}

/** Milliseconds of each. */
async function submitMany(stack: LocalStack, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) times.push((await submit(stack, n)).ms);
  return times;
}

/** Lets a full queue come together, and then go. `filled` orders there are in the end. */
async function dispatchQueue(stack: LocalStack, filled: number): Promise<{ whileHalted: number[]; seconds: number }> {
  await setTrading(stack, "halt");
  const whileHalted = await submitMany(stack, queued);
  await setTrading(stack, "reset");
  await allFilled(stack, filled);
  const orders = await newestOrders(stack, queued);
  const began = orders.flatMap(({ transitions }) => transitions.filter(({ to }) => to === "executing"));
  const first = Math.min(...began.map(({ at }) => Date.parse(at)));
  const last = Math.max(...orders.map(({ filled_at }) => Date.parse(filled_at ?? "")));
  return { whileHalted, seconds: (last - first) / 1_000 };
}

interface Frame {
  type: string;
  timestamp: string;
  order_id?: string;
}

/** Milliseconds from each event of orders that come one by one to its arrival at each of many clients. */
async function fanOut(stack: LocalStack): Promise<number[]> {
  const times: number[] = [];
  let current = "";
  let arrived = 0;
  let allArrived = () => {};
  const hear = ({ type, timestamp, order_id }: Frame) => {
    if (order_id === undefined) return;
    times.push(Date.now() - Date.parse(timestamp));
    if (type === "order_filled" && order_id === current && ++arrived === connections) allArrived();
  };
  const sockets = await Promise.all(Array.from({ length: connections }, () => follow(stack, hear)));
  try {
    for (let n = 0; n < followed; n++) {
      const over = new Promise<void>((resolve) => {
        allArrived = resolve;
      });
      arrived = 0;
      current = (await submit(stack, n)).id;
      await over;
    }
  } finally {
    for (const socket of sockets) socket.terminate();
  }
  return times;
}

/** A client of the feed, once it is greeted. */
function follow({ url, apiKey }: LocalStack, hear: (frame: Frame) => void): Promise<WebSocket> {
  const { hostname, port } = new URL(url);
  const socket = new WebSocket(`ws://${hostname}:${Number(port) + 1}/ws`, { headers: { "x-api-key": apiKey } });
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.type === "connected") resolve(socket);
      else hear(frame);
    });
  });
}
