// The page in a real browser, with the converter as WebAssembly, from a static server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { conversion, converted, isJapanese, launch, lit, openPage, paste, textOf, waitLit } from "./browser.mjs";
import { serve } from "./server.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const shop = readFileSync(path("../../examples/shop/compose.yaml"), "utf8");
const axe = readFileSync(path("../node_modules/axe-core/axe.min.js"), "utf8");
let browser;
let server;
let page;

before(async () => {
  server = await serve(path("../site"));
  browser = await launch();
  const began = Date.now();
  page = await openPage(browser, server.url, { permissions: ["clipboard-read", "clipboard-write"] });
  await converted(page);
  console.log(`first conversion after ${Date.now() - began} ms: ${await page.textContent("#status")}`);
});

after(async () => {
  await browser?.close();
  server?.close();
});

test("a pasted project becomes manifests", async () => {
  await paste(page, shop);
  const text = await textOf(page, "#manifests");
  for (const name of ["Deployment", "StatefulSet", "Job", "NetworkPolicy"]) {
    assert.equal(text.includes(`kind: ${name}\n`), name !== "StatefulSet", name);
  }
  assert.match(await page.textContent("#status"), /objects from 6 services/);
});

test("a click on a key lights up what it makes", async () => {
  await page.locator("#source .cm-line", { hasText: "start_period" }).click();
  const lines = await waitLit(page, "#manifests", "startupProbe:");
  assert.ok(lines.some((l) => l.includes("failureThreshold")), lines.join("\n"));
  assert.ok(!lines.some((l) => l.includes("readinessProbe")), lines.join("\n"));
  assert.deepEqual((await lit(page, "#source")).map((l) => l.trim()), ["start_period: 20s"]);
  await page.locator("#card h2", { hasText: "services.api.healthcheck.start_period" }).waitFor();
  assert.match(await page.textContent("#card"), /On Docker.*In this project.*Deployment api/s);
});

test("a click on a manifest lights up the key behind it", async () => {
  await page.waitForFunction(() => document.documentElement.dataset.linked === document.documentElement.dataset.converted, null, { timeout: 120_000 });
  console.log(await page.textContent("#links"));
  await page.locator("#manifests .cm-line", { hasText: "periodSeconds: 10" }).first().click();
  assert.deepEqual((await waitLit(page, "#source", "interval")).map((l) => l.trim()), ["interval: 10s"]);
  await page.locator("#card dt", { hasText: "Deployment" }).waitFor();
});

test("a key without effect says so", async () => {
  await page.locator("#source .cm-line", { hasText: 'restart: "no"' }).click();
  await page.locator("#card", { hasText: "It changes nothing" }).waitFor({ timeout: 120_000 });
});

test("a file that is added becomes part of the project", async () => {
  await paste(page, "services:\n  web:\n    image: nginx:1.29\n    configs:\n      - source: site\n        target: /etc/site.conf\nconfigs:\n  site:\n    file: ./conf/site.conf\n");
  await page.click("#tab-findings");
  await page.locator("#findings", { hasText: "missing-file" }).waitFor();
  let number = await conversion(page);
  await page.click("#add");
  await page.fill("#new-file-name", "conf/site.conf");
  await page.keyboard.press("Enter");
  number = await converted(page, number);
  await page.locator("#source .cm-content").click();
  await page.keyboard.insertText("listen = 8080\n");
  await converted(page, number);
  await page.click("#tab-manifests");
  assert.match(await textOf(page, "#manifests"), /kind: ConfigMap[\s\S]*site\.conf: \|\n\s+listen = 8080/);
  assert.deepEqual(await page.locator("#files [role=tab]").allTextContents().then((names) => names.slice(-1)), ["conf/site.conf"]);
});

test("what is no example can be left for each of them, and nothing is told of what is gone", async () => {
  const other = await openPage(browser, server.url, { viewport: { width: 390, height: 844 }, permissions: ["clipboard-read", "clipboard-write"] });
  let number = await converted(other);
  await other.locator("#source .cm-line", { hasText: "interval" }).click();
  await other.locator("#card h2").waitFor();
  number = await paste(other, "");
  await other.locator("#card", { hasText: "Click a line to read about it." }).waitFor();
  assert.equal(await other.evaluate(() => document.querySelector("#example").selectedIndex), -1);
  await other.click("#share");
  await other.locator("#status", { hasText: "The link is in the clipboard" }).waitFor();
  const told = await other.locator("#status").boundingBox();
  assert.ok(told.y + told.height <= 844, JSON.stringify(told));
  await other.selectOption("#example", { index: 0 });
  await converted(other, number);
  assert.match(await textOf(other, "#source"), /One service/);
  await other.locator("#undo").waitFor();
  assert.deepEqual(other.problems, []);
  await other.context().close();
});

