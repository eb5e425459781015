//go:build !linux && !darwin && !freebsd && !openbsd && !netbsd && !dragonfly

package outfile

import (
	"os"
	"runtime"
	"time"
)

const windows = runtime.GOOS == "windows"

// hold does nothing: an open file could not be moved.
func hold(string) (release func(), held bool) { return func() {}, true }

// ifAbandoned removes what is old.
func ifAbandoned(path string, remove func(path string) error) {
	if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > staleAfter {
		_ = remove(path)
	}
}
