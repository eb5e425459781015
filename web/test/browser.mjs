// A browser for the tests, and a page that notes whatever a user would not want: errors, and requests to elsewhere.
import { execFileSync } from "node:child_process";
import { chromium } from "playwright-core";

export function launch() {
  const executablePath = process.env.TRANSSHIP_CHROMIUM ?? execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Opens a page at an address; page.problems collects what went wrong. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US", ...options });
  context.setDefaultTimeout(120_000); // of a machine that does much else
  const page = await context.newPage();
  page.problems = [];
  const origin = new URL(url).origin;
  page.on("console", (message) => message.type() === "error" && page.problems.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => page.problems.push(`error: ${error.message}`));
  context.on("request", (request) => {
    const to = request.url();
    if (!to.startsWith(origin) && !to.startsWith("data:") && !to.startsWith("blob:")) page.problems.push(`request: ${to}`);
  });
  await page.goto(url);
  return page;
}

/** Waits until another conversion than the one named is shown, and returns its number. */
export async function converted(page, before = "") {
  await page.waitForFunction((n) => (document.documentElement.dataset.converted ?? "") !== n, before, { timeout: 120_000 });
  return page.evaluate(() => document.documentElement.dataset.converted);
}

export const conversion = (page) => page.evaluate(() => document.documentElement.dataset.converted ?? "");

/** Replaces the text of compose.yaml, as a paste does. */
export async function paste(page, text) {
  const before = await conversion(page);
  await page.locator("#files [role=tab]", { hasText: /^compose\.yaml$/ }).click();
  await page.locator("#source .cm-content").click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
  return converted(page, before);
}

export const lit = (page, editor) => page.locator(`${editor} .cm-line.lit`).allTextContents();

/** Waits until lines of an editor are lit and returns them. */
export async function waitLit(page, editor, text) {
  await page.locator(`${editor} .cm-line.lit`, { hasText: text }).first().waitFor({ timeout: 120_000 });
  return lit(page, editor);
}

/** All text of an editor, also what is not on the screen: CodeMirror draws visible lines only. */
export const textOf = (page, editor) => page.evaluate((selector) => document.querySelector(selector).view.state.doc.toString(), editor);

/** Whether a text is Japanese, but for names and code. */
export const isJapanese = (text) => /[\u3041-\u30ff\u4e00-\u9fff]/.test(text) && !/\b[a-z]+ (?:the|of|is|are|in|to|and|with|for) [a-z]+\b/.test(text);
