package node

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// sysctls are those the kubelet sets and the whole machine has in common. It gets plain files in their place.
var sysctls = []string{
	"kernel/keys/root_maxbytes", "kernel/keys/root_maxkeys", "kernel/panic", "kernel/panic_on_oops",
	"vm/overcommit_memory", "vm/panic_on_oom",
}

// hidden are the directories that the node gets empty ones for: what its programs keep there is nobody's business.
var hidden = []string{"/run", "/var/lib", "/var/log"}

// Init is process 1 of the namespaces: it makes the file system fit for a node, runs the program with args, reaps
// whatever loses its parent, and returns with the program's exit code. All others end with it.
func Init(program, dir string, args ...string) (int, error) {
	if err := privateFileSystem(dir); err != nil {
		return 1, err
	}
	if err := unix.Sethostname([]byte(Name)); err != nil {
		return 1, fmt.Errorf("set host name: %w", err)
	}
	child, err := os.StartProcess(program, append([]string{program}, args...), &os.ProcAttr{
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, os.NewFile(listenerFD, "listener"), os.NewFile(registryFD, "registry")},
	})
	if err != nil {
		return 1, fmt.Errorf("start node: %w", err)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		for s := range signals {
			_ = child.Signal(s)
		}
	}()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 1, fmt.Errorf("wait for node: %w", err)
		case pid == child.Pid && status.Exited():
			return status.ExitStatus(), nil
		case pid == child.Pid:
			return 1, fmt.Errorf("node was killed: %s", status.Signal())
		}
	}
}

// privateFileSystem hides from the host what the node mounts, and gives the node directories of its own where its
// programs insist on a path.
func privateFileSystem(dir string) error {
	// Slave, not private: the host's unmounts reach here, so that this namespace keeps no disk busy.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("detach mounts: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	// Mounts of volumes have to travel into containers that ask for it, as on a node.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return fmt.Errorf("share mounts: %w", err)
	}
	for _, path := range hidden {
		if err := unix.Mount("tmpfs", path, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
			return fmt.Errorf("mount %s: %w", path, err)
		}
	}
	standIns := filepath.Join(dir, "sysctl")
	if err := os.MkdirAll(standIns, 0o755); err != nil {
		return fmt.Errorf("make stand-ins: %w", err)
	}
	for _, name := range sysctls {
		real := filepath.Join("/proc/sys", name)
		value, err := os.ReadFile(real)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read sysctl: %w", err)
		}
		standIn := filepath.Join(standIns, filepath.Base(name))
		if err := os.WriteFile(standIn, value, 0o644); err != nil {
			return fmt.Errorf("write stand-in: %w", err)
		}
		if err := unix.Mount(standIn, real, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("bind stand-in of %s: %w", name, err)
		}
	}
	return nil
}
