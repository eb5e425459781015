// The converter, as WebAssembly in a worker: typing is never held up by it.
import { makeFS } from "./memfs.js";

const memory = makeFS((text) => console.debug(text));
globalThis.fs = memory.fs;
globalThis.process = { getuid: () => 0, getgid: () => 0, geteuid: () => 0, getegid: () => 0, getgroups: () => [], pid: 1, ppid: 1, umask: () => 0o22, cwd: () => "/project", chdir() {} };
globalThis.path = { resolve: (...parts) => parts.join("/") };

async function start() {
  await import("wasm_exec"); // sets globalThis.Go
  const packed = await fetch("transship.wasm.gz");
  if (!packed.ok) throw new Error(`transship.wasm.gz: ${packed.status}`);
  // A server that compresses on its own sends the header as well, and the browser has unpacked the file already.
  const bytes = packed.headers.get("content-encoding") ? packed.body : packed.body.pipeThrough(new DecompressionStream("gzip"));
  const response = new Response(bytes, { headers: { "content-type": "application/wasm" } });
  const go = new Go();
  go.env = { GOGC: "off" }; // until the first conversion is done: the program sets it then
  const { instance } = await WebAssembly.instantiateStreaming(response, go.importObject);
  go.run(instance);
}

const started = start();
started.then(() => postMessage({ ready: true }), (error) => postMessage({ broken: String(error) }));

onmessage = async ({ data }) => {
  try {
    await started;
    if (data.files) memory.set(data.files);
    const answer = await globalThis.transship(data.method, JSON.stringify(data.parameters ?? {}));
    postMessage({ id: data.id, answer }); // as text, which goes over faster than what it says
  } catch (error) {
    postMessage({ id: data.id, error: String(error) });
  }
};
