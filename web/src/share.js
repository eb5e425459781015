// A project in a link: its files, compressed, in the fragment of the address, which browsers never send anywhere.
import { tr } from "./language.js";

export async function pack(project) {
  const stream = new Blob([JSON.stringify(project)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// A fragment comes from anybody. What it unpacks to is bounded: a small link could otherwise hold gigabytes of nothing.
const maxSize = 4 << 20;

export async function unpack(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxSize) throw new Error(tr("it holds more than 4 MiB"));
    parts.push(value);
  }
  const project = JSON.parse(await new Blob(parts).text());
  const files = {};
  for (const [name, content] of Object.entries(project?.files ?? {})) if (typeof content === "string") files[name] = content;
  if (!Object.keys(files).length) throw new Error(tr("it holds no files"));
  return { files, publish: typeof project.publish === "string" ? project.publish : "none" };
}
