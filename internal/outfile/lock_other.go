//go:build !linux && !darwin && !freebsd && !openbsd && !netbsd && !dragonfly

package outfile

import (
	"os"
	"runtime"
	"time"
)

const windows = runtime.GOOS == "windows"

func tryLock(*os.File) bool { return true }

// isAbandoned goes by the age of a stage: a write takes milliseconds.
func isAbandoned(path string) bool {
	info, err := os.Stat(path)
	return err == nil && time.Since(info.ModTime()) > staleAfter
}
