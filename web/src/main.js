// The page: files on the left, what they become on the right, and what belongs together.
import { makeBackend } from "./backend.js";
import { drawCard, drawFindingCard } from "./card.js";
import { makeEditor } from "./editor.js";
import examples from "./examples.json";
import { drawFindings } from "./findings.js";
import { Links } from "./links.js";
import { pack, unpack } from "./share.js";
import { makeTabs } from "./tabs.js";

const $ = (id) => document.getElementById(id);
const backend = makeBackend(document.documentElement.dataset.backend, () => convert());
const state = {
  files: {}, // name → text
  file: "", // the one that is shown
  project: null,
  links: new Links({ objects: [], keys: [] }),
  generation: 0, // of the conversion that is shown
  lit: { keys: [], lines: [] },
};

const source = makeEditor($("source"), {
  label: "Compose file", readOnly: !backend.canEdit,
  onEdit(text) {
    state.files[state.file] = text;
    soon();
  },
  onPlace: (line, column) => showKeys(state.links.keysOf(state.file, line, column).map((k) => k.path), { from: "source" }),
});
const manifests = makeEditor($("manifests"), { label: "Kubernetes manifests", readOnly: true, onPlace: (line) => showLine(line - 1) });
const views = makeTabs($("views"), (name) => {
  for (const view of ["manifests", "findings", "graph"]) $(view).hidden = view !== name;
  $("jump-label").hidden = name !== "manifests";
});
const fileTabs = makeTabs($("files"), (name) => openFile(name));

// What is typed is converted at once. Whatever is typed meanwhile waits for that one conversion, and not for those between.
const queue = { running: false, again: false };
async function soon() {
  queue.again = true;
  if (queue.running) return;
  queue.running = true;
  while (queue.again) {
    queue.again = false;
    await convert();
  }
  queue.running = false;
}

async function convert() {
  const generation = ++state.generation;
  const began = performance.now();
  let project;
  try {
    project = await backend.call("convert", { publish: $("publish").value }, backend.canEdit ? state.files : undefined);
  } catch (error) {
    if (generation === state.generation) say(`The conversion failed: ${error.message}`);
    return;
  }
  if (generation !== state.generation) return;
  const took = performance.now() - began;
  state.project = project;
  state.links = new Links(project);
  if (!backend.canEdit) {
    state.files = Object.fromEntries(project.sources.map((s) => [s.name, s.text]));
    drawFiles();
  }
  manifests.show(project.failed ? "# Nothing is written: see the findings.\n" : state.links.text());
  drawFindings($("findings"), project.findings, (f) => goTo(f.file, f.line, f.column), showFinding);
  source.findings(project.findings.filter((f) => f.file === state.file));
  drawJump();
  drawGraph();
  const count = (severity) => project.findings.filter((f) => f.severity === severity).length;
  $("tab-findings").textContent = `Findings (${project.findings.length})`;
  say(`${plural(project.objects.length, "object")} from ${plural(project.services, "service")} · ${plural(count("error"), "error")}, ${plural(count("warning"), "warning")}, ${plural(count("info"), "note")} · ${Math.round(took)} ms`);
  document.documentElement.dataset.converted = String(generation);
  if (project.failed && !views.touched) views.select("findings");
  if (!project.failed && views.current === "findings" && !views.touched) views.select("manifests");
  const paths = new Set(project.keys.map((k) => k.path));
  state.lit.keys = state.lit.keys.filter((path) => paths.has(path));
  if (state.lit.keys.length) showKeys(state.lit.keys, { from: "again" });
  else light([], []);
  learn(generation);
}

// How long nothing has been typed, in milliseconds, when the keys are examined: whoever types on is not to wait for that.
const quiet = 600;

