import { element, sentences } from "./dom.js";
import { tr } from "./language.js";

const rank = { error: 0, warning: 1, info: 2 };

/** Lists the findings, the worst first. go leads to the place of one, explain to the card of its code. */
export function drawFindings(host, findings, go, explain) {
  if (!findings.length) {
    host.replaceChildren(element("p", {}, tr("There is nothing to report.")));
    return;
  }
  const sorted = findings.map((f, i) => [f, i]).sort(([a, i], [b, j]) => rank[a.severity] - rank[b.severity] || i - j).map(([f]) => f);
  host.replaceChildren(element("ol", {}, ...sorted.map((f) => element("li", {},
    element("span", { class: `severity ${f.severity}` }, severityOf(f)), " ",
    element("button", { type: "button", class: "code", title: tr("What does this mean?"), onclick: () => explain(f.code) }, f.code), " ",
    f.line ? element("button", { type: "button", class: "place", onclick: () => go(f) }, `${f.file}:${f.line} ${f.path}`) : f.path,
    element("p", {}, sentences(f.message)),
    f.help ? element("p", {}, sentences(f.help)) : null,
  ))));
}

function severityOf({ severity }) {
  return severity === "error" ? tr("error") : severity === "warning" ? tr("warning") : tr("note");
}
