import { capital, element, sentences } from "./dom.js";
import { tr } from "./language.js";

const shown = 12;

/** Draws what there is to say about a key, and about a field of the manifests if that was chosen. */
export function drawCard(host, { paths, at, card, kind, links, go, goKey }) {
  const parts = [];
  if (at) parts.push(element("p", {}, `${at.object.kind} ${at.object.name}: ${at.field.path}`));
  if (kind && (!paths.length || at.field.line === 1)) for (const text of kind.text) parts.push(element("p", {}, text));
  if (!paths.length) {
    parts.push(element("p", {}, at ? tr("No key of the project is behind this line: it is the same for every project, or a default that is written out.") : tr("No key stands here.")));
    host.replaceChildren(...parts);
    return;
  }
  parts.push(element("h2", {}, paths[0], card ? ` — ${card.verdict}` : ""));
  if (paths.length > 1) {
    parts.push(element("p", {}, tr("Also:"), " ", ...paths.slice(1).flatMap((path, i) => [i ? ", " : "", element("button", { type: "button", onclick: () => goKey(path) }, path)])));
  }
  const row = card?.topic.rows?.[0];
  const rows = [];
  const add = (title, ...content) => content.some(Boolean) && rows.push(element("dt", {}, title), element("dd", {}, ...content));
  if (row) {
    add(tr("On Docker"), row.docker);
    add(tr("On Kubernetes"), capital(row.kubernetes ?? ""));
    add(tr("Difference"), capital(row.difference ?? ""));
    add(tr("Instead"), capital(row.advice ?? ""));
  }
  if (kind && at.field.line !== 1) add(kind.name, kind.text[0]);
  const effect = links.effects.get(paths[0]);
  if (effect) add(tr("In this project"), ...describe(effect, links, go));
  for (const f of effect?.findings ?? []) add(f.severity === "info" ? tr("Note") : f.severity === "error" ? tr("Error") : tr("Warning"), `${f.code}: ${sentences(f.message, f.help)}`);
  parts.push(element("dl", {}, ...rows));
  host.replaceChildren(...parts);
  host.scrollTop = 0;
}

function describe(effect, links, go) {
  if (effect.silent) return [tr("It changes nothing: without it, the manifests and the findings would be the same.")];
  const parts = [];
  const list = effect.sets.slice(0, shown).map((field) => {
    const lines = links.linesOfEffect(field);
    const text = `${field.kind} ${field.name}${field.path ? ` · ${shorten(field.path)}` : ""}`;
    return element("li", {}, lines.length ? element("button", { type: "button", title: field.path, onclick: () => go(lines[0]) }, text) : text);
  });
  if (list.length) parts.push(element("ul", {}, ...list));
  if (effect.sets.length > shown) parts.push(tr("and %s more", effect.sets.length - shown));
  if (!effect.sets.length && effect.prevents.length) parts.push(tr("It keeps something away: without it, there would be %s", effect.prevents.slice(0, 3).map((f) => `${f.kind} ${f.name}${f.path ? ` ${shorten(f.path)}` : ""}`).join(", ")));
  if (!effect.sets.length && !effect.prevents.length) parts.push(tr("It changes no manifest; what was found is below."));
  return parts;
}

/** The end of a long path says what the field is; its beginning is the same everywhere. */
function shorten(path) {
  return path.replace(/^spec\.(jobTemplate\.spec\.)?template\.spec\./, "");
}

/** Draws what a code of findings means, and what to do about it. */
export function drawFindingCard(host, note) {
  const parts = [element("h2", {}, note.name, note.title ? ` — ${note.title}` : "")];
  for (const text of note.text) parts.push(element("p", {}, text));
  if (note.remedies?.length) parts.push(element("h3", {}, tr("What to do")), element("ul", {}, ...note.remedies.map((text) => element("li", {}, text))));
  if (note.allowing) parts.push(element("h3", {}, tr("Going on all the same")), element("p", {}, note.allowing));
  if (note.example) parts.push(element("h3", {}, tr("Example")), element("pre", {}, note.example));
  host.replaceChildren(...parts);
  host.scrollTop = 0;
}
