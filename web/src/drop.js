// Files that are dropped on the page: a project, or files that one refers to.
import { tr } from "./language.js";

const composeFile = /^(docker-)?compose\.ya?ml$/;
const most = 200;
const largest = 1 << 20; // what an object of Kubernetes holds

/** Calls onFiles(files, isProject, problems) when something is dropped; mark is shown while something hangs over the page. */
export function acceptDrops(mark, onFiles) {
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const listen = (name, act) => window.addEventListener(name, (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation(); // the editor would take the text of a file for something typed
    act(event);
  }, true);
  listen("dragover", (event) => {
    event.dataTransfer.dropEffect = "copy";
    mark.classList.add("dropping");
  });
  listen("dragleave", (event) => event.relatedTarget ?? mark.classList.remove("dropping"));
  listen("drop", async (event) => {
    mark.classList.remove("dropping");
    const entries = [...event.dataTransfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.() ?? entryOf(item.getAsFile()));
    const found = [];
    for (const entry of entries) await collect(entry, "", found);
    // A single folder is the project itself: its name is no part of the paths.
    const root = entries.length === 1 && entries[0].isDirectory ? entries[0].name + "/" : "";
    const files = {};
    const problems = [];
    for (const [path, file] of found) {
      const name = path.slice(root.length);
      const text = file.size > largest ? null : await file.text();
      if (text === null) problems.push(tr("%s is larger than 1 MiB", name));
      else if (text.includes("\0") || text.includes("\ufffd")) problems.push(tr("%s is no text file", name));
      else files[name] = text;
    }
    if (found.length >= most) problems.push(tr("only the first %s files are taken", most));
    const names = Object.keys(files).sort((a, b) => Number(composeFile.test(b)) - Number(composeFile.test(a)));
    onFiles(Object.fromEntries(names.map((name) => [name, files[name]])), names.some((name) => composeFile.test(name)), problems);
  });
}

/** A file as an entry, for what comes without one. */
const entryOf = (file) => ({ isFile: true, isDirectory: false, name: file.name, file: (resolve) => resolve(file) });

async function collect(entry, above, found) {
  if (found.length >= most || entry.name === ".git" || entry.name === "node_modules") return;
  if (entry.isFile) {
    found.push([above + entry.name, await new Promise((resolve, reject) => { entry.file(resolve, reject); })]);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return;
    for (const child of some) await collect(child, above + entry.name + "/", found);
  }
}
