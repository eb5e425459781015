//go:build linux || darwin || freebsd || openbsd || netbsd || dragonfly

package outfile

import (
	"os"
	"syscall"
)

const windows = false

// tryLock takes the lock of a directory, which the kernel gives back when the program ends, however it ends.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// isAbandoned reports whether no living program holds a stage.
func isAbandoned(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return tryLock(f)
}