test("a manifest of Kubernetes is told from a Compose file", async () => {
  const other = await openPage(browser, server.url, { locale: "ja-JP" });
  await converted(other);
  await paste(other, "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n");
  const findings = other.locator("#findings li");
  await findings.filter({ hasText: "kubernetes-manifest" }).waitFor();
  assert.equal(await findings.count(), 1);
  for (const text of await findings.locator("p").allTextContents()) assert.ok(isJapanese(text), text);
  await other.click("#findings .place");
  assert.equal(await other.evaluate(() => {
    const { state } = document.querySelector("#source").view;
    return state.doc.lineAt(state.selection.main.head).text;
  }), "kind: Service");
  assert.deepEqual(other.problems, []);
  await other.context().close();
});

test("paths that leave the project are refused", async () => {
  await page.click("#add");
  for (const name of ["../x", "/etc/passwd", "", "compose.yaml"]) {
    await page.fill("#new-file-name", name);
    await page.click("#new-file-ok");
    assert.notEqual(await page.textContent("#new-file-problem"), "", name);
  }
  await page.keyboard.press("Escape");
});

test("a share link holds the project, and nothing is sent", async () => {
  await page.selectOption("#publish", "ingress");
  await page.click("#share");
  await page.waitForFunction(() => location.hash.startsWith("#p="));
  const link = page.url();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  const other = await openPage(browser, link);
  await converted(other);
  assert.match(await textOf(other, "#manifests"), /kind: ConfigMap/);
  assert.equal(await other.inputValue("#publish"), "ingress");
  await other.locator("#files [role=tab]", { hasText: "conf/site.conf" }).waitFor();
  assert.deepEqual(other.problems, []);
  await other.context().close();
});

test("a broken link says so and shows an example", async () => {
  const other = await openPage(browser, server.url + "#p=AAAA");
  await converted(other);
  await other.locator("#status", { hasText: "The link cannot be read" }).waitFor();
  await other.context().close();
});

/** Drops files, name and text, on the editor. */
const drop = (page, ...files) => page.evaluate((files) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  for (const type of ["dragover", "drop"]) document.querySelector("#source .cm-content").dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
}, files);

const tabs = (page) => page.locator("#files [role=tab]").allTextContents();

test("a project that is dropped takes the place of the example, and other files join it", async () => {
  const other = await openPage(browser, server.url);
  let number = await converted(other);
  await drop(other, [".env.web", "A=b\n"], ["docker-compose.yml", "services: {api: {image: nginx:1.29, env_file: [.env.web]}}\n"]);
  number = await converted(other, number);
  assert.deepEqual(await tabs(other), ["docker-compose.yml", ".env.web"]);
  assert.match(await textOf(other, "#manifests"), /kind: Deployment\n[\s\S]*name: api\n[\s\S]*name: A\n\s+value: b\n/);
  await other.click("#tab-findings");
  await other.locator("#findings p", { hasText: /^api fits into/ }).waitFor(); // a name stays as it is
  await drop(other, ["nginx.conf", "listen 80;\n"], ["logo.png", "\u0089PNG\u0000"]);
  await converted(other, number);
  assert.deepEqual(await tabs(other), ["docker-compose.yml", ".env.web", "nginx.conf"]);
  await other.locator("#status", { hasText: "logo.png is no text file" }).waitFor();
  assert.deepEqual(other.problems, []);
  await other.context().close();
});

test("what is removed or replaced can be put back", async () => {
  const other = await openPage(browser, server.url);
  let number = await converted(other);
  assert.ok(await other.isHidden("#undo"));
  await other.selectOption("#example", { index: 2 });
  number = await converted(other, number);
  assert.ok(await other.isHidden("#undo"), "an example can be chosen again");
  await paste(other, "services: {mine: {image: nginx:1.29}}\n");
  const before = await tabs(other);
  for (const act of [() => other.click("#remove"), () => other.click("#remove"), () => other.selectOption("#example", { index: 0 })]) {
    number = await conversion(other);
    await act();
    await converted(other, number);
  }
  while (await other.isVisible("#undo")) {
    number = await conversion(other);
    await other.click("#undo");
    await converted(other, number);
  }
  assert.deepEqual(await tabs(other), before);
  assert.match(await textOf(other, "#manifests"), /name: mine\n/);
  await other.locator("#files [role=tab]").nth(1).click();
  await other.locator("#source .cm-content").click();
  const text = await textOf(other, "#source");
  await other.keyboard.press("ControlOrMeta+z"); // nothing was typed here
  assert.equal(await textOf(other, "#source"), text);
  await other.context().close();
});

