package build_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is the user id of somebody without any rights.
const nobody = 65534

// as lets a command run as the user of the project.
func (p *project) as(command *exec.Cmd) {
	if p.uid != 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: p.uid, Gid: p.uid}}
	}
}

// withPodman gives the user of the project a Podman with images of her own, and no Docker.
func (p *project) withPodman(uid uint32) {
	p.Helper()
	needs(p.T, "podman", "busybox")
	home, err := os.MkdirTemp("", "transship-podman-")
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() {
		if uid != 0 { // files of several users, seen from outside
			p.podman("unshare", "rm", "-rf", filepath.Join(home, "images"))
		}
		os.RemoveAll(home)
	})
	storage := filepath.Join(home, "storage.conf")
	text := "[storage]\ndriver = \"vfs\"\ngraphroot = \"" + home + "/images\"\nrunroot = \"" + home + "/run\"\n"
	if uid != 0 { // she has one number only, so that all files are hers
		text += "[storage.options.vfs]\nignore_chown_errors = \"true\"\n"
	}
	if err := os.WriteFile(storage, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "auth.json"), []byte("{}"), 0o600); err != nil {
		p.Fatal(err)
	}
	p.uid = uid
	p.env = append(p.env, "HOME="+home, "XDG_RUNTIME_DIR="+home, "CONTAINERS_STORAGE_CONF="+storage, "BUILDAH_ISOLATION=chroot",
		"DOCKER_HOST=unix://"+home+"/nothing", "DOCKER_CONFIG="+home, "REGISTRY_AUTH_FILE="+filepath.Join(home, "auth.json"))
	if uid == 0 {
		return
	}
	for _, dir := range []string{home, p.dir} {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(path, int(uid), int(uid))
		})
		if err != nil {
			p.Fatal(err)
		}
	}
	for dir := filepath.Dir(p.dir); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			p.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Dir(program), 0o755); err != nil {
		p.Fatal(err)
	}
}

// podman runs a command of Podman as the user of the project, and returns what it writes.
func (p *project) podman(args ...string) string {
	p.Helper()
	command := exec.Command("podman", args...)
	command.Dir, command.Env = p.dir, append(os.Environ(), p.env...)
	p.as(command)
	out, err := command.CombinedOutput()
	if err != nil {
		p.Logf("podman %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestPodmanBuildsAsAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	p := clone(t, "shop")
	p.withPodman(nobody)
	r := p.run(0, "build")
	p.says(r, "web shop-web:", "worker shop-worker:")
	again := p.run(0, "build")
	if again.out != r.out {
		t.Errorf("the same content has other tags:\n%s%s", r.out, again.out)
	}
	env := p.podman("image", "inspect", "--format", "{{.Config.Env}} {{.Config.StopSignal}}", "shop-worker")
	if !strings.Contains(env, "GREETING=hello") || !strings.Contains(env, "SIGKILL") {
		t.Errorf("the build section was not followed: %s", env)
	}
	p.write("web/index.html", "<p>changed</p>\n")
	changed := p.run(0, "build")
	before, after := strings.Split(r.out, "\n"), strings.Split(changed.out, "\n")
	if before[0] == after[0] || before[1] != after[1] {
		t.Errorf("one changed file changes the tags\n%s to\n%s", r.out, changed.out)
	}
}
