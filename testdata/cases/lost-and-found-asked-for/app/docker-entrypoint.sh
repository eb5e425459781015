#!/bin/sh
if [ -z "$(ls -A /srv/app)" ]; then
	composer create-project example/skeleton /srv/app
fi
exec "$@"
