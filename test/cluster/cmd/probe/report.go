package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

// report is what a container sees of itself.
type report struct {
	Args     []string          `json:"args"`
	Env      []string          `json:"env"`
	Dir      string            `json:"cwd"`
	UID      int               `json:"uid"`
	GID      int               `json:"gid"`
	Groups   []int             `json:"groups"`
	Hostname string            `json:"hostname"`
	Domain   string            `json:"domainname"`
	PID      int               `json:"pid"`
	Terminal bool              `json:"tty"`
	Status   map[string]string `json:"status"`
	Mounts   []mount           `json:"mounts"`
	Limits   string            `json:"limits"`
	Cgroup   map[string]string `json:"cgroup"`
	Sysctls  map[string]string `json:"sysctls"`
	Zombies  int               `json:"zombies"`
	Files    map[string]file   `json:"files"`
}

// mount is a line of mountinfo.
type mount struct {
	Path, Type, Source string
	Options, Super     []string
}

// file is what a path holds.
type file struct {
	Mode    string   `json:"mode,omitempty"`
	UID     uint32   `json:"uid"`
	GID     uint32   `json:"gid"`
	Size    int64    `json:"size"`
	Content []byte   `json:"content,omitempty"`
	Entries []string `json:"entries,omitempty"`
	Error   string   `json:"error,omitempty"`
}

// Always reported, beside the files a request names.
var (
	usualFiles = []string{"/etc/resolv.conf", "/etc/hosts", "/etc/hostname"}
	// Of /proc/self/status: capabilities, whether privileges can be gained, and the seccomp mode.
	statusKeys  = []string{"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Groups"}
	sysctlNames = []string{"net/core/somaxconn", "net/ipv4/ip_unprivileged_port_start", "kernel/shm_rmid_forced", "net/ipv4/ping_group_range"}
	cgroupFiles = []string{
		"memory/memory.limit_in_bytes", "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us", "cpu/cpu.shares", "pids/pids.max",
		"memory.max", "cpu.max", "cpu.weight", "pids.max",
	}
)

func newReport(paths []string) report {
	r := report{
		Args: os.Args, Env: environment(), UID: os.Getuid(), GID: os.Getgid(), PID: os.Getpid(),
		Status: status(), Mounts: mounts(), Files: map[string]file{},
		Cgroup: contents("/sys/fs/cgroup", cgroupFiles), Sysctls: contents("/proc/sys", sysctlNames), Zombies: countZombies(),
	}
	r.Dir, _ = os.Getwd()
	r.Groups, _ = os.Getgroups()
	r.Hostname, _ = os.Hostname()
	if domain, err := os.ReadFile("/proc/sys/kernel/domainname"); err == nil {
		r.Domain = strings.TrimSpace(string(domain))
	}
	limits, _ := os.ReadFile("/proc/self/limits")
	r.Limits = string(limits)
	if info, err := os.Stdin.Stat(); err == nil {
		link, _ := os.Readlink("/proc/self/fd/0")
		r.Terminal = info.Mode()&os.ModeCharDevice != 0 && strings.HasPrefix(link, "/dev/pts/")
	}
	for _, path := range append(append([]string{}, usualFiles...), paths...) {
		r.Files[path] = fileAt(path)
	}
	return r
}

// environment is what the kernel handed over, byte for byte and in order: os.Environ drops repeated names.
func environment() []string {
	data, err := os.ReadFile("/proc/self/environ")
	if err != nil {
		return os.Environ()
	}
	return strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
}

func status() map[string]string {
	out := map[string]string{}
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return out
	}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(line, ":")
		for _, wanted := range statusKeys {
			if key == wanted {
				out[key] = strings.TrimSpace(value)
			}
		}
	}
	return out
}

func mounts() []mount {
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	var out []mount
	for line := range strings.Lines(string(data)) {
		before, after, _ := strings.Cut(strings.TrimSpace(line), " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if len(left) < 6 || len(right) < 3 {
			continue
		}
		out = append(out, mount{
			Path: left[4], Options: strings.Split(left[5], ","), Type: right[0], Source: right[1], Super: strings.Split(right[2], ","),
		})
	}
	return out
}

// contents reads the files that exist.
func contents(root string, names []string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		if data, err := os.ReadFile(filepath.Join(root, name)); err == nil {
			out[name] = strings.TrimSpace(string(data))
		}
	}
	return out
}

func countZombies() int {
	n := 0
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// The state follows the name, which is in parentheses and may hold anything.
		if i := strings.LastIndex(string(data), ") "); i >= 0 && strings.HasPrefix(string(data[i+2:]), "Z") {
			n++
		}
	}
	return n
}

func fileAt(path string) file {
	info, err := os.Stat(path)
	if err != nil {
		return file{Error: err.Error()}
	}
	f := file{Mode: fmt.Sprintf("%04o", info.Mode().Perm()), Size: info.Size()}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		f.Mode = fmt.Sprintf("%04o", owner.Mode&0o7777)
		f.UID, f.GID = owner.Uid, owner.Gid
	}
	if info.IsDir() {
		entries, err := os.ReadDir(path)
		if err != nil {
			f.Error = err.Error()
		}
		for _, entry := range entries {
			f.Entries = append(f.Entries, entry.Name())
		}
		sort.Strings(f.Entries)
		return f
	}
	if f.Content, err = os.ReadFile(path); err != nil {
		f.Error = err.Error()
	}
	return f
}
