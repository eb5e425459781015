package behaviour

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestEdges observes combinations that are met less often.
func TestEdges(t *testing.T) {
	t.Parallel()
	p := run(t, "edges", func(p *project) { p.options.Load.Environ = []string{"PASSWORD=pass\nword"} })
	t.Run("files", func(t *testing.T) { edgesOfFiles(t, p) })
	t.Run("names", func(t *testing.T) { edgesOfNames(t, p) })
	t.Run("the node", func(t *testing.T) { edgesOfTheNode(t, p) })
	t.Run("processes", func(t *testing.T) { edgesOfProcesses(t, p) })
}

func edgesOfFiles(t *testing.T, p *project) {
	checkFiles(t, p, "sealed", []wantFile{
		{"a secret is below a tmpfs", "/run/secrets/password", "0444", "pass\nword"},
		{"a secret is in a directory below /run/secrets", "/run/secrets/sub/dir/password", "0444", "pass\nword"},
		{"a config with a relative target is below the root", "/relative/settings", "0444", "a setting\n"},
		{"a config is in a tmpfs", "/run/settings", "0444", "a setting\n"},
	})
	t.Run("the tmpfs above them can be written", func(t *testing.T) { p.write(t, p.podRuns(t, "sealed"), "/run/pid", "1") })
	for _, path := range []string{"/etc/owned", "/run/secrets/owned"} {
		t.Run("a file for one user is read by that user: "+path, func(t *testing.T) {
			if f := p.report(t, "owned", path).Files[path]; f.Error != "" || len(f.Content) == 0 {
				t.Errorf("got %+v", f)
			}
		})
		t.Run("a file for one user is not read by others: "+path, func(t *testing.T) {
			if f := p.report(t, "owned", path).Files[path]; f.Mode[3] != '0' {
				t.Errorf("its mode is %s", f.Mode)
			}
		})
	}
}

func edgesOfNames(t *testing.T, p *project) {
	checkFiles(t, p, "names", []wantFile{
		{"a file may have any name", "/opt/odd", "0644", "odd\n"},
		{"a file may be bound twice: first", "/opt/one.txt", "0644", "text\n"},
		{"a file may be bound twice: second", "/opt/two.txt", "0644", "text\n"},
		{"a hidden file is bound", "/opt/hidden", "0644", "hidden\n"},
		{"configs of similar names stay apart: underscore", "/my_config", "0444", "under"},
		{"configs of similar names stay apart: hyphen", "/my-config", "0444", "hyphen"},
	})
	t.Run("volumes of similar names stay apart", func(t *testing.T) {
		pod := p.podRuns(t, "names")
		for _, dir := range []string{"/under", "/hyphen", "/dot"} {
			p.write(t, pod, dir+"/name", dir)
		}
		for _, dir := range []string{"/under", "/hyphen", "/dot"} {
			same(t, dir, p.content(t, "names", dir+"/name"))
		}
	})
	t.Run("a raw env_file is taken as it is", func(t *testing.T) {
		env, _ := p.report(t, "names").env()
		same(t, `"quotes stay" $HOME # this as well`, env["RAW"])
	})
}

func edgesOfTheNode(t *testing.T, p *project) {
	client := p.podRuns(t, "client")
	t.Run("network_mode host listens on the node", func(t *testing.T) {
		p.podRuns(t, "on-host")
		p.connects(t, client, nodeAddress+":18088")
	})
	t.Run("a port of mode host is one of the node", func(t *testing.T) {
		same(t, p.podRuns(t, "host-port").Name, p.connects(t, client, nodeAddress+":17000"))
	})
	t.Run("a port of mode host is reached by peers as before", func(t *testing.T) {
		same(t, p.podRuns(t, "host-port").Name, p.connects(t, client, "host-port:7000"))
	})
}

func edgesOfProcesses(t *testing.T, p *project) {
	mighty := p.podWhen(t, "all-mighty", "runs", func(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodRunning })
	r := p.reportOf(t, mighty)
	t.Run("cap_add ALL gives all capabilities", func(t *testing.T) {
		if got := capabilities(t, r, "CapEff"); !slices.Contains(got, capSysPtrace) || len(got) < 30 {
			t.Errorf("got %v", got)
		}
	})
	t.Run("cap_add ALL is not privileged: seccomp stays on", func(t *testing.T) { same(t, "2", r.Status["Seccomp"]) })
	t.Run("services that share ipc share /dev/shm", func(t *testing.T) {
		if _, err := p.Exec(t.Context(), p.namespace, mighty.Name, "ipc-peer", "sh", "-c", "echo shared >/dev/shm/note"); err != nil {
			t.Fatal(err)
		}
		same(t, "shared\n", string(p.reportOf(t, mighty, "/dev/shm/note").Files["/dev/shm/note"].Content))
	})
	t.Run("shared memory has the size of its owner", func(t *testing.T) {
		m, _ := r.mount("/dev/shm")
		if !slices.Contains(m.Super, fmt.Sprintf("size=%dk", 16<<10)) {
			t.Errorf("got %+v", m)
		}
	})
	t.Run("a pre_start hook has a user of its own", func(t *testing.T) {
		f := p.report(t, "hook-user", "/hooked/by").Files["/hooked/by"]
		same(t, 0, f.UID)
		same(t, 1000, p.report(t, "hook-user").UID)
	})
}
