#!/bin/sh
# Installs what level `node` of the test cluster needs on Debian: a container runtime, network plugins, packet filter
# tools, and a static busybox for images. Does nothing when everything is there.
set -eu

packages="busybox-static conntrack containerd containernetworking-plugins iptables nftables runc"

missing=""
for package in $packages; do
	dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update
# shellcheck disable=SC2086 # a list of words
apt-get install -y --no-install-recommends $missing
