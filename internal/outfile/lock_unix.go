//go:build linux || darwin || freebsd || openbsd || netbsd || dragonfly

package outfile

import (
	"errors"
	"os"
	"syscall"
	"time"
)

const windows = false

// lockOf is what became of an attempt to lock something.
type lockOf int

const (
	locked   lockOf = iota
	busy            // somebody else holds it
	lockless        // the file system knows no locks
)

// tryLock takes the lock of a file or a directory, which the kernel gives back when the program ends, however it ends.
func tryLock(f *os.File) lockOf {
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case err == nil:
		return locked
	case errors.Is(err, syscall.EWOULDBLOCK):
		return busy
	default:
		return lockless
	}
}

// hold takes the lock of what was just made until the program ends or calls release. held is false if another run took it for what a
// killed run has left, and removed it. Where there are no locks it is held as well.
func hold(path string) (release func(), held bool) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return func() {}, !errors.Is(err, os.ErrNotExist) // a umask can take the right to read
	}
	if tryLock(f) != busy {
		if _, err := os.Lstat(path); err == nil {
			return func() { _ = f.Close() }, true
		}
	}
	_ = f.Close()
	return nil, false
}

// ifAbandoned removes what no living program holds, and what is old where there are no locks. The lock is held meanwhile: a program
// that has just made it then sees that it lost it.
func ifAbandoned(path string, remove func(path string) error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer f.Close()
	switch info, err := f.Stat(); tryLock(f) {
	case busy:
	case locked:
		_ = remove(path)
	case lockless:
		if err == nil && time.Since(info.ModTime()) > staleAfter {
			_ = remove(path)
		}
	}
}
