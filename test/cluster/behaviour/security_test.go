package behaviour

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Numbers of capabilities (linux/capability.h).
const (
	capChown          = 0
	capNetBindService = 10
	capNetAdmin       = 12
	capSysPtrace      = 19
)

// dockerCapabilities are what Docker grants by default: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID,
// SETPCAP, NET_BIND_SERVICE, NET_RAW, SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP.
var dockerCapabilities = []int{0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31}

// capabilities returns the numbers of the capabilities of a set of /proc/self/status.
func capabilities(t *testing.T, r report, set string) []int {
	t.Helper()
	mask, err := strconv.ParseUint(r.Status[set], 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	var out []int
	for i := range 64 {
		if mask&(1<<i) != 0 {
			out = append(out, i)
		}
	}
	return out
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	p := run(t, "security")
	t.Run("who the process is", func(t *testing.T) { identities(t, p) })
	t.Run("what the process may do", func(t *testing.T) { privileges(t, p) })
	t.Run("what the process has", func(t *testing.T) { allotments(t, p) })
	t.Run("what no one asked for", func(t *testing.T) { nothingMore(t, p) })
}

func identities(t *testing.T, p *project) {
	plain, someone, numeric := p.report(t, "plain"), p.report(t, "someone"), p.report(t, "numeric")
	t.Run("without user the process is that of the image", func(t *testing.T) {
		same(t, 0, plain.UID)
		same(t, 0, plain.GID)
	})
	t.Run("user sets uid and gid", func(t *testing.T) {
		same(t, 1000, someone.UID)
		same(t, 1001, someone.GID)
	})
	t.Run("user alone has the group root", func(t *testing.T) {
		same(t, 1234, numeric.UID)
		same(t, 0, numeric.GID)
	})
	t.Run("group_add adds groups", func(t *testing.T) {
		for _, group := range []int{2000, 2001} {
			if !slices.Contains(someone.Groups, group) {
				t.Errorf("%d is not in %v", group, someone.Groups)
			}
		}
	})
	t.Run("a tmpfs can be written by everybody", func(t *testing.T) { p.write(t, p.podRuns(t, "someone"), "/scratch/file", "text") })
	t.Run("hostname is the host name", func(t *testing.T) { same(t, "some-host", someone.Hostname) })
}

func privileges(t *testing.T, p *project) {
	plain, confined, capable, powerful := p.report(t, "plain"), p.report(t, "confined", "/etc"), p.report(t, "capable"), p.report(t, "powerful")
	t.Run("the capabilities are Docker's", func(t *testing.T) { sameList(t, dockerCapabilities, capabilities(t, plain, "CapBnd")) })
	t.Run("cap_drop ALL and cap_add leave one", func(t *testing.T) {
		sameList(t, []int{capNetBindService}, capabilities(t, confined, "CapBnd"))
		sameList(t, []int{capNetBindService}, capabilities(t, confined, "CapEff"))
	})
	t.Run("cap_add and cap_drop change the default ones, with and without the prefix", func(t *testing.T) {
		want := slices.DeleteFunc(append(slices.Clone(dockerCapabilities), capNetAdmin, capSysPtrace), func(c int) bool { return c == capChown })
		slices.Sort(want)
		sameList(t, want, capabilities(t, capable, "CapEff"))
	})
	t.Run("privileged has more than those", func(t *testing.T) {
		if got := capabilities(t, powerful, "CapEff"); len(got) <= len(dockerCapabilities) {
			t.Errorf("got %v", got)
		}
		same(t, "0", powerful.Status["Seccomp"])
	})
	t.Run("seccomp is on by default", func(t *testing.T) { same(t, "2", plain.Status["Seccomp"]) })
	t.Run("seccomp:unconfined turns it off", func(t *testing.T) { same(t, "0", p.report(t, "unfiltered").Status["Seccomp"]) })
	t.Run("no-new-privileges is set", func(t *testing.T) { same(t, "1", confined.Status["NoNewPrivs"]) })
	t.Run("without no-new-privileges it is not", func(t *testing.T) { same(t, "0", plain.Status["NoNewPrivs"]) })
	t.Run("read_only makes the root read-only", func(t *testing.T) {
		root, _ := confined.mount("/")
		if !slices.Contains(root.Options, "ro") {
			t.Errorf("got %v", root.Options)
		}
	})
	t.Run("without read_only the root can be written", func(t *testing.T) {
		root, _ := plain.mount("/")
		if !slices.Contains(root.Options, "rw") {
			t.Errorf("got %v", root.Options)
		}
	})
	t.Run("a tmpfs below a read-only root can be written", func(t *testing.T) {
		pod := p.podRuns(t, "confined")
		for _, dir := range []string{"/scratch", "/run", "/cache"} {
			if out, err := p.Exec(t.Context(), p.namespace, pod.Name, "", "/probe", "write", dir+"/file=text"); err != nil {
				t.Errorf("write in %s: %v %s", dir, err, out)
			}
		}
		if _, err := p.Exec(t.Context(), p.namespace, pod.Name, "", "/probe", "write", "/etc/file=text"); err == nil {
			t.Error("the root can be written")
		}
	})
	t.Run("a process that is not root binds a low port", func(t *testing.T) {
		same(t, p.podRuns(t, "low-port").Name, p.connects(t, p.podRuns(t, "plain"), "low-port:80"))
		same(t, 1000, p.report(t, "low-port").UID)
	})
	t.Run("sysctls are set", func(t *testing.T) {
		same(t, "80", confined.Sysctls["net/ipv4/ip_unprivileged_port_start"])
		same(t, "1", confined.Sysctls["kernel/shm_rmid_forced"])
	})
}

// allotments are the sizes that a container is given.
func allotments(t *testing.T, p *project) {
	plain, confined, deployed := p.report(t, "plain"), p.report(t, "confined"), p.report(t, "deployed")
	for _, row := range []struct {
		promise, path string
		from          report
		size          int
	}{
		{"a tmpfs has its size", "/scratch", confined, 8 << 20},
		{"a volume of type tmpfs has its size", "/cache", confined, 4 << 20},
		{"/dev/shm has the size of shm_size", "/dev/shm", confined, 32 << 20},
		{"/dev/shm has 64 MiB by default", "/dev/shm", plain, 64 << 20},
	} {
		t.Run(row.promise, func(t *testing.T) {
			m, found := row.from.mount(row.path)
			if !found || m.Type != "tmpfs" || !slices.Contains(m.Super, fmt.Sprintf("size=%dk", row.size>>10)) {
				t.Errorf("want a tmpfs of %d KiB, got %+v", row.size>>10, m)
			}
		})
	}
	t.Run("a tmpfs without size is one", func(t *testing.T) {
		m, _ := confined.mount("/run")
		same(t, "tmpfs", m.Type)
	})
	t.Run("mem_limit is the limit of the memory", func(t *testing.T) { same(t, strconv.Itoa(96<<20), memoryLimit(confined)) })
	t.Run("cpus is the quota of the processor", func(t *testing.T) { same(t, 0.5, processors(t, confined)) })
	t.Run("deploy limits the memory", func(t *testing.T) { same(t, strconv.Itoa(64<<20), memoryLimit(deployed)) })
	t.Run("deploy limits the processor", func(t *testing.T) { same(t, 0.25, processors(t, deployed)) })
	t.Run("without a limit there is none", func(t *testing.T) {
		if limit := memoryLimit(plain); limit != "max" && len(limit) < len("9223372036854771712") {
			t.Errorf("memory is limited to %s", limit)
		}
		same(t, 0, processors(t, plain))
	})
}

// memoryLimit returns the limit of the memory, of either generation of control groups.
func memoryLimit(r report) string {
	if limit, second := r.Cgroup["memory.max"]; second {
		return limit
	}
	return r.Cgroup["memory/memory.limit_in_bytes"]
}

// processors returns how many processors a container may use, 0 for all.
func processors(t *testing.T, r report) float64 {
	t.Helper()
	quota, period := r.Cgroup["cpu/cpu.cfs_quota_us"], r.Cgroup["cpu/cpu.cfs_period_us"]
	if both, second := r.Cgroup["cpu.max"]; second {
		quota, period, _ = strings.Cut(both, " ")
	}
	if quota == "-1" || quota == "max" {
		return 0
	}
	q, err := strconv.ParseFloat(quota, 64)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseFloat(period, 64)
	if err != nil {
		t.Fatal(err)
	}
	return q / n
}

// nothingMore: what Kubernetes gives to containers and Docker does not.
func nothingMore(t *testing.T, p *project) {
	r := p.report(t, "plain", "/var/run/secrets", "/var/run/secrets/kubernetes.io")
	t.Run("no token of the API server is mounted", func(t *testing.T) {
		for _, dir := range []string{"/var/run/secrets", "/var/run/secrets/kubernetes.io"} {
			if r.Files[dir].Error == "" {
				t.Errorf("%s: %+v", dir, r.Files[dir])
			}
		}
	})
	t.Run("no variable speaks of another service", func(t *testing.T) {
		for _, pair := range r.Env {
			if strings.Contains(pair, "_SERVICE_HOST=") && !strings.HasPrefix(pair, "KUBERNETES_") || strings.HasPrefix(pair, "LOW_PORT_") {
				t.Error(pair)
			}
		}
	})
}
