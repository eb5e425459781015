// The page: files on the left, what they become on the right, and what belongs together.
import { makeBackend } from "./backend.js";
import { drawCard, drawFindingCard } from "./card.js";
import { setNames } from "./dom.js";
import { acceptDrops } from "./drop.js";
import { makeEditor } from "./editor.js";
import examples from "./examples.json";
import { drawFindings } from "./findings.js";
import { choose, language, showTexts, tr } from "./language.js";
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
  pictures: {}, // of that conversion, as promises by what they show
  lit: { keys: [], lines: [], from: "again" }, // from: where keys were asked for whose lines are not lit yet, "again" if they are
  listed: "", // the findings that are listed, and their language
  typed: null, // where something was typed that is not examined yet
  cards: 0, // how many cards were asked for: an answer that comes after the next question is not shown
  code: "", // of the finding whose card is shown, if one is
  past: [], // the files before whole ones went away, the latest last
};

/** Asks the converter, which answers in the language of the page. */
const call = (method, parameters, files) => backend.call(method, { ...parameters, language: language() }, files);

const source = makeEditor($("source"), {
  label: () => tr("Compose file"), readOnly: !backend.canEdit,
  onEdit(text, line, column) {
    state.files[state.file] = text;
    state.typed = { file: state.file, line, column };
    keep();
    soon();
  },
  onPlace: showPlace,
});
const manifests = makeEditor($("manifests"), { label: () => tr("Kubernetes manifests"), readOnly: true, onPlace: (line) => showLine(line - 1) });
const views = makeTabs($("views"), (name) => {
  for (const view of ["manifests", "findings", "graph"]) $(view).hidden = view !== name;
  $("jump-label").hidden = name !== "manifests";
  drawGraph();
});
const hint = $("card").firstElementChild;
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
  const before = state.project;
  let project;
  try {
    project = await call("convert", { publish: $("publish").value, since: before?.number ?? 0 }, backend.canEdit ? state.files : undefined);
  } catch (error) {
    if (generation === state.generation) say(tr("The conversion failed: %s", error.message));
    return;
  }
  if (generation !== state.generation) return;
  const took = performance.now() - began;
  const known = new Map(before?.objects.map((o) => [o.id, o]));
  project.objects = project.objects.map((o) => (o.same ? known.get(o.id) : o));
  for (const part of ["sources", "findings", "keys"]) project[part] ??= before[part];
  state.project = project;
  state.links = new Links(project);
  setNames(project.keys.filter((k) => k.depth === 1).map((k) => k.path));
  if (!backend.canEdit) {
    state.files = Object.fromEntries(project.sources.map((s) => [s.name, s.text]));
    drawFiles();
  }
  $("example").selectedIndex = exampleOf(state.files);
  manifests.showParts(project.failed ? [`# ${tr("Nothing is written: see the findings.")}\n`] : project.objects.map((o) => o.text), "---\n");
  drawFindingsAnew();
  source.findings(project.findings.filter((f) => f.file === state.file));
  drawJump();
  drawGraph();
  const count = (severity) => project.findings.filter((f) => f.severity === severity).length;
  $("tab-findings").textContent = tr("Findings (%s)", project.findings.length);
  say(tr("%s from %s · %s, %s, %s · %s ms", objects(project.objects.length), services(project.services), errors(count("error")), warnings(count("warning")), notes(count("info")), Math.round(took)));
  document.documentElement.dataset.converted = String(generation);
  if (project.failed && !views.touched) views.select("findings");
  if (!project.failed && views.current === "findings" && !views.touched) views.select("manifests");
  relight(generation);
  learn(generation);
}

/** Lists the findings, if they are others than those that are listed: most keystrokes change none. */
function drawFindingsAnew() {
  const listed = language() + JSON.stringify(state.project.findings);
  if (listed === state.listed) return;
  state.listed = listed;
  drawFindings($("findings"), state.project.findings, (f) => goTo(f.file, f.line, f.column), showFinding);
}

// How long nothing has been typed, in milliseconds, when the key under the cursor is examined, and when all are: whoever types
// on is not to wait for that, as it costs more than a conversion.
const pause = 150;
const quiet = 600;

