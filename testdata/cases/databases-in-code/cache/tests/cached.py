import sqlite3

rows = sqlite3.connect("rows.db")
