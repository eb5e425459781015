package transform

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
)

// image states facts about the image of a service, as a Dockerfile does.
func image(service string, facts source.ImageFacts) func(*Input) {
	return func(in *Input) { in.Images[service] = facts }
}

func TestTrap14CopyUp(t *testing.T) {
	built := source.ImageFacts{Source: "Dockerfile", BaseImage: "node:22", CopyTargets: []string{"/app", "/srv/site"}, Shell: true}
	distroless := source.ImageFacts{Source: "Dockerfile", BaseImage: "gcr.io/distroless/static", CopyTargets: []string{"/site"}}
	for name, c := range map[string]struct {
		service, volume string
		facts           source.ImageFacts
		seeds           bool
		code            string
	}{
		"known content":            {"image: nginx, volumes: ['vol:/usr/share/nginx/html']", "", source.ImageFacts{}, true, "copy-up"},
		"nocopy":                   {"image: nginx, volumes: ['vol:/usr/share/nginx/html:nocopy']", "", source.ImageFacts{}, false, ""},
		"copyUp: false":            {"image: nginx, volumes: ['vol:/usr/share/nginx/html']", "x-kubernetes: {copyUp: false}", source.ImageFacts{}, false, ""},
		"copyUp: true":             {"image: example, volumes: ['vol:/data']", "x-kubernetes: {copyUp: true}", source.ImageFacts{}, true, ""},
		"nothing known":            {"image: example, volumes: ['vol:/data']", "", source.ImageFacts{}, false, "copy-up-unknown"},
		"a place for programs":     {"image: example, volumes: ['vol:/etc/example']", "", source.ImageFacts{}, false, "copy-up-likely"},
		"a program at home":        {"image: example, volumes: ['vol:/home/frappe/frappe-bench/apps']", "", source.ImageFacts{}, false, "copy-up-likely"},
		"a cluster of Debian":      {"image: example, volumes: ['vol:/var/lib/postgresql/11/main']", "", source.ImageFacts{}, false, "copy-up-likely"},
		"what it collects":         {"image: example, volumes: ['vol:/home/app/web/static']", "", source.ImageFacts{}, false, "copy-up-unknown"},
		"the program itself":       {"image: example, volumes: ['vol:/var/www/html']", "", source.ImageFacts{}, false, "copy-up-likely"},
		"data of the program":      {"image: example, volumes: ['vol:/opt/example/data']", "", source.ImageFacts{}, false, "copy-up-unknown"},
		"named after a program":    {"image: example, volumes: ['vol:/usrdata']", "", source.ImageFacts{}, false, "copy-up-unknown"},
		"known to be empty":        {"image: redis, volumes: ['vol:/data']", "", source.ImageFacts{}, false, ""},
		"copied by the Dockerfile": {"build: ., volumes: ['vol:/srv/site']", "", built, true, "copy-up"},
		"above what is copied":     {"build: ., volumes: ['vol:/srv']", "", built, true, "copy-up"},
		"below what is copied":     {"build: ., volumes: ['vol:/app/uploads']", "", built, false, ""},
		"unknown below a mount":    {"image: example, volumes: ['vol:/app', /app/node_modules]", "x-kubernetes: {copyUp: false}", source.ImageFacts{}, false, "copy-up-likely"},
		"known below a mount":      {"image: 'node:22', volumes: ['vol:/app', /app/node_modules]", "x-kubernetes: {copyUp: false}", source.ImageFacts{}, false, ""},
		"content but no shell":     {"build: ., volumes: ['vol:/site']", "", distroless, false, "copy-up-missing"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  web: {"+c.service+"}\nvolumes: {vol: {"+c.volume+"}}\n", image("web", c.facts))
			if seeds := len(podOf(t, r, "web").Spec.InitContainers) == 1; seeds != c.seeds {
				t.Errorf("the volume is filled: %v, want %v", seeds, c.seeds)
			}
			var found string
			for _, f := range r.Findings {
				if strings.HasPrefix(f.Code, "copy-up") {
					found = f.Code
				}
			}
			if found != c.code {
				t.Errorf("found %q, want %q", found, c.code)
			}
		})
	}
}

func TestSeedContainer(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: "nginx:1.27", volumes: [{type: volume, source: vol, target: /usr/share/nginx/html, volume: {subpath: web}}]}
  php: {image: example, volumes: ["vol:/var/www"]}
