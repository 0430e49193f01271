import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lackedBrowser, openBrowser } from "../support/browser.ts";
import { type LocalStack, startLocalStack, temporaryFolder } from "../support/stack.ts";

const pictures = join(tmpdir(), "wsb-pictures");
const patience = 30_000;

const folder = temporaryFolder();
let stack: LocalStack;
let browser: Browser;
let page: Page;
let problems: string[];

describe.skipIf(lackedBrowser)(`the page in a browser ${lackedBrowser ?? ""}`.trim(), () => {
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    stack = await startLocalStack(folder.path);
    browser = await openBrowser();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("requestfailed", (request) => problems.push(`${request.url()}: ${request.failure()?.errorText}`));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.end();
    folder.remove();
  });
  beforeEach(() => {
    problems = [];
  });

  it("sends a browser from / to the page and asks for the key", async () => {
    await page.goto(stack.url);
    expect(new URL(page.url()).pathname).toBe("/app/");
    expect(await page.title()).toBe("WSB Signals");
    expect(await page.getByRole("alert").textContent()).toContain("API key");
    expect(problems).toEqual([]);
  });

  it("shows the status to whoever has the key, and keeps the key out of the address", async () => {
    await page.getByLabel("API key").fill(stack.apiKey);
    await page.getByRole("button", { name: "Use" }).click();
    await page.getByText("paper_trading").waitFor();
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    expect(page.url()).not.toContain(stack.apiKey);
    expect(problems).toEqual([]);
  });

  it("starts a run and sees it complete", async () => {
    await page.getByRole("button", { name: "Start an analysis" }).click();
    const runs = page.getByRole("table", { name: "Last runs" });
    await runs.getByRole("cell", { name: "running" }).waitFor();
    await runs.getByRole("cell", { name: "completed" }).waitFor();
    // The heading and one run.
    expect(await runs.getByRole("row").count()).toBe(2);
    expect(problems).toEqual([]);
  }, 60_000);

  it("shows the signals of the run", async () => {
    const signals = page.getByRole("table", { name: "Last signals" });
    await signals.getByRole("cell", { name: "quality" }).first().waitFor();
    await signals.getByRole("cell", { name: "consensus" }).first().waitFor();
    await signals.getByRole("cell", { name: "new" }).first().waitFor();
    await page.screenshot({ path: join(pictures, "app.png"), fullPage: true });
    expect(problems).toEqual([]);
  });

  it("fits a telephone without scrolling sideways", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: join(pictures, "app-narrow.png"), fullPage: true });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });
});