test("what was typed outlives a reload, and gives way to a link", async () => {
  const other = await openPage(browser, server.url);
  await converted(other);
  await paste(other, "services: {linked: {image: nginx:1.29}}\n");
  await other.click("#share");
  await other.waitForFunction(() => location.hash.startsWith("#p="));
  const link = other.url();
  await paste(other, "services: {typed: {image: nginx:1.29}}\n");
  await other.reload();
  await converted(other);
  assert.match(await textOf(other, "#source"), /typed/);
  await other.evaluate((to) => { location.href = to; }, server.url + "#"); // as if it were opened without the link, and then with it
  await other.evaluate((to) => { location.href = to; }, link);
  await other.waitForFunction(() => document.querySelector("#source").view?.state.doc.toString().includes("linked"));
  assert.deepEqual(other.problems, []);
  await other.context().close();
});

test("it goes on without a network", async () => {
  await page.context().setOffline(true);
  const began = Date.now();
  await paste(page, "services: {only: {image: redis:8}}\n");
  assert.match(await textOf(page, "#manifests"), /name: only/);
  console.log(`a paste until it is converted: ${Date.now() - began} ms`);
  await page.context().setOffline(false);
});

test("it starts without a network once it was loaded", async () => {
  const other = await openPage(browser, server.url);
  await converted(other);
  await other.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await other.waitForFunction(async (count) => {
    const names = await caches.keys();
    return names.length === 1 && (await (await caches.open(names[0])).keys()).length === count;
  }, 5);
  await other.context().setOffline(true);
  server.refuse = true; // and nothing answers, should the browser ask all the same
  await other.reload();
  await converted(other);
  await paste(other, "services: {away: {image: redis:8}}\n");
  assert.match(await textOf(other, "#manifests"), /name: away/);
  server.refuse = false;
  assert.deepEqual(other.problems, []);
  await other.context().close();
});

test("a code of a finding has a card", async () => {
  await paste(page, "services:\n  proxy:\n    image: traefik:v3\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n");
  await page.click("#tab-findings");
  await page.locator("#findings .code", { hasText: /^docker-socket$/ }).click();
  await page.locator("#card h2", { hasText: "docker-socket" }).waitFor();
  assert.match(await page.textContent("#card"), /What to do.*Going on all the same.*--allow=docker-socket/s);
});

test("the graph prints as a picture of its own", async () => {
  await page.selectOption("#example", { index: 2 });
  await page.locator("#status", { hasText: "6 services" }).waitFor();
  await page.click("#tab-graph");
  await page.emulateMedia({ media: "print" });
  try {
    await page.waitForFunction(() => (document.querySelector("#picture").shadowRoot ?? document.querySelector("#picture")).querySelector("svg")?.getBoundingClientRect().height > 0, undefined, { timeout: 120_000 });
    const hidden = await page.evaluate(() => ["header", "#left", "#card"].filter((s) => document.querySelector(s)?.getBoundingClientRect().height > 0));
    assert.deepEqual(hidden, [], "shown beside the picture");
    const { svg, width } = await page.evaluate(() => ({ svg: (document.querySelector("#picture").shadowRoot ?? document.querySelector("#picture")).querySelector("svg").getBoundingClientRect().width, width: document.documentElement.clientWidth }));
    assert.ok(svg > width * 0.5 && svg <= width, `the picture is ${svg} of ${width} wide`);
    if (process.env.TRANSSHIP_SCREENSHOTS) await page.screenshot({ path: `${process.env.TRANSSHIP_SCREENSHOTS}/print-graph.png`, fullPage: true });
  } finally {
    await page.emulateMedia({ media: null });
    await page.click("#tab-manifests");
  }
});

test("a change is shown while the next one is typed", async () => {
  await page.selectOption("#example", { index: 2 });
  await page.locator("#status", { hasText: "6 services" }).waitFor();
  const times = [];
  await page.locator("#source .cm-content").click();
  await page.keyboard.press("ControlOrMeta+End");
  for (const letter of "\n# a comment") {
    const before = await conversion(page);
    await page.keyboard.insertText(letter);
    await converted(page, before);
    times.push(Number((await page.textContent("#status")).match(/(\d+) ms/)[1]));
  }
  console.log(`from a keystroke to the manifests: ${times.join(", ")} ms`);
});

