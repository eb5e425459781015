import { capital, element } from "./dom.js";

const rank = { error: 0, warning: 1, info: 2 };

/** Lists the findings, the worst first. go leads to the place of one, explain to the card of its code. */
export function drawFindings(host, findings, go, explain) {
  if (!findings.length) {
    host.replaceChildren(element("p", {}, "There is nothing to report."));
    return;
  }
  const sorted = findings.map((f, i) => [f, i]).sort(([a, i], [b, j]) => rank[a.severity] - rank[b.severity] || i - j).map(([f]) => f);
  host.replaceChildren(element("ol", {}, ...sorted.map((f) => element("li", {},
    element("span", { class: `severity ${f.severity}` }, f.severity === "info" ? "note" : f.severity), " ",
    element("button", { type: "button", class: "code", title: "What does this mean?", onclick: () => explain(f.code) }, f.code), " ",
    f.line ? element("button", { type: "button", class: "place", onclick: () => go(f) }, `${f.file}:${f.line} ${f.path}`) : f.path,
    element("p", {}, `${capital(f.message)}.`),
    f.help ? element("p", {}, `${capital(f.help)}.`) : null,
  ))));
}
