// Package disk reads local files: regular files only, each below a size, and everything that a project refers to once.
package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// patience is how long a file may give nothing before it is taken for one that never ends. Some files of the kernel are
// regular files by all that can be asked about them, and a read waits for ever.
const patience = 5 * time.Second

// Read reads a regular file of at most limit bytes. Devices, sockets and FIFOs are refused before they are
// opened, and opened without blocking should one appear in between. What gives nothing for some seconds is refused as
// well; such a read is left behind.
func Read(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, Cause(err)
	}
	if err := checkRegular(info, limit); err != nil {
		return nil, err
	}
	return readPatiently(func() (io.ReadCloser, error) { return openRegular(path, limit) }, limit)
}

func openRegular(path string, limit int64) (io.ReadCloser, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, Cause(err)
	}
	info, err := f.Stat()
	if err == nil {
		err = checkRegular(info, limit)
	}
	if err != nil {
		return nil, errors.Join(Cause(err), f.Close())
	}
	return f, nil
}

// readPatiently opens and reads in the background, as long as something comes.
func readPatiently(open func() (io.ReadCloser, error), limit int64) ([]byte, error) {
	type outcome struct {
		data []byte
		err  error
	}
	var seen atomic.Int64
	done := make(chan outcome, 1)
	go func() {
		in, err := open()
		if err != nil {
			done <- outcome{nil, err}
			return
		}
		defer in.Close()
		data, err := ReadAtMost(&counting{in, &seen}, limit)
		done <- outcome{data, err}
	}()
	const looks = 20 // so often it is asked whether something has come, so that the last of it begins the patience
	clock := time.NewTicker(patience / looks)
	defer clock.Stop()
	before, quiet := int64(0), 0
	for {
		select {
		case out := <-done:
			return out.data, out.err
		case <-clock.C:
			quiet++
			if now := seen.Load(); now != before {
				before, quiet = now, 0
			}
			if quiet == looks {
				return nil, fmt.Errorf("it gives nothing and does not end: gave up after %v", patience)
			}
		}
	}
}

// counting notes how much was read.
type counting struct {
	in   io.Reader
	seen *atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.seen.Add(int64(n))
	return n, err
}

// checkRegular refuses what is no regular file, or has more than limit bytes.
func checkRegular(info os.FileInfo, limit int64) error {
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
