package input

import (
	"path"
	"slices"
)

// IsShell reports whether a word of a command is the name of a shell, or of env, which starts one.
func IsShell(word string) bool {
	return slices.Contains([]string{"sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash", "/usr/bin/bash", "/usr/bin/sh", "/usr/bin/env"}, word)
}

// IsSentinel reports whether a word of a command makes Sentinel of an image of Redis or Valkey. It listens on another port than the image
// exposes, 26379 or what its file says, and writes what it learns into that file. Sources:
// https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/, sentinelCheckConfigFile of https://github.com/redis/redis/blob/unstable/src/sentinel.c
func IsSentinel(word string) bool {
	name := path.Base(word)
	return name == "redis-sentinel" || name == "valkey-sentinel" || word == "--sentinel"
}