test("a keystroke in a project of ten services", async () => {
  const more = ["a", "b", "c", "d"].map((name) => `  ${name}:\n    image: nginx:1.29\n    ports: ["80"]\n    depends_on: [api]\n    networks: [front]\n    environment: {A: b}\n`);
  await paste(page, shop.replace(/^services:\n/m, "services:\n" + more.join("")));
  assert.match(await page.textContent("#status"), /objects from 10 services/);
  await page.locator("#source .cm-content").click();
  await page.keyboard.press("ControlOrMeta+End");
  const times = [];
  for (const letter of "\n# a comment of forty letters, each timed") {
    const before = await conversion(page);
    await page.keyboard.insertText(letter);
    await converted(page, before);
    times.push(Number((await page.textContent("#status")).match(/(\d+) ms/)[1]));
  }
  const warm = times.slice(10).sort((a, b) => a - b);
  console.log(`from a keystroke to the manifests of ten services: median ${warm[warm.length >> 1]} ms, best ${warm[0]} ms of ${warm.length}`);
});

test("what stays is not sent again, and the manifests are those of the whole project", async () => {
  const edited = shop.replace("services:\n", "services:\n  more:\n    image: nginx:1.29\n").replace("start_period: 20s", "start_period: 30s");
  const one = await openPage(browser, server.url);
  await converted(one);
  for (const text of ["services: {one: {image: nginx:1.29}}\n", shop, edited.replace("start_period: 30s", "start_period: 20s"), edited]) await paste(one, text);
  const shown = await textOf(one, "#manifests");
  await one.context().close();
  const other = await openPage(browser, server.url);
  await converted(other);
  await paste(other, edited);
  assert.equal(shown, await textOf(other, "#manifests"));
  assert.match(shown, /name: more/);
  await other.context().close();
});

test("keys are examined when nothing is typed for a moment, and not at each letter", async () => {
  const context = await browser.newContext({ locale: "en-US" });
  const other = await context.newPage();
  await other.clock.install();
  await other.addInitScript(() => {
    window.asked = [];
    window.unanswered = 0;
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message) {
      window.asked.push(message.method);
      window.unanswered++;
      this.addEventListener("message", ({ data }) => { if (data.id === message.id) window.unanswered--; });
      send.call(this, message);
    };
  });
  await other.goto(server.url);
  let number = await converted(other);
  await other.clock.pauseAt(Date.now() + 3_600_000); // all that was waiting is done
  await other.locator("#source .cm-line", { hasText: "image:" }).click();
  await other.keyboard.press("End");
  await waitLit(other, "#manifests", "image:");
  for (let quiet = 0; quiet < 5; quiet++) { // the card of the place is asked for after its lines are lit
    if (await other.evaluate(() => window.unanswered)) quiet = -1;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  await other.evaluate(() => { window.asked.length = 0; });
  for (const letter of "abc") {
    await other.keyboard.insertText(letter);
    number = await converted(other, number);
  }
  assert.deepEqual([...new Set(await other.evaluate(() => window.asked))], ["convert"]);
  await other.clock.runFor(500);
  await waitLit(other, "#manifests", "abc");
  assert.ok((await other.evaluate(() => window.asked)).includes("effects"));
  await context.close();
});

test("what is wrong is shown with its place", async () => {
  await paste(page, "services:\n  web:\n    imagee: nginx\n");
  await page.click("#tab-findings");
  await page.locator("#findings .place", { hasText: "compose.yaml:3" }).click();
  await page.locator("#source .cm-editor.cm-focused, #source.cm-focused, #source .cm-focused").first().waitFor();
});

test("the keyboard reaches everything", async () => {
  await page.selectOption("#example", { index: 2 });
  await page.locator("#status", { hasText: "6 services" }).waitFor();
  await page.locator("#tab-findings, #tab-manifests").first().focus();
  await page.locator("#views [role=tab][aria-selected=true]").focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  const seen = new Set();
  await page.locator("#example").focus();
  for (let i = 0; i < 14; i++) {
    seen.add(await page.evaluate(() => document.activeElement.id || document.activeElement.closest(".editor")?.id));
    await page.keyboard.press("Tab");
  }
  for (const id of ["example", "publish", "language", "share", "add", "source"]) assert.ok(seen.has(id), `${id} in ${[...seen]}`);
});

