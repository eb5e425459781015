package harness

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// ProgramVar names a built transship-testcluster; the other programs are expected beside it. Without it the
// programs are built on demand.
const ProgramVar = "TRANSSHIP_TESTCLUSTER_BIN"

// program returns the path of transship-testcluster, built if need be.
func program() (string, error) {
	if path := os.Getenv(ProgramVar); path != "" {
		return path, nil
	}
	module, err := moduleDir()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(module, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", fmt.Errorf("make %s: %w", bin, err)
	}
	// Test binaries of several packages run at the same time; one builds, the others wait for it.
	lock, err := os.OpenFile(filepath.Join(bin, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", fmt.Errorf("lock %s: %w", bin, err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return "", fmt.Errorf("lock %s: %w", bin, err)
	}
	output, err := exec.Command("make", "-C", module, "build").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("make -C %s build: %w\n%s", module, err, output)
	}
	return filepath.Join(bin, "transship-testcluster"), nil
}

// moduleDir is where the sources of this module are.
func moduleDir() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return "", errors.New("the sources of the test cluster are not known: build it and set " + ProgramVar)
	}
	return filepath.Dir(filepath.Dir(file)), nil
}
