// The WebAssembly program in this process, without a browser.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { makeFS } from "../src/memfs.js";

/** Starts bin/transship.wasm; returns call(method, parameters, files) and how long the steps took, in milliseconds. */
export async function startProgram(path) {
  const memory = makeFS(() => {});
  const own = { fs: globalThis.fs, path: globalThis.path };
  globalThis.fs = memory.fs;
  globalThis.path = { resolve: (...parts) => parts.join("/") };
  const settings = { getuid: () => 0, getgid: () => 0, geteuid: () => 0, getegid: () => 0, getgroups: () => [], pid: 1, ppid: 1, umask: () => 0o22, cwd: () => "/project", chdir() {} };
  const process = globalThis.process;
  globalThis.process = new Proxy(process, { get: (target, key) => settings[key] ?? Reflect.get(target, key) });
  globalThis.postMessage ??= () => {};
  const took = {};
  const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  createRequire(import.meta.url)(join(goroot, "lib/wasm/wasm_exec.js"));
  let began = performance.now();
  const module = await WebAssembly.compile(readFileSync(path));
  took.compile = performance.now() - began;
  began = performance.now();
  const go = new Go();
  go.env = { GOGC: "off" };
  go.run(await WebAssembly.instantiate(module, go.importObject));
  took.start = performance.now() - began;
  return {
    took, own,
    async call(method, parameters, files) {
      if (files) memory.set(files);
      return JSON.parse(await globalThis.transship(method, JSON.stringify(parameters ?? {})));
    },
  };
}
