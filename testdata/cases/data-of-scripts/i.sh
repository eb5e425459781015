#!/bin/sh
exec /entrypoint.sh influxd
