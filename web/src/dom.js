// Elements from data. Text is only ever set as text.
import { language } from "./language.js";

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
}

let names = new Set(); // of services, volumes and the like, which are written as they are

/** Tells which names the project has given. */
export function setNames(paths) {
  names = new Set(paths.map((path) => path.split(".")[1]));
}

/** Begins a clause with a capital letter, unless its first word is a name such as start_period, depends_on or a service's, or
 *  the value that the rest is about, as in "host: …". */
export function capital(text) {
  if (language() === "ja") return text;
  const first = text.split(/[\s,:;]/, 1)[0];
  return /^[a-z]+$/.test(first) && !names.has(first) && text[first.length] !== ":" ? text[0].toUpperCase() + text.slice(1) : text;
}

/** Makes sentences of clauses. */
export function sentences(...clauses) {
  const all = clauses.filter(Boolean);
  return language() === "ja" ? all.map((c) => `${c.replace(/。$/, "")}。`).join("") : all.map((c) => `${capital(c)}.`).join(" ");
}
