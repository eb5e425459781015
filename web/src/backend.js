// Who converts: a worker in this browser, or `transship serve` on this machine.

/** Returns an object with call(method, parameters, files), and ready, a promise. onChange is called when files change. */
export function makeBackend(kind, onChange) {
  return kind === "http" ? httpBackend(onChange) : workerBackend();
}

function workerBackend() {
  const worker = new Worker("worker.js");
  const waiting = new Map();
  let next = 1;
  let settle;
  const ready = new Promise((resolve, reject) => (settle = { resolve, reject }));
  worker.onmessage = ({ data }) => {
    if (typeof data === "string") return; // a word of the program itself
    if (data.ready) settle.resolve();
    if (data.broken) settle.reject(new Error(data.broken));
    const call = waiting.get(data.id);
    if (!call) return;
    waiting.delete(data.id);
    if (data.error) call.reject(new Error(data.error));
    else call.resolve(JSON.parse(data.answer));
  };
  worker.onerror = (event) => settle.reject(new Error(event.message));
  return {
    ready,
    canEdit: true,
    call(method, parameters, files) {
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, method, parameters, files });
      });
    },
  };
}

function httpBackend(onChange) {
  new EventSource("events").onmessage = () => onChange();
  return {
    ready: Promise.resolve(),
    canEdit: false,
    async call(method, parameters) {
      const response = await fetch("api/" + method, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(parameters ?? {}) });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return JSON.parse(text);
    },
  };
}
