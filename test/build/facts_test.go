package build_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// node is something in the file system of an image: "d/", "file", "link -> target", "hard => target".
type node struct {
	name     string
	content  string
	mode     int64
	uid, gid int
}

// tarOf writes nodes as a layer, in their order.
func tarOf(t *testing.T, nodes ...node) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, n := range nodes {
		h := &tar.Header{Name: n.name, Mode: n.mode, Uid: n.uid, Gid: n.gid, Size: int64(len(n.content)), Typeflag: tar.TypeReg, ModTime: time.Unix(1e9, 0)}
		switch name, target, isLink := strings.Cut(n.name, " -> "); {
		case isLink:
			h.Name, h.Linkname, h.Typeflag = name, target, tar.TypeSymlink
		case strings.Contains(n.name, " => "):
			h.Name, h.Linkname, _ = strings.Cut(n.name, " => ")
			h.Typeflag = tar.TypeLink
		case strings.HasSuffix(n.name, "/"):
			h.Typeflag = tar.TypeDir
		}
		if h.Mode == 0 {
			h.Mode = 0o644
			if h.Typeflag == tar.TypeDir {
				h.Mode = 0o755
			}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(n.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// archiveOf makes what `docker load` takes, of layers whose marks no Dockerfile can write.
func archiveOf(t *testing.T, name, config string, layers ...[]byte) []byte {
	t.Helper()
	sum := func(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
	var diffs, names []string
	var nodes []node
	for i, layer := range layers {
		diffs = append(diffs, `"sha256:`+sum(layer)+`"`)
		names = append(names, fmt.Sprintf(`"%d/layer.tar"`, i))
		nodes = append(nodes, node{name: fmt.Sprintf("%d/layer.tar", i), content: string(layer)})
	}
	text := fmt.Sprintf(`{"architecture":"amd64","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":[%s]}}`, config, strings.Join(diffs, ","))
	file := sum([]byte(text)) + ".json"
	manifest := fmt.Sprintf(`[{"Config":%q,"RepoTags":[%q],"Layers":[%s]}]`, file, name, strings.Join(names, ","))
	return tarOf(t, append(nodes, node{name: file, content: text}, node{name: "manifest.json", content: manifest})...)
}

// system is what the images of these tests have in common.
func system(t *testing.T) []node {
	t.Helper()
	path, err := exec.LookPath("busybox")
	if err != nil {
		t.Fatal(err)
	}
	busybox, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return []node{
		{name: "bin/"},
		{name: "bin/busybox", content: string(busybox), mode: 0o755},
		{name: "bin/sh -> busybox"},
		{name: "etc/"},
		{name: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\napp:x:1000:2000::/srv:/bin/sh\nwww-data:x:33:33::/:/bin/sh\nlone:x:77:78::/:/bin/sh\n"},
		{name: "etc/group", content: "root:x:0:\nstaff:x:2000:\nwww-data:x:33:app\naudio:x:29:app,lone\n"},
		{name: "data/", mode: 0o750, uid: 1000, gid: 2000},
		{name: "data/file", content: "x", uid: 1000, gid: 2000},
		{name: "data/deep/", uid: 1000},
		{name: "data/deep/er/", mode: 0o700, uid: 5},
		{name: "empty/", mode: 0o700, uid: 33, gid: 33},
		{name: "sticky/", mode: 0o1777},
		{name: "setgid/", mode: 0o2775, gid: 29},
		{name: "single", content: "alone", mode: 0o640, uid: 7, gid: 8},
		{name: "absolute -> /data"},
		{name: "relative -> empty"},
		{name: "chain -> absolute/deep"},
		{name: "up/"},
		{name: "up/over -> ../../data/deep"},
		{name: "dangling -> /nowhere"},
		{name: "loop -> loop"},
		{name: "run/"},
		{name: "run/app/", uid: 33},
		{name: "run/app/pid", content: "1"},
		{name: "var/"},
		{name: "var/run -> /run"},
		{name: "one/"},
		{name: "one/two/", mode: 0o711},
		{name: "one/two/three", content: "x"},
		{name: "twin => single", mode: 0o640, uid: 7, gid: 8}, // a hard link has what its file has
	}
}

// asked are the paths at which the services of the test mount something.
var asked = []string{
	"/absolute", "/chain", "/dangling", "/data", "/data/deep", "/data/deep/er", "/data/file", "/data/missing", "/empty", "/loop", "/one/two", "/one/two/three",
	"/relative", "/relative/x", "/run/app", "/setgid", "/single", "/single/below", "/sticky", "/twin", "/up/over", "/var/run/app", "/one", "/new",
}

// dockerfiles are the images that are built, by name. Each stands on the system above.
var dockerfiles = map[string]string{
	"ports":       "EXPOSE 80 443/tcp 53/udp 5000-5002 7000/TCP\nCMD [\"/bin/busybox\", \"sleep\", \"9\"]",
	"user-name":   "USER app",
	"user-pair":   "USER app:audio",
	"user-number": "USER 1234",
	"user-known":  "USER 33",
	"user-mixed":  "USER 1234:staff",
	"user-twice":  "USER 5:6\nUSER lone",
	"user-ghost":  "USER ghost",
	"volumes":     "VOLUME /data\nVOLUME [\"/empty\", \"/var/cache/x\"]\nWORKDIR /srv/app\nWORKDIR below\nSTOPSIGNAL SIGQUIT",
	"exec-form":   "ENTRYPOINT [\"/bin/busybox\", \"echo\"]\nCMD [\"a b\", \"$HOME\"]\nENV A=1 B=\"x y\" C=a=b EMPTY=\nENV PATH=/opt/bin:$PATH",
	"shell-form":  "CMD echo one | busybox cat\nENTRYPOINT exec busybox httpd -f",
	"shell-own":   "SHELL [\"/bin/sh\", \"-eu\", \"-c\"]\nCMD echo two",
	"health":      "HEALTHCHECK --interval=7s --timeout=2500ms --start-period=1m --retries=4 CMD test -e /ready || exit 1\nSTOPSIGNAL 15",
	"health-exec": "HEALTHCHECK CMD [\"/bin/busybox\", \"true\"]",
	"health-none": "HEALTHCHECK CMD true\nHEALTHCHECK NONE",
	"changed": "RUN [\"/bin/busybox\", \"rm\", \"-r\", \"/data/deep\", \"/single\", \"/data/file\"]\nRUN [\"/bin/busybox\", \"mkdir\", \"/new\"]\n" +
		"RUN [\"/bin/busybox\", \"chown\", \"9:9\", \"/empty\"]\nRUN [\"/bin/busybox\", \"rm\", \"/relative\"]\nRUN [\"/bin/busybox\", \"mkdir\", \"-p\", \"/relative/x/y\"]",
}

// handmade are images whose layers have marks that only some engines write.
func handmade(t *testing.T, own func([]node) []node) map[string][]byte {
	tarOf := func(t *testing.T, nodes ...node) []byte { return tarOf(t, own(nodes)...) }
	bottom := tarOf(t, system(t)...)
	opaque := tarOf(t, node{name: "data/", uid: 3}, node{name: "data/.wh..wh..opq"}, node{name: "one/"}, node{name: "one/.wh..wh..opq"}, node{name: "one/other", content: "x"})
	white := tarOf(t, node{name: "data/.wh.file"}, node{name: "data/.wh.deep"}, node{name: ".wh.single"}, node{name: "one/two/.wh.three"}, node{name: "empty/", uid: 33, gid: 33}, node{name: "empty/now", content: "x"})
	back := tarOf(t, node{name: "data/"}, node{name: "data/deep/", uid: 12, mode: 0o711})
	replaced := tarOf(t, node{name: ".wh.data"}, node{name: "data -> empty"}, node{name: ".wh.one"}, node{name: "one", content: "a file now"}, node{name: ".wh.single"}, node{name: "single/", mode: 0o500}, node{name: "single/below/"})
	return map[string][]byte{
		"opaque":   archiveOf(t, "facts/opaque:1", `{"Cmd":["/bin/sh"]}`, bottom, opaque),
		"white":    archiveOf(t, "facts/white:1", `{"Cmd":["/bin/sh"],"User":"0:0"}`, bottom, white),
		"back":     archiveOf(t, "facts/back:1", `{"Cmd":["/bin/sh"]}`, bottom, white, back),
		"replaced": archiveOf(t, "facts/replaced:1", `{"Cmd":["/bin/sh"]}`, bottom, opaque, replaced),
		"bare":     archiveOf(t, "facts/bare:1", `{"Entrypoint":["/program"],"User":"65532:65532"}`, tarOf(t, node{name: "program", content: "x", mode: 0o755}, node{name: "data/", uid: 65532})),
	}
}

// ofRoot gives all files to root: an ordinary user has no other numbers.
func ofRoot(nodes []node) []node {
	out := slices.Clone(nodes)
	for i := range out {
		out[i].uid, out[i].gid = 0, 0
	}
	return out
}

func asTheyAre(nodes []node) []node { return nodes }

// images builds and loads all of them by a program, and returns their names.
func (p *project) images(engine func(args ...string) string, own func([]node) []node) []string {
	p.Helper()
	context := filepath.Join(p.dir, "images")
	if err := os.MkdirAll(context, 0o755); err != nil {
		p.Fatal(err)
	}
	put := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(context, name), data, 0o644); err != nil {
			p.Fatal(err)
		}
	}
	put("system.tar", tarOf(p.T, own(system(p.T))...))
	var names []string
	for _, name := range slices.Sorted(maps.Keys(dockerfiles)) {
		steps := dockerfiles[name]
		if p.uid != 0 && strings.Contains(steps, "chown") {
			continue
		}
		put("Dockerfile."+name, []byte("FROM scratch\nADD system.tar /\n"+steps+"\n"))
		engine("build", "-q", "-t", "facts/"+name+":1", "-f", filepath.Join(context, "Dockerfile."+name), context)
		names = append(names, name)
	}
	all := handmade(p.T, own)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		put(name+".tar", all[name])
		engine("load", "-i", filepath.Join(context, name+".tar"))
		names = append(names, name)
	}
	return names
}

// lockOf is what transship.lock has of an image.
type lockOf struct {
	Reference, Platform, ImageID, User, WorkingDir, StopSignal string
	UID, GID                                                   *int64
	Groups                                                     []int64
	Ports, Volumes, Entrypoint, Cmd, ShellForm, SecretEnv      []string
	Env                                                        map[string]string
	Healthcheck                                                *struct {
		Test                           []string
		Interval, Timeout, StartPeriod string
		Retries                        int
	}
	Shell *bool
	Paths map[string]struct {
		Exists, Directory, Content bool
		UID, GID                   *int64
		Mode                       string
	}
	FilesUnknown string
}

// text says in one form what an image has: one line a fact.
func (l lockOf) text() string {
	var b strings.Builder
	number := func(n *int64) string {
		if n == nil {
			return "?"
		}
		return fmt.Sprint(*n)
	}
	fmt.Fprintf(&b, "ports %v\nvolumes %v\nentrypoint %q\ncmd %q\nworkdir %q\nstop %q\nuser %q\nshellform %q\n", l.Ports, l.Volumes, l.Entrypoint, l.Cmd, l.WorkingDir, l.StopSignal, l.User, l.ShellForm)
	for _, name := range slices.Sorted(maps.Keys(l.Env)) {
		fmt.Fprintf(&b, "env %s=%s\n", name, l.Env[name])
	}
	if h := l.Healthcheck; h != nil {
		fmt.Fprintf(&b, "health %q %q %q %q %d\n", h.Test, h.Interval, h.Timeout, h.StartPeriod, h.Retries)
	}
	fmt.Fprintf(&b, "process %s %s %v\nshell %v\n", number(l.UID), number(l.GID), l.Groups, l.Shell != nil && *l.Shell)
	for _, path := range slices.Sorted(maps.Keys(l.Paths)) {
		if p := l.Paths[path]; p.Exists {
			fmt.Fprintf(&b, "path %s directory=%v content=%v %s:%s %s\n", path, p.Directory, p.Content, number(p.UID), number(p.GID), p.Mode)
		}
	}
	return b.String()
}

// locked writes the facts of images with a command of transship, and returns them by name.
func (p *project) locked(names []string, prefix string, args ...string) map[string]lockOf {
	p.Helper()
	var compose strings.Builder
	compose.WriteString("name: facts\nservices:\n")
	for _, name := range names {
		fmt.Fprintf(&compose, "  %s:\n    image: %s%s:1\n    volumes:\n", name, prefix, name)
		for i, path := range asked {
			fmt.Fprintf(&compose, "      - v%d:%s\n", i, path)
		}
	}
	compose.WriteString("volumes:\n")
	for i := range asked {
		fmt.Fprintf(&compose, "  v%d:\n", i)
	}
	p.write("compose.yaml", compose.String())
	p.run(0, append([]string{"lock", "--no-cache"}, args...)...)
	first, err := os.ReadFile(filepath.Join(p.dir, "transship.lock"))
	if err != nil {
		p.Fatal(err)
	}
	p.run(0, append([]string{"lock", "--no-cache"}, args...)...)
	if again, err := os.ReadFile(filepath.Join(p.dir, "transship.lock")); err != nil || !bytes.Equal(first, again) {
		p.Errorf("a second lock has other bytes: %v", err)
	}
	var file struct{ Images []lockOf }
	if err := json.Unmarshal(first, &file); err != nil {
		p.Fatal(err)
	}
	out := map[string]lockOf{}
	for _, image := range file.Images {
		out[strings.TrimSuffix(strings.TrimPrefix(image.Reference, prefix), ":1")] = image
	}
	if len(out) != len(names) {
		p.Fatalf("the lock has %d images of %d", len(out), len(names))
	}
	return out
}

// script looks into a container: who runs, and what is at each path.
func script() string {
	return `b=/.look/busybox
$b test -e /bin/sh && echo shell true || echo shell false
for p in ` + strings.Join(asked, " ") + `; do
	f=$($b stat -L -c "%F|%u:%g|%a" $p 2>> /.look/err) || continue
	echo "path $p $f $($b ls -A $p 2>> /.look/err | $b head -1)"
done`
}

// seen turns the words of the script into those of [lockOf.text].
func seen(said string) string {
	var b strings.Builder
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		words := strings.SplitN(line, " ", 3)
		if words[0] != "path" {
			b.WriteString(line + "\n")
			continue
		}
		facts := strings.Split(words[2], "|")
		mode, first, _ := strings.Cut(facts[2], " ")
		isDirectory := facts[0] == "directory"
		fmt.Fprintf(&b, "path %s directory=%v content=%v %s %04s\n", words[1], isDirectory, isDirectory && first != "", facts[1], mode)
	}
	return b.String()
}

// compare reports lines that one side has and the other has not.
func (p *project) compare(image string, got, want string) {
	p.Helper()
	have, expect := strings.Split(got, "\n"), strings.Split(want, "\n")
	for _, line := range have {
		if !slices.Contains(expect, line) {
			p.Errorf("%s: the lock says %q, the engine does not", image, line)
		}
	}
	for _, line := range expect {
		if !slices.Contains(have, line) {
			p.Errorf("%s: the engine says %q, the lock does not", image, line)
		}
	}
}

// inspected is what the engines print of the configuration of an image.
type inspected struct {
	Config struct {
		ExposedPorts, Volumes        map[string]struct{}
		User, WorkingDir, StopSignal string
		Env, Entrypoint, Cmd, Shell  []string
		Healthcheck                  *health
	}
	HealthCheck *health // Podman has it here
}

type health struct {
	Test                           []string
	Interval, Timeout, StartPeriod time.Duration
	Retries                        int
}

// lock returns the configuration as the lock would write it.
func (i inspected) lock() lockOf {
	c := i.Config
	out := lockOf{User: c.User, WorkingDir: c.WorkingDir, StopSignal: c.StopSignal, Entrypoint: c.Entrypoint, Cmd: c.Cmd, ShellForm: c.Shell, Env: map[string]string{}}
	out.Volumes = slices.Sorted(maps.Keys(c.Volumes))
	for port := range c.ExposedPorts {
		port = strings.ToLower(port)
		if port == "5000-5002/tcp" { // Podman keeps it as it was written
			out.Ports = append(out.Ports, "5000/tcp", "5001/tcp", "5002/tcp")
			continue
		}
		out.Ports = append(out.Ports, port)
	}
	slices.Sort(out.Ports)
	for _, pair := range c.Env {
		name, value, _ := strings.Cut(pair, "=")
		out.Env[name] = value
	}
	h := c.Healthcheck
	if h == nil {
		h = i.HealthCheck
	}
	if h == nil {
		return out
	}
	duration := func(d time.Duration) string {
		if d == 0 {
			return ""
		}
		return d.String()
	}
	text, _ := json.Marshal(map[string]any{"Test": h.Test, "Interval": duration(h.Interval), "Timeout": duration(h.Timeout), "StartPeriod": duration(h.StartPeriod), "Retries": h.Retries})
	_ = json.Unmarshal(text, &out.Healthcheck)
	return out
}

// onlyConfig and withoutConfig part the lines of [lockOf.text].
func parted(text string, config bool) string {
	var out []string
	for line := range strings.Lines(text) {
		word, _, _ := strings.Cut(line, " ")
		if slices.Contains([]string{"path", "process", "shell"}, word) != config {
			out = append(out, strings.TrimSuffix(line, "\n"))
		}
	}
	return strings.Join(out, "\n")
}

// What the lock says is what Docker says, and what a look into a running container shows.
func TestLockAgreesWithDocker(t *testing.T) {
	t.Parallel()
	p := clone(t, "shop")
	p.withDocker()
	names := p.images(p.docker, asTheyAre)
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Fatal(err)
	}
	look := func(user, name string, words ...string) (string, error) {
		args := []string{"run", "--rm", "--network", "none", "-v", busybox + ":/.look/busybox:ro", "--workdir", "/", "--entrypoint", "/.look/busybox"}
		if user != "" {
			args = append(args, "--user", user)
		}
		command := exec.Command("/usr/bin/docker", append(append(args, "facts/"+name+":1"), words...)...)
		command.Env = append(os.Environ(), p.env...)
		out, err := command.Output()
		return string(out), err
	}
	facts := p.locked(names, "facts/", "--from", "engine")
	for _, name := range names {
		var list []inspected
		if err := json.Unmarshal([]byte(p.docker("image", "inspect", "facts/"+name+":1")), &list); err != nil {
			t.Fatal(err)
		}
		got := facts[name].text()
		p.compare(name, parted(got, true), parted(list[0].lock().text(), true))
		who, err := look("", name, "sh", "-c", "b=/.look/busybox; echo process $($b id -u) $($b id -g) $($b id -G)")
		process := "process ? ? []"
		if words := strings.Fields(who); err == nil {
			process = fmt.Sprintf("process %s %s %v", words[1], words[2], further(words[3:], words[2]))
		}
		inside, err := look("0", name, "sh", "-c", script())
		if err != nil {
			t.Fatalf("look into %s: %v", name, err)
		}
		p.compare(name, parted(got, false), strings.TrimSuffix(process+"\n"+seen(inside), "\n"))
	}

	// The same images from a registry: the same facts.
	p.network = p.networkOfDocker()
	for _, name := range names {
		p.docker("tag", "facts/"+name+":1", "127.0.0.1:5000/facts/"+name+":1")
		p.docker("push", "-q", "127.0.0.1:5000/facts/"+name+":1")
	}
	for name, pulled := range p.locked(names, "127.0.0.1:5000/facts/", "--from", "registry") {
		if pulled.text() != facts[name].text() {
			t.Errorf("%s from the registry:\n%s\nfrom the engine:\n%s", name, pulled.text(), facts[name].text())
		}
	}

	// A lock of another platform is no lock.
	p.write("compose.override.yaml", "services: {ports: {platform: linux/arm64}}\n")
	p.says(p.run(1, "convert"), "error[lock-platform] services.ports")
}

