#!/bin/sh
# Installs what the tests of package registry run on Debian: a registry that asks for a password, and Podman. Does nothing
# when everything is there.
set -eu

packages="docker-registry podman"

missing=""
for package in $packages; do
	dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update
# shellcheck disable=SC2086 # a list of words
apt-get install -y --no-install-recommends $missing
