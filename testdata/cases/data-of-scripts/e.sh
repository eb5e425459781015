#!/bin/sh
chmod 600 /x
exec docker-entrypoint.sh mysqld