volumes: {vol: {}}
`)
	pod := podOf(t, r, "web")
	c := pod.Spec.InitContainers[0]
	if c.Image != "nginx:1.27" || c.ImagePullPolicy != corev1.PullIfNotPresent || *c.SecurityContext.RunAsUser != 0 {
		t.Errorf("%+v", c)
	}
	m, _ := mountAt(t, pod, "/usr/share/nginx/html")
	if c.VolumeMounts[0].Name != m.Name || c.VolumeMounts[0].SubPath != "web" || c.VolumeMounts[0].MountPath == m.MountPath {
		t.Errorf("the copy goes to %+v, the server reads %+v", c.VolumeMounts[0], m)
	}
	if len(podOf(t, r, "php").Spec.InitContainers) != 0 {
		t.Error("a shell is run in an image of which nothing is known")
	}
}

// TestSeedScript runs the script of the initContainer with the shells that images have.
func TestSeedScript(t *testing.T) {
	r := convertYAML(t, "services:\n  web: {image: nginx, volumes: [\"vol:/usr/share/nginx/html\"]}\nvolumes: {vol: {}}\n")
	command := podOf(t, r, "web").Spec.InitContainers[0].Command
	script := func(content, volume string) string {
		return strings.NewReplacer("/usr/share/nginx/html", content, "/seed", volume, "sleep 30", "sleep 1").Replace(command[2])
	}
	run := func(t *testing.T, content, volume string) {
		t.Helper()
		script := script(content, volume)
		if out, err := exec.Command("sh", "-c", script).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", script, err, out)
		}
	}
	write := func(t *testing.T, dir string, names ...string) string {
		t.Helper()
		for _, name := range names {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o640); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	t.Run("a new volume is filled", func(t *testing.T) {
		content, volume := write(t, t.TempDir(), "index.html", ".hidden", "sub/x"), t.TempDir()
		if err := os.Mkdir(filepath.Join(volume, "lost+found"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(content, 0o750); err != nil {
			t.Fatal(err)
		}
		run(t, content, volume)
		for _, name := range []string{"index.html", ".hidden", "sub/x"} {
			info, err := os.Stat(filepath.Join(volume, name))
			if err != nil || info.Mode().Perm() != 0o640 {
				t.Errorf("%s: %v, %v", name, info, err)
			}
		}
		if info, err := os.Stat(volume); err != nil || info.Mode().Perm() != 0o750 {
			t.Errorf("the directory itself has mode %v", info.Mode())
		}
	})
	t.Run("a volume with data is left alone", func(t *testing.T) {
		content, volume := write(t, t.TempDir(), "index.html"), write(t, t.TempDir(), "mine")
		run(t, content, volume)
		if _, err := os.Stat(filepath.Join(volume, "index.html")); err == nil {
			t.Error("the volume is overwritten")
		}
	})
	t.Run("an image without the directory is no error", func(t *testing.T) {
		run(t, "/does/not/exist", t.TempDir())
	})
	t.Run("a copy that fails is made again", func(t *testing.T) {
		content, volume := write(t, t.TempDir(), "a", "b", "sub/x"), t.TempDir()
		for _, err := range []error{os.Symlink("sub", filepath.Join(content, "link")), os.Link(filepath.Join(content, "a"), filepath.Join(content, "same"))} {
			if err != nil {
				t.Fatal(err)
			}
		}
		failing := strings.Replace(script(content, volume), "cp -af .", "cp -a a same link sub", 1) // b is missing: the disk is full
		if err := exec.Command("sh", "-c", strings.Replace(failing, " && rmdir", " && false && rmdir", 1)).Run(); err == nil {
			t.Error("the container succeeds")
		}
		run(t, content, volume)
		if text, err := os.ReadFile(filepath.Join(volume, "b")); err != nil || string(text) != "b" {
			t.Errorf("half of the files are taken for all: %v", err)
		}
		if link, err := os.Readlink(filepath.Join(volume, "link")); err != nil || link != "sub" {
			t.Errorf("the link leads to %q, %v", link, err)
		}
		one, err1 := os.Stat(filepath.Join(volume, "a"))
		two, err2 := os.Stat(filepath.Join(volume, "same"))
		if err1 != nil || err2 != nil || !os.SameFile(one, two) {
			t.Errorf("two names of one file are two files: %v, %v", err1, err2)
		}
		if marks, err := filepath.Glob(filepath.Join(volume, ".transship-*")); err != nil || len(marks) > 0 {
			t.Errorf("%v is left, %v", marks, err)
		}
	})
	t.Run("another Pod that copies is waited for", func(t *testing.T) {
		content, volume := write(t, t.TempDir(), "index.html"), write(t, t.TempDir(), ".transship-filling/x")
		if err := os.Remove(filepath.Join(volume, ".transship-filling/x")); err != nil {
			t.Fatal(err)
		}
		other := exec.Command("sh", "-c", "for i in 1 2 3 4 5 6 7 8; do head -c 100000 /dev/zero > f$i; sleep 0.3; done; rmdir .transship-filling")
		other.Dir = volume
		if err := other.Start(); err != nil {
			t.Fatal(err)
		}
		run(t, content, volume)
		if _, err := os.Stat(filepath.Join(volume, "f8")); err != nil {
			t.Error("it does not wait for the last file")
		}
		if _, err := os.Stat(filepath.Join(volume, "index.html")); err == nil {
			t.Error("it copies what the other Pod has copied")
		}
		if err := other.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// TestWritableCopyScript runs the script over what the kubelet makes of a ConfigMap: links to a directory whose name
// changes with the content.
func TestWritableCopyScript(t *testing.T) {
	r := convertYAML(t, "services:\n  web: {image: example, volumes: [{type: bind, source: ./d, target: /d, x-kubernetes: {writable: true}}]}\n",
		files(map[string]*source.File{"d": directory("a", text("x"))}))
	from, to := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(from, "..2026/sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"..2026/a", "..2026/.b", "..2026/sub/c"} {
		if err := os.WriteFile(filepath.Join(from, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"..data": "..2026", "a": "..data/a", ".b": "..data/.b", "sub": "..data/sub"} {
		if err := os.Symlink(target, filepath.Join(from, link)); err != nil {
			t.Fatal(err)
		}
	}
	script := strings.NewReplacer("/from", from, "/to", to).Replace(podOf(t, r, "web").Spec.InitContainers[0].Command[2])
	if out, err := exec.Command("sh", "-c", script).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	entries, err := filepath.Glob(filepath.Join(to, "*"))
	if err != nil || len(entries) != 3 { // a, .b and sub
		t.Errorf("the copy has %v, %v", entries, err)
	}
	if info, err := os.Lstat(filepath.Join(to, "a")); err != nil || !info.Mode().IsRegular() || info.Mode().Perm() != 0o755 {
		t.Errorf("a is %v, %v", info, err)
	}
}
