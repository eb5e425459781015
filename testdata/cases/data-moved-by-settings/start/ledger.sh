#!/bin/sh
exec docker-entrypoint.sh "$@"
