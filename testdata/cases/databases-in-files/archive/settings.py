import os

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "archive.sqlite3"}}
for name, value in os.environ.items():
    if name.startswith("DJANGO_DB_"):
        DATABASES["default"][name[10:]] = value
