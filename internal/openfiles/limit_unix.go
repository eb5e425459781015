//go:build unix

package openfiles

import (
	"errors"
	"strconv"
	"syscall"
)

// needed is how many files a program has to be able to open at once, whatever it does: with fewer, Go's runtime cannot make what it waits
// for files with.
const needed = 8

// shortage says why the program may not open the files that it needs, and nothing where it may.
func shortage() string {
	var open []int
	defer func() {
		for _, fd := range open {
			_ = syscall.Close(fd)
		}
	}()
	for range needed {
		fd, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		switch {
		case errors.Is(err, syscall.EMFILE):
			return "it may open " + strconv.Itoa(len(open)) + " more files at once and needs " + strconv.Itoa(needed) + ": raise the limit (ulimit -n in a shell)"
		case errors.Is(err, syscall.ENFILE):
			return "the system has as many open files as it allows: end other programs, or raise its limit"
		case err != nil: // there is no such file, which says nothing
			return ""
		}
		open = append(open, fd)
	}
	return ""
}
