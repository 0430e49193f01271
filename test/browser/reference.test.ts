import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import committed from "../../lib/http/openapi.json" with { type: "json" };
import { lackedBrowser, openBrowser } from "../support/browser.ts";
import { type LocalStack, startLocalStack, temporaryFolder } from "../support/stack.ts";

const pictures = join(tmpdir(), "wsb-pictures");
const folder = temporaryFolder();
let stack: LocalStack;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What the page asked of other hosts; it is not let through. */
let foreign: string[];
let problems: string[];

/** A page of a fresh browser that reaches the stack and nothing else. */
async function prepare(options: BrowserContextOptions = {}): Promise<void> {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.route(
    (url) => url.origin !== new URL(stack.url).origin,
    (route) => {
      foreign.push(route.request().url());
      return route.abort();
    },
  );
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  // A breach of the content security policy is told here too.
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
}

async function open(operation = "", options?: BrowserContextOptions): Promise<void> {
  await prepare(options);
  await page.goto(`${stack.url}/docs${operation}`);
}

describe.skipIf(lackedBrowser)(`the API reference in a browser ${lackedBrowser ?? ""}`.trim(), () => {
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    stack = await startLocalStack(folder.path);
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.end();
    folder.remove();
  });
  beforeEach(() => {
    foreign = [];
    problems = [];
  });
  afterEach(() => context.close());

  it("lists every operation under its tag, and asks no other host for anything", async () => {
    await open();
    await page.getByRole("button", { name: "Authorize" }).waitFor();
    for (const { name } of committed.tags) {
      await page.getByRole("heading", { name: new RegExp(`^${name}\\b`), level: 3 }).waitFor();
    }
    const listed = await page
      .locator(".opblock-summary-path")
      .evaluateAll((all) => all.map((each) => each.dataset.path));
    expect(new Set(listed)).toEqual(new Set(Object.keys(committed.paths)));
    const runs = page.locator(".opblock-tag-section", { has: page.locator("#operations-tag-Runs") });
    expect(await runs.locator(".opblock").count()).toBe(5);
    await page.screenshot({ path: join(pictures, "docs.png") });
    expect([foreign, problems]).toEqual([[], []]);
  });

  it("shows a shape as its fields", async () => {
    await open("#/Runs/getRunStatus");
    const operation = page.locator("#operations-Runs-getRunStatus");
    await operation.getByRole("button", { name: "Expand all" }).first().click();
    await operation.getByText("current_phase_label", { exact: true }).first().waitFor();
    await page.screenshot({ path: join(pictures, "docs-shape.png"), fullPage: true });
    expect(await operation.textContent()).not.toContain('"type"');
    expect([foreign, problems]).toEqual([[], []]);
  });

  it("tries an operation with the key that the reader enters, on the page's own origin, and keeps it nowhere", async () => {
    await open("#/Portfolios/listPortfolios");
    await page.getByRole("button", { name: "Authorize" }).first().click();
    const credentials = page.locator("form", { hasText: "x-api-key" });
    await credentials.getByRole("textbox").fill(stack.apiKey);
    await credentials.getByRole("button", { name: "Apply credentials" }).click();
    await page.getByRole("button", { name: "Close" }).first().click();
    const operation = page.locator("#operations-Portfolios-listPortfolios");
    await operation.getByRole("button", { name: "Try it out" }).click();
    const asked = page.waitForRequest((request) => new URL(request.url()).pathname === "/portfolios");
    await operation.getByRole("button", { name: "Execute" }).click();
    const request = await asked;
    expect(new URL(request.url()).origin).toBe(new URL(stack.url).origin);
    expect(request.headers()["x-api-key"]).toBe(stack.apiKey);
    expect((await request.response())?.status()).toBe(200);
    await operation.getByText("stocks_quality").first().waitFor();
    await page.screenshot({ path: join(pictures, "docs-tried.png"), fullPage: true });
    expect(await page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")).toBe('[{},{},""]');
    expect([foreign, problems]).toEqual([[], []]);
  });

  it("is dark where the reader prefers that", async () => {
    await open("", { colorScheme: "dark" });
    await page.getByRole("button", { name: "Authorize" }).waitFor();
    await page.screenshot({ path: join(pictures, "docs-dark.png") });
    const [red = 255] = (await page.evaluate(
      "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)",
    )) as number[];
    expect(red).toBeLessThan(64);
    expect([foreign, problems]).toEqual([[], []]);
  });

  it("fits a telephone without scrolling sideways", async () => {
    await open("", { viewport: { width: 390, height: 844 } });
    await page.getByRole("button", { name: "Authorize" }).waitFor();
    await page.screenshot({ path: join(pictures, "docs-narrow.png") });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });

  it("is a plain list where no scripts run", async () => {
    await open("", { javaScriptEnabled: false });
    const items = page.getByRole("listitem");
    expect(await items.count()).toBe(Object.values(committed.paths).flatMap((methods) => Object.keys(methods)).length);
    expect(await items.first().textContent()).toMatch(/^POST \/analyze Start an analysis run\. /);
    await page.screenshot({ path: join(pictures, "docs-plain.png") });
    expect([foreign, problems]).toEqual([[], []]);
  });

  it("stays that list on the bare API, which has its stage in front and serves no files", async () => {
    await prepare();
    await context.route(`${stack.url}/prod/**`, (route) => route.fulfill({ status: 403 }));
    await context.route(`${stack.url}/prod/docs`, async (route) =>
      route.fulfill({ response: await route.fetch({ url: `${stack.url}/docs` }) }),
    );
    await page.goto(`${stack.url}/prod/docs`, { waitUntil: "networkidle" });
    await page.getByRole("listitem").filter({ hasText: "POST /analyze" }).waitFor();
    const address = await page.evaluate("document.querySelector('nav a[href$=json]').href");
    expect(address).toBe(`${stack.url}/prod/openapi.json`);
    expect(foreign).toEqual([]);
  });
});
