// Package workdir gives a cluster a temporary directory and removes those that killed clusters left behind.
package workdir

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	pattern  = "transship-testcluster-"
	lockName = "lock"
	// settling is how old a directory without a lock must be before it counts as abandoned.
	settling = time.Minute
)

// Dir is a locked directory: as long as its process lives, nobody sweeps it.
type Dir struct {
	Path string
	lock *os.File
	keep bool
}

// New makes a temporary directory; Open takes one the user names and keeps it at the end.
func New() (*Dir, error) {
	path, err := os.MkdirTemp("", pattern)
	if err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	return lock(&Dir{Path: path})
}

// Open uses the directory at path, which must be empty or absent. Remove leaves it in place.
func Open(path string) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find data directory: %w", err)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("read data directory: %w", err)
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("data directory %s is not empty", path)
	}
	return lock(&Dir{Path: path, keep: true})
}

func lock(d *Dir) (*Dir, error) {
	file, err := os.OpenFile(filepath.Join(d.Path, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	d.lock = file
	return d, nil
}

// Remove deletes a temporary directory and gives up the lock.
func (d *Dir) Remove() error {
	defer d.lock.Close()
	if d.keep {
		return nil
	}
	if err := os.RemoveAll(d.Path); err != nil {
		return fmt.Errorf("remove data directory: %w", err)
	}
	return nil
}

// Sweep removes the temporary directories whose process is gone; before each, clean may remove what it left elsewhere.
func Sweep(clean func(path string)) {
	found, err := filepath.Glob(filepath.Join(os.TempDir(), pattern+"*"))
	if err != nil {
		return
	}
	for _, path := range found {
		if abandoned(path) {
			clean(path)
			_ = os.RemoveAll(path)
		}
	}
}

func abandoned(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return false
	}
	file, err := os.Open(filepath.Join(path, lockName))
	if os.IsNotExist(err) {
		return time.Since(info.ModTime()) > settling
	}
	if err != nil {
		return false
	}
	defer file.Close()
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
