package transform

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a Kubernetes minor version.
type Version struct{ Major, Minor int }

// DefaultKubeVersion is the oldest minor that upstream supports at release time (1.35 to 1.37 in November 2026,
// source: kubernetes.io/releases: three minors, fourteen months each).
var DefaultKubeVersion = Version{1, 35}

// oldestKubeVersion is the oldest minor that --kube-version accepts: what is emitted without a gate is GA there
// (sidecars as restartable initContainers, the youngest of them, became stable in 1.33).
var oldestKubeVersion = Version{1, 29}

// ParseVersion reads "1.36", "v1.36" or "v1.36.3".
func ParseVersion(s string) (Version, error) {
	parts := strings.Split(strings.TrimPrefix(s, "v"), ".")
	if len(parts) < 2 || len(parts) > 3 {
		return Version{}, fmt.Errorf("%q is not a Kubernetes version such as 1.36", s)
	}
	major, errMajor := strconv.Atoi(parts[0])
	minor, errMinor := strconv.Atoi(parts[1])
	if errMajor != nil || errMinor != nil || major != 1 || minor < 0 {
		return Version{}, fmt.Errorf("%q is not a Kubernetes version such as 1.36", s)
	}
	v := Version{major, minor}
	if !v.AtLeast(oldestKubeVersion) {
		return Version{}, fmt.Errorf("kubernetes %s is too old: the oldest supported version is %s", v, oldestKubeVersion)
	}
	return v, nil
}

// AtLeast reports whether v is the version w or a later one.
func (v Version) AtLeast(w Version) bool {
	return v.Major > w.Major || v.Major == w.Major && v.Minor >= w.Minor
}

// String returns "1.36".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }
