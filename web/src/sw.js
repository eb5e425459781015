// Keeps the page for use without a network: the files of the site are fetched once and come from the cache afterwards.
const name = "transship-VERSION";
const files = ["./", "app.js", "app.css", "worker.js", "transship.wasm.gz"];

self.addEventListener("install", (event) => event.waitUntil(caches.open(name).then((cache) => cache.addAll(files)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(
  caches.keys().then((names) => Promise.all(names.filter((n) => n.startsWith("transship-") && n !== name).map((n) => caches.delete(n)))).then(() => self.clients.claim()),
));
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((found) => found ?? fetch(event.request)));
});
