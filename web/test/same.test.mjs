// The program of the page answers what the native program answers: every golden case, byte for byte.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, readdirSync, cpSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startProgram } from "./program.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cases = join(root, "testdata/cases");

// The files of a case, and whether the page can hold it: it has no links, no modes and no project above the files.
function filesOf(directory, prefix = "") {
  const files = {};
  let holds = true;
  for (const name of readdirSync(directory)) {
    if (prefix === "" && (name === "want" || name === "want.diag" || name === "flags")) continue;
    const path = join(directory, name);
    const info = lstatSync(path);
    if (info.isDirectory()) {
      const below = filesOf(path, `${prefix}${name}/`);
      Object.assign(files, below.files);
      holds &&= below.holds && readdirSync(path).length > 0; // an empty directory is not there either
    } else {
      holds &&= info.isFile() && (info.mode & 0o111) === 0;
      files[prefix + name] = info.isFile() ? new Uint8Array(readFileSync(path)) : new Uint8Array();
    }
  }
  return { files, holds };
}

test("what the page writes is what the program writes", { timeout: 600_000 }, async () => {
  const program = await startProgram(join(root, "bin/transship.wasm"));
  const scratch = mkdtempSync(join(tmpdir(), "transship-same-"));
  const left = [];
  let compared = 0;
  try {
    for (const name of readdirSync(cases).sort()) {
      const { files, holds } = filesOf(join(cases, name));
      if (!holds) {
        left.push(name);
        continue;
      }
      const directory = join(scratch, "project");
      rmSync(directory, { recursive: true, force: true });
      cpSync(join(cases, name), directory, { recursive: true, filter: (from) => !["want", "want.diag", "flags"].includes(from.slice(join(cases, name).length + 1)) });
      const native = spawnSync(join(root, "bin/transship"), ["convert", "--profile=*", "--allow=missing-file", "--findings=json"], { cwd: directory, env: {}, encoding: "utf8", maxBuffer: 1 << 28 });
      assert.ok(native.status === 0 || native.status === 1, `${name}: exit ${native.status}: ${native.stderr}`);
      const answer = await program.call("convert", {}, files);
      const plain = (text) => text.replaceAll(directory, "/project");
      assert.equal(answer.objects.map((o) => o.text).join("---\n"), plain(native.stdout), name);
      assert.deepEqual(answer.findings, JSON.parse(plain(native.stderr)), name);
      compared++;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`${compared} cases are the same; ${left.length} hold what a page cannot: ${left.join(", ")}`);
  assert.ok(compared > 80, `only ${compared} cases were compared`);
});
