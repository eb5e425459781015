import Database from "better-sqlite3";
import path from "node:path";

// const old = new Database("old.db");
export const shelf = new Database(path.join(import.meta.dirname, "..", "shelf.db"));
