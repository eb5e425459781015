// Package outfile writes files that replace only what is ours, at once or not at all. Everything that the program writes
// where people keep their own files goes through it.
package outfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// foreignError is returned when something stands in the way that the program did not write. Nothing was changed.
type foreignError struct {
	Path   string
	Reason string
}

// Error names the file and the reason.
func (e *foreignError) Error() string { return e.Path + " " + e.Reason }

// headLength is how many bytes of a file tell whether it is ours.
const headLength = 4096

// Replace writes a file, or replaces one for whose first bytes isOurs holds. A symbolic link, a directory, a device and a file
// of others are a foreignError. The file appears complete or not at all, also when the disk is full or the program is
// killed. mode is that of the file, before the umask; a file that is there keeps a tighter one.
func Replace(path string, data []byte, mode fs.FileMode, isOurs func(head []byte) bool) error {
	mode, err := check(path, mode, isOurs)
	if err != nil {
		return err
	}
	return write(path, data, mode)
}

// Check returns nil if [Replace] would write the file, so that a command can refuse before it does anything else.
func Check(path string, isOurs func(head []byte) bool) error {
	_, err := check(path, 0, isOurs)
	return err
}

func check(path string, mode fs.FileMode, isOurs func(head []byte) bool) (fs.FileMode, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return mode, nil
	case err != nil:
		return 0, err
	case info.Mode().Type() == fs.ModeSymlink:
		return 0, &foreignError{path, "is a symbolic link, which is not followed; nothing was written: name the file itself"}
	case info.IsDir():
		return 0, &foreignError{path, "is a directory"}
	case !info.Mode().IsRegular():
		return 0, &foreignError{path, "is no regular file; nothing was written"}
	}
	start, err := head(path)
	if err != nil {
		return 0, err
	}
	if !isOurs(start) {
		return 0, &foreignError{path, "was not written by transship and would be overwritten; nothing was written: move it away or choose another name"}
	}
	return Tighter(mode, info.Mode().Perm()), nil
}

// head returns the first bytes of a regular file.
func head(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, headLength)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return head[:n], nil
}

// Tighter returns the mode of a file that is to have wanted and has have: nobody gets a right by a rewrite.
func Tighter(wanted, have fs.FileMode) fs.FileMode {
	if windows {
		return wanted
	}
	return wanted & have
}

// write writes beside the place and moves the file there.
func write(path string, data []byte, mode fs.FileMode) (err error) {
	f, release, err := create(filepath.Dir(path), mode)
	if err != nil {
		return err
	}
	defer release() // when it is in its place: until then, others see that it has not been left
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

// create makes a new file of a name that nobody has. [os.CreateTemp] knows one mode only, and who sets another afterwards
// passes over the umask. It is held until release.
func create(dir string, mode fs.FileMode) (f *os.File, release func(), err error) {
	RemoveStale(dir)
	for range 10 {
		name := filepath.Join(dir, stagePrefix+strconv.FormatUint(uint64(rand.Uint32()), 10)+fileSuffix) //nolint:gosec // a name nobody has, which need not be hard to guess
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if failed, is := errors.AsType[*fs.PathError](err); is && !errors.Is(err, fs.ErrExist) { // the name of the new file says nothing, and is another each time
			return nil, nil, &fs.PathError{Op: "write to", Path: dir, Err: failed.Err}
		}
		if err != nil {
			continue
		}
		if release, held := hold(name); held {
			return f, release, nil
		}
		_ = f.Close()
	}
	return nil, nil, fmt.Errorf("write to %s: others remove new files at once", dir)
}
