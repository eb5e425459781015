#!/bin/sh
set -eu
test "$(stat -c '%u' "$PACKS")" = 10001
exec panel
