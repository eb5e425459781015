// Builds the page. `node build.mjs` writes dist/ (what `transship serve` embeds; it is committed, so that `go install` needs
// no npm). `node build.mjs --check` fails if dist/ is not what this would write. `node build.mjs --site` also writes site/,
// the whole page with the converter for any static host; it expects transship.wasm.gz in bin/ beside the repository's files.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const at = (...parts) => join(here, ...parts);

const examples = [
  ["One service", "examples/1-web"], ["Web and database", "examples/2-web-and-database"], ["The shop", "../examples/shop"], ["A job", "examples/4-job"],
  ["A sidecar", "examples/5-sidecar"],
].map(([title, directory]) => ({ title, files: Object.fromEntries(filesOf(at(directory), at(directory))) }));

// What the page says in Japanese, English → Japanese: its own entries of the program's catalogue, and the words around
// findings and explanations, which the program has as well.
const japanese = Object.fromEntries(["words", "page"].flatMap((name) => [...readFileSync(at(`../internal/lang/ja/${name}.txt`), "utf8").matchAll(/^= (.*)\n(.*)$/gm)].map(([, english, other]) => [english, other])));

// The compose file first, the others by name.
function filesOf(directory, root) {
  const found = [];
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) found.push(...filesOf(path, root));
    else found.push([relative(root, path).replaceAll("\\", "/"), readFileSync(path, "utf8")]);
  }
  return found.sort(([a], [b]) => Number(b === "compose.yaml") - Number(a === "compose.yaml"));
}

const options = {
  bundle: true, minify: true, format: "iife", target: "es2022", write: false, legalComments: "none", absWorkingDir: here, logLevel: "warning",
  loader: { ".json": "json" },
  plugins: [{
    name: "given",
    setup(b) {
      b.onResolve({ filter: /examples\.json$/ }, () => ({ path: "examples", namespace: "given" }));
      b.onResolve({ filter: /ja\.json$/ }, () => ({ path: "japanese", namespace: "given" }));
      b.onLoad({ filter: /.*/, namespace: "given" }, ({ path }) => ({ contents: JSON.stringify(path === "examples" ? examples : japanese), loader: "json" }));
      b.onResolve({ filter: /^wasm_exec$/ }, () => ({ path: join(execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim(), "lib/wasm/wasm_exec.js") }));
    },
  }],
};

async function bundle(entry) {
  const { outputFiles } = await build({ ...options, entryPoints: [at(entry)] });
  return outputFiles[0].contents;
}

const dist = {
  "index.html": readFileSync(at("index.html")),
  "app.css": (await bundle("src/app.css")),
  "app.js": await bundle("src/main.js"),
};

if (process.argv.includes("--check")) {
  const stale = Object.entries(dist).filter(([name, content]) => !existsSync(at("dist", name)) || !readFileSync(at("dist", name)).equals(Buffer.from(content)));
  if (stale.length) {
    console.error(`web/dist is not current (${stale.map(([name]) => name).join(", ")}): run make web`);
    process.exit(1);
  }
} else {
  write("dist", dist);
}

if (process.argv.includes("--site")) {
  const wasm = readFileSync(at("../bin/transship.wasm.gz"));
  const site = { ...dist, "worker.js": await bundle("src/worker.js"), "transship.wasm.gz": wasm };
  const hash = createHash("sha256");
  for (const name of Object.keys(site).sort()) hash.update(site[name]);
  const sw = new TextDecoder().decode(await bundle("src/sw.js")).replace("VERSION", hash.digest("hex").slice(0, 16));
  write("site", { ...site, "sw.js": sw });
}

function write(directory, files) {
  mkdirSync(at(directory), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(at(directory, name), content);
}
