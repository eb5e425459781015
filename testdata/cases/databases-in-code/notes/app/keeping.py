import os
import sqlite3

NOTES_FILE = os.getenv("NOTES_FILE", "./data/notes.db")


def opened() -> sqlite3.Connection:
    return sqlite3.connect(NOTES_FILE, timeout=5)