// shell runs a script as a user who sees the files of her containers, and returns what it writes to standard output.
func (p *project) shell(uid uint32, file string) string {
	p.Helper()
	words := []string{"sh", file}
	if uid != 0 {
		words = []string{"podman", "unshare", "sh", file}
	}
	command := exec.Command(words[0], words[1:]...)
	command.Dir, command.Env = p.dir, append(os.Environ(), p.env...)
	p.as(command)
	var complaints strings.Builder
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		p.Fatalf("%v\n%s%s", err, out, complaints.String())
	}
	return string(out)
}

// further are the groups besides the first, sorted as the lock has them.
func further(groups []string, first string) []string {
	out := slices.DeleteFunc(slices.Clone(groups), func(g string) bool { return g == first })
	slices.SortFunc(out, func(a, b string) int { return len(a) - len(b) })
	return out
}

// What the lock says is what Podman says, of root and of an ordinary user, and what is in the containers that it makes.
func TestLockAgreesWithPodman(t *testing.T) {
	for name, uid := range map[string]uint32{"root": 0, "user": nobody} {
		t.Run(name, func(t *testing.T) { agreesWithPodman(t, uid) })
	}
}

func agreesWithPodman(t *testing.T, uid uint32) {
	t.Parallel()
	p := clone(t, "shop")
	p.withPodman(uid)
	own := func() {
		if uid == 0 {
			return
		}
		if out, err := exec.Command("chown", "-R", fmt.Sprintf("%d:%d", nobody, nobody), p.dir).CombinedOutput(); err != nil {
			t.Fatalf("chown: %v\n%s", err, out)
		}
	}
	engine := func(args ...string) string {
		own()
		if args[0] == "build" {
			args = append([]string{"build", "--format", "docker"}, args[1:]...)
		}
		return p.podman(args...)
	}
	files := asTheyAre
	if uid != 0 {
		files = ofRoot
	}
	names := p.images(engine, files)
	facts := p.locked(names, "facts/", "--from", "engine")
	for _, name := range names {
		var list []inspected
		if err := json.Unmarshal([]byte(p.podman("image", "inspect", "facts/"+name+":1")), &list); err != nil {
			t.Fatal(err)
		}
		got := facts[name].text()
		p.compare(name, parted(got, true), parted(list[0].lock().text(), true))
		p.write("look.sh", "set -e\nc=$(podman create facts/"+name+":1 x)\nm=$(podman mount $c)\nmkdir -p $m/.look\ncp $(command -v busybox) $m/.look/busybox\n"+
			"chroot $m /.look/busybox sh -c '"+script()+"'\npodman rm $c > /dev/null\n")
		own()
		file := filepath.Join(p.dir, "look.sh")
		inside := seen(p.shell(uid, file))
		got = strings.Join(slices.DeleteFunc(strings.Split(parted(got, false), "\n"), func(line string) bool { return strings.HasPrefix(line, "process") }), "\n")
		p.compare(name, got, strings.TrimSuffix(inside, "\n"))
	}
}