const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** Lights up what was lit before a conversion, or what belongs to the place where something was typed. */
async function relight(generation) {
  if (state.typed) {
    const { keys } = state.lit;
    await wait(pause);
    if (generation !== state.generation || state.lit.keys !== keys) return; // who went somewhere meanwhile sees what belongs there
  }
  const { typed } = state;
  state.typed = null;
  if (typed && typed.file === state.file) {
    showPlace(typed.line, typed.column);
    return;
  }
  const paths = new Set(state.project.keys.map((k) => k.path));
  state.lit.keys = state.lit.keys.filter((path) => paths.has(path));
  if (state.lit.keys.length) showKeys(state.lit.keys, { from: state.lit.from });
  else {
    lightNothing();
    if (state.code) showFinding(state.code);
  }
}

/** Examines the keys of the project one after the other while nothing else is to do. */
async function learn(generation) {
  await wait(quiet);
  if (generation !== state.generation) return;
  await picture($("graph-of").value); // it is there when somebody asks for it
  const all = state.project.keys;
  if (!all.length) $("links").textContent = "";
  const steps = [...all.filter((k) => k.depth === 2), ...all.filter((k) => k.depth === 1), ...all.filter((k) => k.depth === 0)].map((k) => k.path);
  for (const path of steps) {
    if (generation !== state.generation) return;
    await ask([path], generation);
    $("links").textContent = tr("%s of %s keys linked to what they make", Math.min(state.links.effects.size, all.length), all.length);
    await wait(0);
  }
  document.documentElement.dataset.linked = String(generation);
}

/** Fetches what some keys are responsible for. */
async function ask(paths, generation = state.generation) {
  const missing = paths.filter((path) => !state.links.effects.has(path));
  if (!missing.length) return;
  try {
    const found = await call("effects", { paths: missing });
    if (generation === state.generation) for (const effect of found) state.links.effects.set(effect.path, effect);
  } catch (error) {
    console.debug(error);
  }
}

/** Shows what belongs to a place of the file that is shown. */
function showPlace(line, column) {
  state.typed = null; // whoever goes somewhere does not wait for the key that was typed
  showKeys(state.links.keysOf(state.file, line, column).map((k) => k.path), { from: "source" });
}

/** Shows what some keys are responsible for: their lines, their card. */
async function showKeys(paths, { from }) {
  const generation = state.generation;
  const number = ++state.cards;
  state.lit.keys = paths;
  state.lit.from = from;
  if (!paths.length) {
    lightNothing();
    return;
  }
  await ask(paths, generation);
  if (generation !== state.generation || state.lit.keys !== paths) return;
  light(paths, state.links.linesOf(paths), from !== "again" && from !== "manifests");
  state.lit.from = "again";
  if (number !== state.cards) return;
  if (from === "again" && state.code) await showFinding(state.code); // the card that was asked for last stays
  else showCard(paths);
}

/** Shows the keys behind a line of the manifests. */
async function showLine(line) {
  state.typed = null;
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
  if (reveal && lines.length) $("jump").value = String(Math.max(...[...state.links.objects.values()].map((o) => o.start).filter((start) => start <= lines[0])));
}

/** Puts out all lights; a card of a key goes with the last key of the project. */
function lightNothing() {
  light([], []);
  if (!state.code && !state.project?.keys.length) $("card").replaceChildren(hint);
}

async function showCard(paths, at) {
  const number = ++state.cards;
  let card = null;
  try {
    if (paths.length) card = await call("explain", { paths: [paths[0]] });
  } catch {
    // a name of the user's own, which no table explains
  }
  const kind = at ? (await call("word", { paths: [at.object.kind] }).catch(() => null))?.note : null;
  if (number !== state.cards) return;
  state.code = "";
  drawCard($("card"), { paths, at, card, kind, links: state.links, go: (line) => { views.select("manifests"); manifests.go(line + 1); }, goKey });
}

