package input

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// drivePath is an absolute path of Windows below its drive.
var drivePath = pattern.New(`^[A-Za-z]:[\\/]+[^\\/:]`).Holding(":/", `:\`)

// IsDrivePath reports whether a path is an absolute one of Windows below its drive.
func IsDrivePath(path string) bool { return drivePath.MatchString(path) }

// IsWindowsPath reports whether a path is one of Windows, with a drive or of another machine.
func IsWindowsPath(path string) bool { return IsDrivePath(path) || strings.HasPrefix(path, `\\`) }
