// Package node runs a real node: containerd, kubelet, kube-proxy and DNS, together with the control plane, in
// network, mount, process, IPC and host name namespaces of their own. What runs there is gone when the first process
// of the namespaces is; on the host, control groups alone are left to be removed.
package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/transship/transship/test/cluster/images"
)

const (
	// InitCommand is the sub-command that is process 1 of the namespaces.
	InitCommand = "node-init"
	// listenerFD and registryFD are the descriptors of the host's listeners in process 1 and its child.
	listenerFD = 3
	registryFD = 4
	stopGrace  = 20 * time.Second
)

// Run starts program as process 1 of new namespaces, with args, standard input and output, and two loopback listeners of
// the host as the only openings, and returns when it has ended. dir is the cluster's data directory.
func Run(ctx context.Context, program, dir string, args ...string) (err error) {
	for _, path := range hidden {
		if strings.HasPrefix(dir, path+"/") {
			return fmt.Errorf("data directory %s is below %s, which a node has to itself", dir, path)
		}
	}
	listener, file, err := opening()
	if err != nil {
		return err
	}
	defer listener.Close()
	defer file.Close()
	registry, registryFile, err := opening()
	if err != nil {
		return err
	}
	defer registry.Close()
	defer registryFile.Close()
	if err := os.WriteFile(filepath.Join(dir, images.RegistryFile), []byte(registry.Addr().String()), 0o644); err != nil {
		return fmt.Errorf("write the address of the registry: %w", err)
	}
	defer func() { err = errors.Join(err, RemoveCgroups(dir)) }()
	cmd := exec.Command(program, append([]string{InitCommand, "--data", dir, "--public", "https://" + listener.Addr().String()}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{file, registryFile}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:    true,
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	// The signal at the parent's death is in truth sent at the death of the thread that forked.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start process in new namespaces: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err = <-ended:
		case <-time.After(stopGrace):
			_ = cmd.Process.Kill()
			err = <-ended
		}
	}
	if err != nil {
		return fmt.Errorf("run node: %w", err)
	}
	return nil
}

// opening is a loopback listener of the host, and its file for a process in other namespaces.
func opening() (net.Listener, *os.File, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listen on the host: %w", err)
	}
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("hand over the listener: %w", err), listener.Close())
	}
	return listener, file, nil
}

// cgroup is the control group below which the node's Pods live, named after the data directory.
func cgroup(dir string) string { return filepath.Base(dir) }

// cgroupDirs lists the directories of the node's control group: one per hierarchy, or the one of the unified.
func cgroupDirs(dir string) []string {
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		return []string{filepath.Join("/sys/fs/cgroup", cgroup(dir))}
	}
	var out []string
	hierarchies, err := filepath.Glob("/sys/fs/cgroup/*")
	if err != nil {
		return nil
	}
	for _, hierarchy := range hierarchies {
		// cpu and cpuacct may be links to one hierarchy.
		if info, err := os.Lstat(hierarchy); err == nil && info.IsDir() {
			out = append(out, filepath.Join(hierarchy, cgroup(dir)))
		}
	}
	return out
}

// RemoveCgroups removes the control groups of the cluster in dir, whose processes must have ended.
func RemoveCgroups(dir string) error {
	var errs []error
	for _, root := range cgroupDirs(dir) {
		var found []string
		_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				found = append(found, path)
			}
			return nil
		})
		for i := len(found) - 1; i >= 0; i-- {
			if err := syscall.Rmdir(found[i]); err != nil && !errors.Is(err, syscall.ENOENT) {
				errs = append(errs, fmt.Errorf("remove control group %s: %w", found[i], err))
			}
		}
	}
	return errors.Join(errs...)
}