test("the language can be switched, and is remembered", async () => {
  const other = await openPage(browser, server.url, { locale: "en-US" });
  let number = await converted(other);
  await paste(other, "services:\n  proxy:\n    image: traefik:v3\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n    healthcheck: {test: [CMD, traefik, healthcheck], start_period: 20s}\n");
  await other.click("#tab-findings");
  await other.locator("#source .cm-line", { hasText: "start_period" }).click();
  await other.locator("#card dt", { hasText: "In this project" }).waitFor({ timeout: 120_000 });
  assert.equal(await other.evaluate(() => document.documentElement.lang), "en");
  number = await conversion(other);
  await other.selectOption("#language", "ja");
  await converted(other, number);
  assert.equal(await other.evaluate(() => document.documentElement.lang), "ja");
  assert.equal(await other.textContent("#share"), "共有リンク");
  assert.match(await other.textContent("#tab-findings"), /^検出結果 \(\d+\)$/);
  assert.match(await other.textContent("#status"), /サービス 1 個 → オブジェクト \d+ 個/);
  assert.equal(await other.getAttribute("#source .cm-content", "aria-label"), "Compose ファイル");
  const findings = await other.locator("#findings li p").allTextContents();
  assert.ok(findings.length >= 4, findings.join("\n"));
  for (const text of findings) assert.ok(isJapanese(text), text);
  await other.locator("#card dt", { hasText: "このプロジェクトでは" }).waitFor({ timeout: 120_000 });
  for (const text of await other.locator("#card dd, #card h2").allTextContents()) assert.doesNotMatch(text, /\b(?:the|of|is|are|and|with) [a-z]+\b/, text);
  await other.locator("#findings .code", { hasText: /^docker-socket$/ }).click();
  await other.locator("#card h2", { hasText: "docker-socket" }).waitFor();
  assert.match(await other.textContent("#card"), /Docker ソケットはマウントされない.*対処.*このまま続けるには.*--allow=docker-socket/s);
  await other.selectOption("#language", "en"); // the card that is shown follows
  await other.locator("#card h3", { hasText: "What to do" }).waitFor();
  await other.selectOption("#language", "ja");
  await other.locator("#card h3", { hasText: "対処" }).waitFor();
  await other.click("#tab-graph");
  await other.waitForFunction(() => document.querySelector("#picture").shadowRoot.textContent.includes("ワークロード"));
  number = await conversion(other);
  await other.reload();
  await converted(other);
  assert.equal(await other.inputValue("#language"), "ja");
  assert.equal(await other.textContent("#tab-graph"), "図");
  assert.deepEqual(other.problems, []);
  await other.context().close();
});

test("the first visit is in a language of the browser", async () => {
  for (const [locale, wanted] of [["ja-JP", "ja"], ["de-DE", "en"]]) {
    const other = await openPage(browser, server.url, { locale });
    assert.equal(await other.inputValue("#language"), wanted, locale);
    assert.equal(await other.textContent("#share"), wanted === "ja" ? "共有リンク" : "Share link");
    await other.context().close();
  }
});

for (const [name, options] of Object.entries({
  desktop: {}, dark: { colorScheme: "dark" }, phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  "desktop in Japanese": { locale: "ja-JP" }, "phone in Japanese, dark": { locale: "ja-JP", colorScheme: "dark", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
})) {
  test(`nothing serious for axe: ${name}`, async () => {
    const other = await openPage(browser, server.url, options);
    await converted(other);
    await other.selectOption("#example", { index: 2 });
    await other.locator("#status", { hasText: options.locale ? "サービス 6 個" : "6 services" }).waitFor();
    await other.locator("#source .cm-line", { hasText: "interval: 10s" }).first().click();
    await waitLit(other, "#source", "interval");
    await other.evaluate(axe); // in the page's own world, not as a script, which the page's policy refuses
    for (const view of ["manifests", "findings", "graph"]) {
      await other.click(`#tab-${view}`);
      if (view === "graph") await other.waitForFunction(() => document.querySelector("#picture").shadowRoot?.querySelector("svg"));
      if (process.env.TRANSSHIP_SCREENSHOTS) await other.screenshot({ path: `${process.env.TRANSSHIP_SCREENSHOTS}/${name}-${view}.png`, fullPage: name.startsWith("phone") });
      const { violations } = await other.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
      const serious = violations.filter((v) => ["serious", "critical"].includes(v.impact));
      assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join("; ")}`), [], view);
    }
    assert.equal(await other.evaluate(() => document.documentElement.scrollWidth) <= (options.viewport?.width ?? 1280), true, "it is wider than the screen");
    assert.deepEqual(other.problems, []);
    await other.context().close();
  });
}

test("no error, and no request to elsewhere", () => assert.deepEqual(page.problems, []));
