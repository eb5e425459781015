// The language of the page. Texts are looked up by what they are in English, as those of the program are: the same catalogue
// has both (internal/lang/ja/page.txt), and a test of the program finds texts of the page that it lacks.
import japanese from "./ja.json"; // English → Japanese, with {1}, {2} for the values

const remembered = "transship-language";
let current = first();

// What was chosen before; else what the browser asks for.
function first() {
  try {
    const chosen = localStorage.getItem(remembered);
    if (chosen === "en" || chosen === "ja") return chosen;
  } catch {
    // a browser that keeps nothing
  }
  const wanted = (navigator.languages ?? [navigator.language]).map((l) => l.slice(0, 2).toLowerCase()).find((l) => l === "en" || l === "ja");
  return wanted ?? "en";
}

export const language = () => current;

export function choose(name) {
  current = name === "ja" ? "ja" : "en";
  try {
    localStorage.setItem(remembered, current);
  } catch {
    // it holds for this visit
  }
  showTexts();
}

/** Says a text: English with %s for each value. */
export function tr(format, ...values) {
  const said = current === "ja" ? japanese[format] : undefined;
  if (said !== undefined) return said.replace(/\{(\d+)\}/g, (_, n) => String(values[n - 1]));
  let next = 0;
  return format.replaceAll("%s", () => String(values[next++]));
}

/** Words the texts that stand in the page itself: those of elements with data-tr, labels of those with data-tr-label. */
export function showTexts() {
  document.documentElement.lang = current;
  for (const node of document.querySelectorAll("[data-tr]")) {
    node.dataset.tr ||= node.textContent;
    node.textContent = tr(node.dataset.tr);
  }
  for (const node of document.querySelectorAll("[data-tr-label]")) {
    node.dataset.trLabel ||= node.getAttribute("aria-label");
    node.setAttribute("aria-label", tr(node.dataset.trLabel));
  }
}
