package input

import (
	"fmt"
	"strconv"

	"github.com/transship/transship/internal/pattern"
)

// Version is a Kubernetes minor version.
type Version struct{ Major, Minor int }

// DefaultKubeVersion is the oldest minor that upstream supports at release time (1.35 to 1.37 in November 2026,
// source: kubernetes.io/releases: three minors, fourteen months each).
var DefaultKubeVersion = Version{1, 35}

// oldestKubeVersion is the oldest minor that --kube-version accepts: what is emitted without a gate is GA there
// (sidecars as restartable initContainers, the youngest of them, became stable in 1.33).
var oldestKubeVersion = Version{1, 29}

// versionSyntax is a minor version, with or without its patch release and what a distribution adds to it.
var versionSyntax = pattern.New(`^v?(\d+)\.(\d+)(\.\d+)?([-+][0-9A-Za-z.+-]*)?$`)

// ParseVersion reads "1.36", "v1.36", "v1.36.3" or, as a server calls itself, "v1.36.3-eks-0a1b2c" and "v1.36.3+k3s1".
func ParseVersion(s string) (Version, error) {
	if s == DefaultKubeVersion.String() {
		return DefaultKubeVersion, nil
	}
	m := versionSyntax.FindStringSubmatch(s)
	if m == nil || m[1] != "1" {
		return Version{}, fmt.Errorf("%q is not a Kubernetes version such as 1.36", s)
	}
	minor, err := strconv.Atoi(m[2])
	if err != nil {
		return Version{}, fmt.Errorf("%q is not a Kubernetes version such as 1.36", s)
	}
	v := Version{1, minor}
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
