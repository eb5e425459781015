// Which lines belong together: keys of the Compose files and fields of the manifests.

export class Links {
  constructor(project) {
    this.project = project;
    this.effects = new Map(); // path of a key → its effects
    this.objects = new Map(); // id → object, with the line where it begins
    this.keysAt = new Map(); // file → line → keys, in the order of their columns
    let line = 0;
    for (const object of project.objects) {
      const lines = object.text.split("\n").length - 1;
      this.objects.set(object.id, { ...object, start: line, lines });
      line += lines + 1; // the separator
    }
    for (const key of project.keys) {
      const lines = this.keysAt.get(key.file) ?? new Map();
      this.keysAt.set(key.file, lines);
      lines.set(key.line, [...(lines.get(key.line) ?? []), key]);
    }
    for (const lines of this.keysAt.values()) for (const keys of lines.values()) keys.sort((a, b) => a.column - b.column);
  }

  /** The keys at a place of a file: those in this line whose column is nearest to the left, or those of the line above it
   *  that a text of several lines belongs to. Several keys stand at one place where YAML's anchors repeat it. */
  keysOf(file, line, column) {
    const lines = this.keysAt.get(file);
    if (!lines) return [];
    while (line > 0 && !lines.has(line)) line--;
    const keys = lines.get(line) ?? [];
    const left = keys.filter((k) => k.column <= column);
    const at = (left.length ? left.at(-1) : keys[0])?.column;
    return keys.filter((k) => k.column === at);
  }

  /** The lines of the manifests (from 0) that depend on some keys. */
  linesOf(paths) {
    const lines = new Set();
    for (const path of paths) {
      for (const effect of this.effects.get(path)?.sets ?? []) for (const line of this.linesOfEffect(effect)) lines.add(line);
    }
    return [...lines].sort((a, b) => a - b);
  }

  linesOfEffect(effect) {
    const object = this.objects.get(effect.object);
    if (!object) return [];
    const field = effect.path === "" ? { line: 0, last: object.lines - 1 } : object.fields.find((f) => f.path === effect.path);
    if (!field) return [];
    return Array.from({ length: field.last - field.line + 1 }, (_, i) => object.start + field.line + i);
  }

  objectAt(line) {
    for (const object of this.objects.values()) if (line >= object.start && line < object.start + object.lines) return object;
    return null;
  }

  /** The innermost field at a line of the manifests. */
  fieldAt(line) {
    const object = this.objectAt(line);
    if (!object) return null;
    let found = null;
    for (const field of object.fields) {
      if (field.line <= line - object.start && line - object.start <= field.last && (!found || field.line >= found.line)) found = field;
    }
    return found && { object, field: found };
  }

  /** The keys that a line of the manifests depends on: those that set the smallest field around it. */
  keysOfLine(line) {
    const at = this.fieldAt(line);
    if (!at) return [];
    let best = [];
    let length = -1;
    for (const key of this.effects.values()) {
      for (const effect of key.sets) {
        if (effect.object !== at.object.id || !encloses(effect.path, at.field.path)) continue;
        if (effect.path.length > length) [best, length] = [[], effect.path.length];
        if (effect.path.length === length) best.push(key);
      }
    }
    if (length <= 0 && at.object.origin) return [at.object.origin];
    // Keys that only hold other keys add nothing; of the rest, those that do little are what a reader looks for.
    const leaves = best.filter((k) => k.method !== "below");
    const keys = (leaves.length ? leaves : best).sort((a, b) => a.sets.length - b.sets.length);
    return keys.slice(0, 6).map((k) => k.path);
  }

  placesOf(paths) {
    const wanted = new Set(paths);
    return this.project.keys.filter((k) => wanted.has(k.path));
  }
}

function encloses(outer, inner) {
  return outer === "" || outer === inner || (inner.startsWith(outer) && (inner[outer.length] === "." || inner[outer.length] === "["));
}