/** Examines the keys of the project one after the other while nothing else is to do. */
async function learn(generation) {
  await new Promise((resolve) => setTimeout(resolve, quiet));
  const all = state.project.keys;
  const steps = [...all.filter((k) => k.depth === 2), ...all.filter((k) => k.depth === 1), ...all.filter((k) => k.depth === 0)].map((k) => k.path);
  for (const path of steps) {
    if (generation !== state.generation) return;
    await ask([path], generation);
    $("links").textContent = `${Math.min(state.links.effects.size, all.length)} of ${plural(all.length, "key")} linked to what they make`;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  document.documentElement.dataset.linked = String(generation);
}

/** Fetches what some keys are responsible for. */
async function ask(paths, generation = state.generation) {
  const missing = paths.filter((path) => !state.links.effects.has(path));
  if (!missing.length) return;
  try {
    const found = await backend.call("effects", { paths: missing });
    if (generation === state.generation) for (const effect of found) state.links.effects.set(effect.path, effect);
  } catch (error) {
    console.debug(error);
  }
}

/** Shows what some keys are responsible for: their lines, their card. */
async function showKeys(paths, { from }) {
  const generation = state.generation;
  state.lit.keys = paths;
  if (!paths.length) {
    light([], []);
    return;
  }
  await ask(paths, generation);
  if (generation !== state.generation || state.lit.keys !== paths) return;
  light(paths, state.links.linesOf(paths), from !== "again" && from !== "manifests");
  showCard(paths);
}

/** Shows the keys behind a line of the manifests. */
async function showLine(line) {
  const paths = state.links.keysOfLine(line);
  state.lit.keys = paths;
  const at = state.links.fieldAt(line);
  const places = state.links.placesOf(paths);
  if (places.length && !places.some((p) => p.file === state.file)) openFile(places[0].file);
  const own = at ? Array.from({ length: at.field.last - at.field.line + 1 }, (_, i) => at.object.start + at.field.line + i) : [];
  light(paths, own);
  source.reveal(places.filter((p) => p.file === state.file).map((p) => p.line));
  await showCard(paths, at);
}

function light(paths, lines, reveal = false) {
  state.lit.lines = lines;
  source.light([...new Set(state.links.placesOf(paths).filter((p) => p.file === state.file).map((p) => p.line))]);
  manifests.light(lines.map((n) => n + 1), { reveal });
}

async function showCard(paths, at) {
  let card = null;
  try {
    if (paths.length) card = await backend.call("explain", { paths: [paths[0]] });
  } catch {
    // a name of the user's own, which no table explains
  }
  const kind = at ? (await backend.call("word", { paths: [at.object.kind] }).catch(() => null))?.note : null;
  drawCard($("card"), { paths, at, card, kind, links: state.links, go: (line) => { views.select("manifests"); manifests.go(line + 1); }, goKey });
}

/** Shows what a code of findings means. */
async function showFinding(code) {
  const found = await backend.call("finding", { paths: [code] }).catch(() => null);
  if (!found?.note) return;
  drawFindingCard($("card"), found.note);
  $("card").scrollIntoView({ block: "nearest" });
}

function goKey(path) {
  const place = state.links.placesOf([path])[0];
  if (place) goTo(place.file, place.line, place.column);
}

function goTo(file, line, column) {
  if (!(file in state.files)) return;
  openFile(file);
  source.go(line || 1, column || 1);
  source.view.focus();
}

function openFile(name) {
  state.file = name;
  fileTabs.select(name, false);
  source.show(state.files[name] ?? "", /\.ya?ml$/.test(name));
  source.findings((state.project?.findings ?? []).filter((f) => f.file === name));
  const places = state.links.placesOf(state.lit.keys).filter((p) => p.file === name);
  source.light([...new Set(places.map((p) => p.line))]);
}

function drawFiles() {
  const names = Object.keys(state.files);
  fileTabs.draw(names.map((name) => ({ name, label: name, controls: "source" })));
  if (!(state.file in state.files)) state.file = names[0] ?? "";
  openFile(state.file);
  $("remove").disabled = names.length < 2;
}

function drawJump() {
  const select = $("jump");
  select.replaceChildren(...[...state.links.objects.values()].map((o) => new Option(`${o.kind} ${o.name}`, String(o.start))));
}

function drawGraph() {
  const host = $("picture");
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const svg = state.project?.graphs[$("graph-of").value] || "";
  root.innerHTML = svg ? `${svg}<style>svg{max-width:100%;height:auto}@media print{svg{display:block;width:100%;max-height:180mm;break-inside:avoid}}[data-path]{cursor:pointer}</style>` : "<p>There is nothing to draw: see the findings.</p>";
}

$("picture").addEventListener("click", (event) => {
  const box = event.composedPath().find((n) => n.dataset?.path);
  if (box) goKey(box.dataset.path);
});
$("graph-of").addEventListener("change", drawGraph);
$("jump").addEventListener("change", (event) => manifests.go(Number(event.target.value) + 1));
$("publish").addEventListener("change", convert);
$("example").addEventListener("change", (event) => load(examples[event.target.selectedIndex].files));
$("share").addEventListener("click", async () => {
  history.replaceState(null, "", "#p=" + (await pack({ files: state.files, publish: $("publish").value })));
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is in the clipboard. It holds the whole project, secrets included.");
  } catch {
    say("The link is in the address bar. It holds the whole project, secrets included.");
  }
});
$("add").addEventListener("click", () => {
  $("new-file-name").value = "";
  $("new-file-problem").textContent = "";
  $("new-file").showModal();
  $("new-file-name").focus();
});
$("new-file-name").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  addFile();
});
$("new-file-ok").addEventListener("click", addFile);
$("remove").addEventListener("click", () => {
  delete state.files[state.file];
  drawFiles();
  convert();
});

function addFile() {
  const name = $("new-file-name").value.trim().replace(/^(\.\/)+/, "");
  const problem = !name ? "Write a path." : name in state.files ? "There is such a file." : /^\/|(^|\/)\.\.(\/|$)|\/$/.test(name) ? "The path must lie in the project." : "";
  $("new-file-problem").textContent = problem;
  if (problem) return;
  $("new-file").close();
  state.files[name] = "";
  state.file = name;
  drawFiles();
  source.view.focus();
  convert();
}

function load(files) {
  state.files = { ...files };
  state.file = Object.keys(files)[0];
  state.lit.keys = [];
  views.touched = false;
  drawFiles();
  return convert();
}

function say(text) {
  $("status").textContent = text;
}

function plural(n, noun) {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}

async function start() {
  $("example").append(...examples.map((e) => new Option(e.title)));
  const fragment = decodeURIComponent(location.hash.slice(1));
  let files = examples[0].files;
  let broken = "";
  if (fragment.startsWith("p=")) {
    try {
      const shared = await unpack(fragment.slice(2));
      files = shared.files;
      $("publish").value = shared.publish;
      if (!$("publish").value) $("publish").value = "none";
    } catch (error) {
      broken = `The link cannot be read (${error.message}); this is an example.`;
    }
  }
  if (backend.canEdit) {
    state.files = { ...files };
    drawFiles();
  }
  try {
    await backend.ready;
  } catch (error) {
    say(`The converter cannot be loaded: ${error.message}`);
    return;
  }
  await convert();
  if (broken) say(broken);
  if (fragment && !fragment.startsWith("p=")) goKey(fragment);
  if ("serviceWorker" in navigator && backend.canEdit && isSecureContext) navigator.serviceWorker.register("sw.js").catch(() => {});
}

start();
