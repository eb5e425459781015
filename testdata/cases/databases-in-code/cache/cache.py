import sqlite3

rows = sqlite3.connect(":memory:")
pages = sqlite3.connect("/tmp/pages.db")
