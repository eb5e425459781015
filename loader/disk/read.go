// Package disk reads local files: regular files only, each below a size, and everything that a project refers to once.
package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Read reads a regular file of at most limit bytes. Devices, sockets and FIFOs are refused before they are
// opened, and opened without blocking should one appear in between.
func Read(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, Cause(err)
	}
	if err := CheckRegular(info, limit); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, Cause(err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, Cause(err)
	}
	if err := CheckRegular(info, limit); err != nil {
		return nil, err
	}
	return ReadAtMost(f, limit)
}

// CheckRegular refuses what is no regular file, or has more than limit bytes.
func CheckRegular(info os.FileInfo, limit int64) error {
	switch {
	case info.IsDir():
		return errors.New("it is a directory")
	case !info.Mode().IsRegular():
		return errors.New("it is a " + specialName(info.Mode()))
	case info.Size() > limit:
		return fmt.Errorf("it has %d bytes, more than %d MiB", info.Size(), limit>>20)
	}
	return nil
}

// ReadAtMost reads to the end, or refuses what has more than limit bytes.
func ReadAtMost(in io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, Cause(err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it has more than %d MiB", limit>>20)
	}
	return data, nil
}

// specialName names what is neither a file nor a directory.
func specialName(mode os.FileMode) string {
	switch {
	case mode&os.ModeSocket != 0:
		return "socket"
	case mode&os.ModeNamedPipe != 0:
		return "named pipe"
	case mode&os.ModeDevice != 0:
		return "device"
	default:
		return "special file"
	}
}

// Cause strips the operation and path that the os package puts before the reason.
func Cause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}

// Resolve makes a path absolute against a directory.
func Resolve(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