/** Shows what a code of findings means. */
async function showFinding(code) {
  const number = ++state.cards;
  state.code = code;
  state.typed = null; // whoever asks for this does not wait for the key that was typed
  const found = await call("finding", { paths: [code] }).catch(() => null);
  if (!found?.note || number !== state.cards) return;
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
  source.show(state.files[name] ?? `# ${tr("There is no compose file yet. This page shows it as soon as there is one.")}\n`, /\.ya?ml$/.test(name || ".yaml"));
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
  const options = [...state.links.objects.values()].map((o) => [`${o.kind} ${o.name}`, String(o.start)]);
  const select = $("jump");
  if (options.length === select.options.length && options.every(([text, value], i) => select.options[i].text === text && select.options[i].value === value)) return;
  select.replaceChildren(...options.map(([text, value]) => new Option(text, value)));
}

/** Returns a picture of the project that is shown: at once, where it was asked for before. */
function picture(of) {
  if (state.pictures.of !== state.project) state.pictures = { of: state.project };
  return (state.pictures[of] ??= call("graph", { paths: [of] }).then(({ svg }) => svg, () => ""));
}

/** Draws the picture, if it is on the screen: most keystrokes need none. */
async function drawGraph() {
  const host = $("picture");
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  if ($("graph").hidden || !state.project) return;
  const of = $("graph-of").value;
  const generation = state.generation;
  const svg = await picture(of);
  if (generation !== state.generation || of !== $("graph-of").value) return;
  root.innerHTML = svg ? `${svg}<style>svg{display:block;max-width:max(100%,44rem);height:auto}@media print{svg{width:100%;max-width:100%;max-height:180mm;break-inside:avoid}}[data-path]{cursor:pointer}</style>` : `<p>${tr("There is nothing to draw: see the findings.")}</p>`;
}

