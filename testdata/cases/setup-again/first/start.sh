#!/bin/sh
if [ ! -e /$FIRST_STARTUP ]; then
  touch /$FIRST_STARTUP
  mix setup
fi
mix phx.server
