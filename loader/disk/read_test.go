package disk

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// endless is a file that opens like any other and then waits.
type endless struct{ closed chan struct{} }

func (e endless) Read([]byte) (int, error) {
	<-e.closed
	return 0, io.EOF
}

func (e endless) Close() error { return nil }

// slow gives a byte every few seconds, as a network drive may.
type slow struct{ left int }

func (s *slow) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	time.Sleep(patience - time.Second)
	s.left--
	return copy(p, "x"), nil
}

func (s *slow) Close() error { return nil }

func TestFileThatGivesNothingIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := endless{make(chan struct{})}
		defer close(wait.closed)
		if _, err := readPatiently(func() (io.ReadCloser, error) { return wait, nil }, 10); err == nil || !strings.Contains(err.Error(), "does not end") {
			t.Errorf("error %v", err)
		}
	})
}

// chatty gives something at once and then nothing, as the log of the kernel does.
type chatty struct {
	endless
	told *bool
}

func (c chatty) Read(p []byte) (int, error) {
	if !*c.told {
		*c.told = true
		return copy(p, "x"), nil
	}
	return c.endless.Read(p)
}

// The patience begins with the last byte: it is not twice as long because something came first.
func TestPatienceBeginsWithTheLastByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait, begin := endless{make(chan struct{})}, time.Now()
		defer close(wait.closed)
		_, err := readPatiently(func() (io.ReadCloser, error) { return chatty{wait, new(bool)}, nil }, 10)
		if took := time.Since(begin); err == nil || took > patience*3/2 {
			t.Errorf("it took %v, error %v", took, err)
		}
	})
}

func TestSlowFileIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		data, err := readPatiently(func() (io.ReadCloser, error) { return &slow{20}, nil }, 100)
		if err != nil || string(data) != strings.Repeat("x", 20) {
			t.Errorf("%q, %v", data, err)
		}
	})
}

func TestErrorOfOpeningIsReturned(t *testing.T) {
	_, err := readPatiently(func() (io.ReadCloser, error) { return nil, os.ErrPermission }, 10)
	if !errors.Is(err, os.ErrPermission) {
		t.Errorf("error %v", err)
	}
	if data, err := Read(filepath.Join("testdata", "none"), 10); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%q, %v", data, err)
	}
}