$("picture").addEventListener("click", (event) => {
  const box = event.composedPath().find((n) => n.dataset?.path);
  if (box) goKey(box.dataset.path);
});
$("graph-of").addEventListener("change", drawGraph);
$("jump").addEventListener("change", (event) => manifests.go(Number(event.target.value) + 1));
$("publish").addEventListener("change", () => {
  keep();
  convert();
});
$("language").addEventListener("change", (event) => {
  if (!state.lit.keys.length && !state.code) $("card").replaceChildren(hint);
  choose(event.target.value);
  reword();
  if (state.project) convert();
});
$("example").addEventListener("change", (event) => (exampleOf(state.files) < 0 ? replace : load)(examples[event.target.selectedIndex].files));
$("undo").addEventListener("click", () => {
  const { files, file } = state.past.pop();
  load(files, file);
  source.view.focus();
});
if (backend.canEdit) {
  acceptDrops($("left"), async (files, isProject, problems) => {
    if (isProject) await replace(files);
    else if (Object.keys(files).length) await replace({ ...state.files, ...files }, Object.keys(files)[0]);
    if (problems.length) tell(problems.join(" · "));
  });
}
$("share").addEventListener("click", async () => {
  history.replaceState(null, "", "#p=" + (await pack({ files: state.files, publish: $("publish").value })));
  address = location.hash;
  try {
    await navigator.clipboard.writeText(location.href);
    tell(tr("The link is in the clipboard. It holds the whole project, secrets included."));
  } catch {
    tell(tr("The link is in the address bar. It holds the whole project, secrets included."));
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
  const { [state.file]: removed, ...rest } = state.files;
  replace(rest);
});

function addFile() {
  const name = $("new-file-name").value.trim().replace(/^(\.\/)+/, "");
  const problem = !name ? tr("Write a path.") : name in state.files ? tr("There is such a file.") : /^\/|(^|\/)\.\.(\/|$)|\/$/.test(name) ? tr("The path must lie in the project.") : "";
  $("new-file-problem").textContent = problem;
  if (problem) return;
  $("new-file").close();
  state.files[name] = "";
  state.file = name;
  drawFiles();
  keep();
  source.view.focus();
  convert();
}

/** Shows other files. */
function load(files, file = Object.keys(files)[0]) {
  state.files = { ...files };
  state.file = file;
  state.lit.keys = [];
  views.touched = false;
  $("undo").hidden = !state.past.length;
  drawFiles();
  keep();
  return convert();
}

/** Shows other files in place of those that are shown, which can be put back. */
function replace(files, file) {
  state.past.push({ files: state.files, file: state.file });
  return load(files, file);
}

/** Returns which example the files are, to which nothing was done; -1 if they are none. */
const exampleOf = (files) => examples.findIndex((e) => Object.keys(e.files).length === Object.keys(files).length && Object.entries(e.files).every(([name, text]) => files[name] === text));

// What is typed outlives a reload of the page, in this tab: nobody else can read it there, and it ends with the tab.
const kept = "transship-project";
let address = location.hash; // of what is kept
let keeping = 0;
function keep() {
  if (!backend.canEdit) return;
  clearTimeout(keeping);
  keeping = setTimeout(keepNow, quiet);
}
function keepNow() {
  clearTimeout(keeping);
  try {
    sessionStorage.setItem(kept, JSON.stringify({ hash: address, files: state.files, file: state.file, publish: $("publish").value }));
  } catch {
    // a browser that keeps nothing, or not that much
  }
}
addEventListener("pagehide", () => backend.canEdit && state.project && keepNow());

addEventListener("hashchange", () => {
  if (!location.hash.startsWith("#p=")) {
    goKey(decodeURIComponent(location.hash.slice(1)));
    return;
  }
  address = null; // a link that was pasted where the page is open counts, even if it is the one of before
  location.reload();
});

/** Returns what was typed before a reload, if the address is still the same. */
function typedBefore() {
  try {
    const before = JSON.parse(sessionStorage.getItem(kept));
    return before?.hash === location.hash && Object.keys(before.files).length ? before : null;
  } catch {
    return null;
  }
}

function say(text) {
  delete $("status").dataset.tr;
  $("status").textContent = text;
}

/** Says something that is to be seen wherever the page is scrolled to. */
let telling = 0;
function tell(text) {
  say(text);
  const { classList } = $("status").parentElement;
  classList.add("told");
  clearTimeout(telling);
  telling = setTimeout(() => classList.remove("told"), 6000);
}

const objects = (n) => (n === 1 ? tr("1 object") : tr("%s objects", n));
const services = (n) => (n === 1 ? tr("1 service") : tr("%s services", n));
const errors = (n) => (n === 1 ? tr("1 error") : tr("%s errors", n));
const warnings = (n) => (n === 1 ? tr("1 warning") : tr("%s warnings", n));
const notes = (n) => (n === 1 ? tr("1 note") : tr("%s notes", n));

/** Says everything in the language that was chosen. */
function reword() {
  document.title = tr("transship: Compose to Kubernetes");
  $("language").value = language();
  source.reword();
  manifests.reword();
  $("example").replaceChildren(...examples.map((e) => new Option(tr(e.title))));
  $("example").selectedIndex = exampleOf(state.files);
}

async function start() {
  showTexts();
  reword();
  const fragment = decodeURIComponent(location.hash.slice(1));
  let files = examples[0].files;
  let broken = "";
  const before = backend.canEdit ? typedBefore() : null;
  if (before) {
    ({ files } = before);
    state.file = before.file;
    $("publish").value = before.publish;
  } else if (fragment.startsWith("p=")) {
    try {
      const shared = await unpack(fragment.slice(2));
      files = shared.files;
      $("publish").value = shared.publish;
      if (!$("publish").value) $("publish").value = "none";
    } catch (error) {
      broken = tr("The link cannot be read (%s); this is an example.", error.message);
    }
  }
  if (backend.canEdit) {
    state.files = { ...files };
    drawFiles();
  }
  try {
    await backend.ready;
  } catch (error) {
    say(tr("The converter cannot be loaded: %s", error.message));
    return;
  }
  await convert();
  if (broken) say(broken);
  if (fragment && !fragment.startsWith("p=")) goKey(fragment);
  if ("serviceWorker" in navigator && backend.canEdit && isSecureContext) navigator.serviceWorker.register("sw.js").catch(() => {});
}

start();
