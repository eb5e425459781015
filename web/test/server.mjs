// A static server on loopback, as any host of the page would be.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".gz": "application/gzip" };

/** Serves a directory; returns the address, close(), and refuse, which cuts every connection as long as it is true. */
export async function serve(directory) {
  const state = { refuse: false }; // whether every connection is cut
  const server = createServer(async (request, response) => {
    if (state.refuse) {
      request.socket.destroy();
      return;
    }
    const path = normalize(decodeURIComponent(new URL(request.url, "http://local").pathname));
    try {
      const content = await readFile(join(directory, path.endsWith("/") ? path + "index.html" : path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "text/html; charset=utf-8" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() });
}
