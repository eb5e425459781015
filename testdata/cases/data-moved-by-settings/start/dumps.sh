#!/bin/sh
while true; do pg_dump -h ledger > /tmp/dump; sleep 86400; done
