#!/bin/sh
# Installs what these tests need on Debian beside the packages of the test cluster: builders and a registry. Does nothing
# when everything is there.
set -eu

packages="apache2-utils busybox-static docker-registry docker.io git iproute2 podman uidmap"

missing=""
for package in $packages; do
	dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update
# shellcheck disable=SC2086 # a list of words
apt-get install -y --no-install-recommends $missing
