// The files of the page as the file system that Go's runtime expects at globalThis.fs: read-only, in memory.

const root = "/project";
const types = { directory: 0o040755, file: 0o100644 };
const constants = { O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_TRUNC: 512, O_APPEND: 1024, O_EXCL: 128, O_DIRECTORY: 65536 };

/** An error as Go reads it, by its code alone. A conversion looks for a dozen files that are not there: no stack for each. */
function failure(code) {
  return { code, message: code };
}

function normal(path) {
  const parts = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return "/" + parts.join("/");
}

/** Makes the file system; set() replaces its content: names to texts or bytes. Output of the program goes to log. */
export function makeFS(log) {
  let files = new Map(); // absolute path → Uint8Array
  let directories = new Set();
  const open = new Map(); // descriptor → path
  let next = 10;
  const encoder = new TextEncoder();

  function set(content) {
    files = new Map();
    directories = new Set(["/", root]);
    for (const [name, text] of Object.entries(content)) {
      const path = normal(root + "/" + name);
      files.set(path, typeof text === "string" ? encoder.encode(text) : text);
      for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) directories.add(path.slice(0, at));
    }
  }
  set({});

  function stat(path) {
    const isDirectory = directories.has(path);
    if (!isDirectory && !files.has(path)) throw failure("ENOENT");
    const size = isDirectory ? 4096 : files.get(path).length;
    return {
      dev: 1, ino: 1, mode: isDirectory ? types.directory : types.file, nlink: 1, uid: 0, gid: 0, rdev: 0, size,
      blksize: 4096, blocks: Math.ceil(size / 512), atimeMs: 0, mtimeMs: 0, ctimeMs: 0, isDirectory: () => isDirectory,
    };
  }

  // Answers come in a task of their own, as those of a real file system do: Go does not expect them before its call returns.
  function answer(callback, work) {
    queueMicrotask(() => {
      let result;
      try {
        result = work();
      } catch (error) {
        callback(error);
        return;
      }
      callback(null, result);
    });
  }

  const refuse = (...args) => args.at(-1)(failure("EROFS"));
  const fs = {
    constants,
    writeSync(descriptor, buffer) {
      log(new TextDecoder().decode(buffer));
      return buffer.length;
    },
    write(descriptor, buffer, offset, length, position, callback) {
      log(new TextDecoder().decode(buffer.subarray(offset, offset + length)));
      callback(null, length);
    },
    open(path, flags, mode, callback) {
      answer(callback, () => {
        if (flags & (constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT)) throw failure("EROFS");
        stat(normal(path));
        open.set(next, normal(path));
        return next++;
      });
    },
    close(descriptor, callback) {
      answer(callback, () => void open.delete(descriptor));
    },
    read(descriptor, buffer, offset, length, position, callback) {
      answer(callback, () => {
        const data = files.get(open.get(descriptor));
        if (!data) throw failure("EISDIR");
        open.positions ??= new Map();
        const at = position ?? open.positions.get(descriptor) ?? 0;
        const part = data.subarray(at, at + length);
        buffer.set(part, offset);
        if (position === null) open.positions.set(descriptor, at + part.length);
        return part.length;
      });
    },
    fstat: (descriptor, callback) => answer(callback, () => stat(open.get(descriptor))),
    stat: (path, callback) => answer(callback, () => stat(normal(path))),
    lstat: (path, callback) => answer(callback, () => stat(normal(path))),
    readdir(path, callback) {
      answer(callback, () => {
        const prefix = normal(path) === "/" ? "/" : normal(path) + "/";
        if (!directories.has(normal(path))) throw failure(files.has(normal(path)) ? "ENOTDIR" : "ENOENT");
        const names = new Set();
        for (const known of [...files.keys(), ...directories]) {
          if (known.startsWith(prefix) && known !== prefix) names.add(known.slice(prefix.length).split("/")[0]);
        }
        return [...names].sort();
      });
    },
    readlink: (path, callback) => answer(callback, () => { throw failure("EINVAL"); }),
    fsync: (descriptor, callback) => callback(null),
    chmod: refuse, chown: refuse, fchmod: refuse, fchown: refuse, ftruncate: refuse, lchown: refuse, link: refuse, mkdir: refuse,
    rename: refuse, rmdir: refuse, symlink: refuse, truncate: refuse, unlink: refuse, utimes: refuse,
  };
  return { fs, set };
}
