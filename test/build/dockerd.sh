#!/bin/sh
# dockerd.sh DIR: a Docker Engine and a registry, in namespaces of their own, until this process is killed or its standard
# input ends. DIR/docker.sock is the engine, DIR/pid a process in the namespaces; DIR/ready is made when both answer. Inside the namespaces 127.0.0.1:5000 is a
# registry without a login, and 127.0.0.1:5001 one that wants the login of DIR/htpasswd.
set -eu

dir=$1
case ${2:-} in
inside)
	mount --make-rprivate /
	mount -t proc proc /proc
	for path in /var/lib /run; do mount -t tmpfs -o mode=755 tmpfs "$path"; done
	ip link set lo up
	for port in 5000 5001; do
		mkdir -p "$dir/registry$port"
		{
			echo "version: 0.1"
			echo "storage: {filesystem: {rootdirectory: $dir/registry$port}}"
			echo "http: {addr: '127.0.0.1:$port'}"
			[ "$port" = 5000 ] || echo "auth: {htpasswd: {realm: test, path: $dir/htpasswd}}"
		} > "$dir/registry$port.yml"
		docker-registry serve "$dir/registry$port.yml" > "$dir/registry$port.log" 2>&1 &
	done
	exec dockerd --host "unix://$dir/docker.sock" --data-root "$dir/data" --exec-root /run/docker --pidfile "$dir/dockerd.pid" \
		--storage-driver vfs --iptables=false --ip6tables=false --bridge=none > "$dir/dockerd.log" 2>&1
	;;
esac

unshare --net --mount --pid --ipc --uts --fork --kill-child sh "$0" "$dir" inside < /dev/null &
engine=$!
# unshare itself ignores signals; its child is dockerd, which tidies up when it is asked to end.
end() {
	kill $(cat "/proc/$engine/task/$engine/children" 2> /dev/null) 2> /dev/null || true
	wait $engine || true
}
trap 'end; exit 0' TERM INT
i=0
until docker --host "unix://$dir/docker.sock" version > /dev/null 2>&1; do
	i=$((i + 1))
	if [ $i -gt 300 ] || ! kill -0 $engine 2> /dev/null; then
		cat "$dir/dockerd.log" >&2
		end
		exit 1
	fi
	sleep 0.1
done
cat "/proc/$engine/task/$engine/children" > "$dir/pid"
touch "$dir/ready"
cat > /dev/null # until whoever started this closes the pipe
end
