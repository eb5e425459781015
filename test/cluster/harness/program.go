package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

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

// moduleDir is where the sources of this module are: the repository is around the package that is tested, also where programs
// know nothing of their own place (-trimpath).
func moduleDir() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("look for the test cluster: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		module := filepath.Join(dir, "test", "cluster")
		if _, err := os.Stat(filepath.Join(module, "go.mod")); err == nil {
			return module, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("the sources of the test cluster are not around %s: build it and set %s", start, ProgramVar)
		}
	}
}
