// The page of `transship serve`: the project of a directory, converted natively.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { conversion, converted, isJapanese, launch, openPage, textOf, waitLit } from "./browser.mjs";

let browser;
let program;
let directory;
let page;
let address;

/** Starts `transship serve` in a directory; returns the program and the address of its page. */
async function startServe(directory) {
  const program = spawn(fileURLToPath(new URL("../../bin/transship", import.meta.url)), ["serve"], { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise((resolve, reject) => {
    program.stdout.once("data", (data) => resolve(String(data).trim()));
    program.once("exit", (code) => reject(new Error(`serve ended with ${code}`)));
  });
  return { program, address };
}

before(async () => {
  directory = mkdtempSync(join(tmpdir(), "transship-serve-"));
  writeFileSync(join(directory, "compose.yaml"), "name: shop\nservices:\n  web:\n    image: nginx:1.29\n    stop_grace_period: 45s\n");
  ({ program, address } = await startServe(directory));
  browser = await launch();
  page = await openPage(browser, address);
  await converted(page);
});

after(async () => {
  await browser?.close();
  program?.kill("SIGINT");
  if (directory) rmSync(directory, { recursive: true });
});

test("the project is shown and linked", async () => {
  assert.match(await textOf(page, "#manifests"), /image: nginx:1.29/);
  await page.locator("#source .cm-line", { hasText: "stop_grace_period" }).click();
  await waitLit(page, "#manifests", "terminationGracePeriodSeconds: 45");
  assert.equal(await page.locator("#add").isVisible(), false);
});

test("a change of the file is shown, also one that breaks it", async () => {
  let number = await conversion(page);
  writeFileSync(join(directory, "compose.yaml"), "name: shop\nservices:\n  web:\n    image: nginx:1.30\n    restart: always\n");
  number = await converted(page, number);
  await page.waitForFunction(() => document.querySelector("#manifests").textContent.includes("nginx:1.30"));
  writeFileSync(join(directory, "compose.yaml"), "services: [\n");
  number = await converted(page, number);
  await page.locator("#findings", { hasText: "yaml-syntax" }).waitFor();
  writeFileSync(join(directory, "compose.yaml"), "services: {web: {image: httpd}}\n");
  await page.waitForFunction(() => document.querySelector("#manifests").textContent.includes("httpd"), null, { timeout: 120_000 });
});

test("a browser in Japanese is answered in Japanese", async () => {
  writeFileSync(join(directory, "compose.yaml"), "services:\n  proxy:\n    image: traefik:v3\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n");
  const other = await openPage(browser, address, { locale: "ja-JP" });
  await converted(other);
  assert.equal(await other.evaluate(() => document.documentElement.lang), "ja");
  await other.click("#tab-findings");
  const findings = await other.locator("#findings li p").allTextContents();
  assert.ok(findings.length > 0);
  for (const text of findings) assert.ok(isJapanese(text), text);
  await other.locator("#findings .code", { hasText: /^docker-socket$/ }).click();
  await other.locator("#card", { hasText: "このまま続けるには" }).waitFor();
  assert.deepEqual(other.problems, []);
  await other.close();
});

test("an empty directory is waited for", async () => {
  const empty = mkdtempSync(join(tmpdir(), "transship-serve-"));
  const { program, address } = await startServe(empty);
  try {
    const other = await openPage(browser, address);
    const number = await converted(other);
    assert.match(await textOf(other, "#source"), /There is no compose file yet/);
    await other.locator("#findings", { hasText: "no-compose-file" }).waitFor();
    writeFileSync(join(empty, "compose.yaml"), "services: {web: {image: httpd}}\n");
    await converted(other, number);
    await other.waitForFunction(() => document.querySelector("#manifests").textContent.includes("httpd"), null, { timeout: 120_000 });
    assert.doesNotMatch(await textOf(other, "#source"), /There is no compose file/);
    assert.deepEqual(other.problems, []);
    await other.context().close();
  } finally {
    program.kill("SIGINT");
    rmSync(empty, { recursive: true });
  }
});

test("nothing is written, nothing goes wrong", () => {
  assert.deepEqual(readdirSync(directory), ["compose.yaml"]);
  assert.deepEqual(page.problems, []);
});
