#!/bin/sh
# Installs what the tests of the page need on Debian: Chromium, and Node.js where there is none. Does nothing when
# everything is there.
set -eu

missing=""
command -v chromium >/dev/null || missing="chromium"
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
[ -n "$missing" ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update
# shellcheck disable=SC2086 # a list of words
apt-get install -y --no-install-recommends $missing
