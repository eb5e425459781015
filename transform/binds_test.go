package transform

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
)

// bindResult converts a service with one mount and returns what is mounted at /target (or below), and the codes found
// about the mount.
func bindResult(t *testing.T, service, mount string, change ...func(*Input)) (Result, corev1.PodTemplateSpec, []string) {
	t.Helper()
	r := convertYAML(t, "services:\n  web:\n    image: example\n    "+service+"\n    volumes:\n    - "+mount+"\n", change...)
	var found []string
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Path.String(), "services.web.volumes") {
			found = append(found, f.Severity.String()+" "+f.Code)
		}
	}
	return r, podOf(t, r, "web"), found
}

// bindCases are the rows of the decision table, and what is to be said about each.
var bindCases = []struct{ name, service, mount, want, codes string }{
	{"file", "", "./nginx.conf:/target:ro", "configmap", ""},
	{"file that was writable", "", "./nginx.conf:/target", "configmap", "info bind-config"},
	{"key material", "", "./tls.key:/target:ro", "secret", "info secret-in-output"},
	{"dotenv", "", "./.env:/target:ro", "secret", "info secret-in-output"},
	{"file that programs write", "", "./acme.json:/target", "", "warning bind-data-file"},
	{"the same, read-only", "", "./acme.json:/target:ro", "configmap", ""},
	{"a database by what is in it", "", "./store:/target", "", "warning bind-data-file"},
	{"large file", "", "./big.bin:/target:ro", "", "warning bind-too-large"},
	{"large directory", "", "./huge:/target:ro", "", "warning bind-too-large"},
	{"large directory of data", "", "./data:/target", "claim", "warning bind-data"},
	{"directory", "", "./conf.d:/target:ro", "configmap", ""},
	{"directory with a key", "", "./certs:/target:ro", "secret", "info secret-in-output"},
	{"empty directory", "", "./empty:/target", "claim", "info bind-volume"},
	{"empty directory that git keeps", "", "./kept:/target", "claim", "info bind-volume"},
	{"missing directory", "", "./newdir:/target", "claim", "info bind-volume"},
	{"data by name", "", "./uploads:/target", "claim", "warning bind-data"},
	{"data by name, at a place for configuration", "", "./uploads:/etc/app", "configmap", "warning bind-read-only"},
	{"data by its files, at a place for configuration", "", "./sub/db:/etc/other", "claim", "warning bind-data"},
	{"data that no object holds, at a place for configuration", "", "./data:/etc/other", "claim", "warning bind-data"},
	{"configuration in a directory called data", "", "./backup:/app/etc", "configmap", "warning bind-read-only"},
	{"cookie", "", "./.erlang.cookie:/target:ro", "secret", "info secret-in-output"},
	{"data by name, read-only", "", "./uploads:/target:ro", "configmap", ""},
	{"data by its files", "", "./sub/db:/target", "claim", "warning bind-data"},
	{"scripts in a directory called db", "", "./initdb:/docker-entrypoint-initdb.d", "configmap", "info bind-config"},
	{"configuration where the program writes, as the image says", "", "./conf.d:/etc/app/own", "configmap", "warning bind-read-only"},
	{"missing file", "", "./lost.conf:/target/lost.conf", "", "warning bind-missing-file"},
	{"missing file at a path without extension", "", "./lost.conf:/target:ro", "", "warning bind-missing-file"},
	{"missing directory with an extension", "", "./lost.conf:/target", "claim", "info bind-volume"},
	{"missing directory with a dot", "", "./packs.dev:/opt/packs.dev", "claim", "info bind-volume"},
	{"missing directory of a domain", "", "./sites/example.com:/sites/example.com", "claim", "info bind-volume"},
	{"missing directory of the project that everybody only reads", "", "./sites/example.com:/sites/example.com:ro", "claim", "info bind-volume"},
	{"missing directory that begins with a dot", "", "./.vite-cache:/app/.vite-cache", "claim", "info bind-volume"},
	{"missing file that begins with a dot", "", "./.env.local:/app/.env.local", "", "warning bind-missing-file"},
	{"missing licence", "", "./product.lic:/srv/product.lic", "", "warning bind-missing-file"},
	{"missing Caddyfile", "", "./Caddyfile:/etc/caddy/Caddyfile", "", "warning bind-missing-file"},
	{"missing source that must exist", "", "{type: bind, source: ./newdir, target: /target, bind: {create_host_path: false}}", "", "error missing-file"},
	{"source code in the image", "build: ./app", "./app:/target", "", "warning dev-source"},
	{"whole project", "build: .", ".:/target", "", "warning dev-source"},
	{"source code that is copied elsewhere", "build: ./app", "./app:/elsewhere:ro", "configmap", ""},
	{"source code and no build", "", "./app:/target:ro", "configmap", ""},
	{"FIFO", "", "./pipe:/target", "", "warning bind-unread"},
	{"unreadable", "", "./locked:/target", "", "warning bind-unread"},
	{"never looked at", "", "./unknown:/target", "", "warning bind-unread"},
	{"link out of the project", "", "./out:/target", "", "warning bind-outside-project"},
	{"outside", "", "/srv/media:/target", "", "warning bind-outside-project"},
	{"docker socket", "", "/var/run/docker.sock:/var/run/docker.sock:ro", "", "warning docker-socket"},
	{"podman socket", "", "/run/podman/podman.sock:/target", "", "warning docker-socket"},
	{"system path", "", "/proc:/target:ro", "", "warning hostpath"},
	{"sockets of X11", "", "/tmp/.X11-unix:/target:ro", "", "warning hostpath"},
	{"socket of an agent", "", "/tmp/ssh-XXYaZ/agent.12:/target", "", "warning hostpath"},
	{"sockets of WSL", "", "/mnt/wslg:/target", "", "warning hostpath"},
	{"sockets of D-Bus", "", "/var/run/dbus:/target", "", "warning hostpath"},
	{"below a system path", "", "/var/lib/docker/containers:/target:ro", "", "warning hostpath"},
	{"root", "", "/:/target:ro", "", "warning hostpath"},
	{"time zone", "", "/etc/localtime:/etc/localtime:ro", "", "warning timezone-file"},
	{"time zone with TZ", "environment: {TZ: Europe/Paris}", "/etc/timezone:/etc/timezone:ro", "", "info timezone-variable"},
	{"as pvc", "", "{type: bind, source: /srv/media, target: /target, x-kubernetes: {as: pvc}}", "claim", ""},
	{"as emptydir", "", "{type: bind, source: ./conf.d, target: /target, x-kubernetes: {as: emptydir}}", "emptydir", ""},
	{"as secret", "", "{type: bind, source: ./nginx.conf, target: /target, read_only: true, x-kubernetes: {as: secret}}", "secret", "info secret-in-output"},
	{"as configmap", "", "{type: bind, source: ./uploads, target: /target, x-kubernetes: {as: configmap}}", "configmap", ""},
	{"as hostpath", "", "{type: bind, source: /srv/media, target: /target, x-kubernetes: {as: hostpath}}", "hostpath", "info hostpath-chosen"},
	{"file as pvc", "", "{type: bind, source: ./nginx.conf, target: /target, read_only: true, x-kubernetes: {as: pvc}}", "configmap", "warning mount-as"},
	{"file as emptydir", "", "{type: bind, source: ./nginx.conf, target: /target, read_only: true, x-kubernetes: {as: emptydir}}", "configmap", "warning mount-as"},
	{"large file as pvc", "", "{type: bind, source: ./big.bin, target: /target, x-kubernetes: {as: pvc}}", "", "warning mount-as, warning bind-too-large"},
	{"unreadable as pvc", "", "{type: bind, source: ./locked, target: /target, x-kubernetes: {as: pvc}}", "claim", ""},
	{"skip", "", "{type: bind, source: ./conf.d, target: /target, x-kubernetes: {as: skip}}", "", "info mount-skipped"},
}

// TestBindTable goes through the decision table: what a mount becomes, and what is said about it.
func TestBindTable(t *testing.T) {
	big := &source.File{Kind: source.Regular, Data: make([]byte, 1<<20+1), Size: 1<<20 + 1}
	many := &source.File{Kind: source.TooLarge, IsDir: true, Problem: "has more than 2000 files"}
	tree := map[string]*source.File{
		"nginx.conf": text("server {}\n"), "tls.key": text("k"), ".env": text("A=b\n"), "acme.json": text("{}"), "app.db": text("x"), "app.log": text("x"), "store": text("SQLite format 3\x00"), "withdb": directory("main.py", text("x"), "app.db", text("x")),
		"big.bin": big, "huge": many, "data": many,
		"conf.d": directory("a.conf", text("a")), "certs": directory("ca.crt", text("c"), "server.key", text("k")),
		"empty": directory(), "kept": directory(".gitkeep", text("")), "uploads": directory("cat.jpg", text("x")), "sub/db": directory("x.sqlite3", text("x")), "initdb": directory("1.sql", text("x")), "backup": directory("config.json", text("{}")), ".erlang.cookie": text("x"),
		"lost.conf": missing(), "Caddyfile": missing(), "newdir": missing(), "packs.dev": missing(), "sites/example.com": missing(), ".vite-cache": missing(), ".env.local": missing(), "product.lic": missing(), "app": directory("main.py", text("x")), "pipe": {Kind: source.Special, Problem: "it is a FIFO"},
		".": directory("main.py", text("x")), "locked": {Kind: source.Unreadable, Problem: "permission denied"}, "out": {Kind: source.Outside, Problem: "it is a symbolic link that leads out"},
	}
	for _, c := range bindCases {
		t.Run(c.name, func(t *testing.T) {
			_, pod, codes := bindResult(t, c.service, c.mount, files(tree), func(in *Input) {
				copied := source.ImagePath{CopiedFrom: []string{"/project/app", "/project"}}
				in.Images["web"] = source.ImageFacts{Paths: map[string]source.ImagePath{"/target": copied}, Volumes: []string{"/etc/app/own"}}
			})
			if got := volumeKind(pod); got != c.want {
				t.Errorf("becomes %q, want %q", got, c.want)
			}
			codes = slices.DeleteFunc(codes, func(code string) bool { return code == "info volume-owner" || code == "info volume-size-default" })
			if got := strings.Join(codes, ", "); got != c.codes {
				t.Errorf("found %q, want %q", got, c.codes)
			}
		})
	}
}

// volumeKind names what the only volume of a Pod is; "" without one.
func volumeKind(pod corev1.PodTemplateSpec) string {
	if len(pod.Spec.Volumes) != len(pod.Spec.Containers[0].VolumeMounts) {
		return "volumes without mounts"
	}
	kind := ""
	for _, v := range pod.Spec.Volumes {
		switch {
		case v.ConfigMap != nil:
			kind += "configmap"
		case v.Secret != nil:
			kind += "secret"
		case v.PersistentVolumeClaim != nil:
			kind += "claim"
		case v.EmptyDir != nil:
			kind += "emptydir"
		case v.HostPath != nil:
			kind += "hostpath"
		default:
			kind += "?"
		}
	}
	return kind
}

func TestAllowedHostPath(t *testing.T) {
	allow := func(in *Input) { in.Options.Allow = []string{"hostpath"} }
	for name, c := range map[string]struct {
		mount string
		kind  corev1.HostPathType
	}{
		"system directory":      {"/sys:/target:ro", corev1.HostPathDirectory},
		"file of the system":    {"/etc/localtime:/target:ro", corev1.HostPathFile},
		"below a system path":   {"/etc/something:/target:ro", corev1.HostPathUnset},
		"socket":                {"/run/avahi-daemon/socket.sock:/target", corev1.HostPathSocket},
		"outside":               {"/srv/media:/target", corev1.HostPathDirectoryOrCreate},
		"outside, not created":  {"{type: bind, source: /srv/media, target: /target, bind: {create_host_path: false}}", corev1.HostPathDirectory},
		"device of the machine": {"/dev/kmsg:/target", corev1.HostPathCharDev},
	} {
		t.Run(name, func(t *testing.T) {
			r, pod, _ := bindResult(t, "", c.mount, allow)
			_, v := mountAt(t, pod, "/target")
			if v.HostPath == nil || *v.HostPath.Type != c.kind {
				t.Errorf("%+v, want a hostPath of type %q", v.VolumeSource, c.kind)
			}
			finding(t, r, "hostpath-allowed")
		})
	}
	_, pod, _ := bindResult(t, "", "/var/run/docker.sock:/target", allow)
	if len(pod.Spec.Volumes) != 0 {
		t.Error("--allow=hostpath mounts a Docker socket, which nodes do not have")
	}
}

func TestHostPathMountOptions(t *testing.T) {
	allow := func(in *Input) { in.Options.Allow = []string{"hostpath"} }
	mount := func(service, bind string) (corev1.VolumeMount, []string) {
		_, pod, codes := bindResult(t, service, "{type: bind, source: /srv/x, target: /target, "+bind+"}", allow)
		m, _ := mountAt(t, pod, "/target")
		return m, codes
	}
	if m, _ := mount("", "bind: {propagation: rslave}"); m.MountPropagation == nil || *m.MountPropagation != corev1.MountPropagationHostToContainer {
		t.Errorf("rslave: %v", m.MountPropagation)
	}
	if m, codes := mount("", "bind: {propagation: rshared}"); m.MountPropagation != nil || !slices.Contains(codes, "warning bind-propagation") {
		t.Errorf("rshared without privileged, which the API server refuses: %v %v", m.MountPropagation, codes)
	}
	if m, _ := mount("privileged: true", "bind: {propagation: rshared}"); m.MountPropagation == nil || *m.MountPropagation != corev1.MountPropagationBidirectional {
		t.Errorf("rshared: %v", m.MountPropagation)
	}
	for bind, want := range map[string]corev1.RecursiveReadOnlyMode{
		"read_only: true": corev1.RecursiveReadOnlyIfPossible,
		"read_only: true, bind: {recursive: readonly}":   corev1.RecursiveReadOnlyEnabled,
		"read_only: true, bind: {recursive: writable}":   corev1.RecursiveReadOnlyDisabled,
		"read_only: true, bind: {propagation: rprivate}": corev1.RecursiveReadOnlyIfPossible,
	} {
		if m, _ := mount("", bind); m.RecursiveReadOnly == nil || *m.RecursiveReadOnly != want {
			t.Errorf("%s: %v, want %s", bind, m.RecursiveReadOnly, want)
		}
	}
	if m, _ := mount("", "bind: {recursive: readonly}"); m.RecursiveReadOnly != nil {
		t.Error("recursiveReadOnly on a writable mount, which the API server refuses")
	}
}

func TestTrap20WritableCopy(t *testing.T) {
	tree := files(map[string]*source.File{"conf.d": directory("default.conf", text("x"), "run.sh", executable("x")), "app.ini": text("y")})
	r := convertYAML(t, `
services:
  web:
    image: example
    user: "101:102"
    volumes:
    - {type: bind, source: ./conf.d, target: /etc/nginx/conf.d, x-kubernetes: {writable: true}}
    - {type: bind, source: ./app.ini, target: /etc/app.ini, x-kubernetes: {writable: true}}
`, tree)
	pod := podOf(t, r, "web")
	for _, target := range []string{"/etc/nginx/conf.d", "/etc/app.ini"} {
		m, v := mountAt(t, pod, target)
		if v.EmptyDir == nil || m.ReadOnly {
			t.Errorf("%s is %+v, want something that can be written to", target, v.VolumeSource)
		}
	}
	if m, _ := mountAt(t, pod, "/etc/app.ini"); m.SubPath != "app.ini" {
		t.Errorf("the file is mounted with subPath %q", m.SubPath)
	}
	if len(pod.Spec.InitContainers) != 2 {
		t.Fatalf("%d initContainers copy, want 2", len(pod.Spec.InitContainers))
	}
	c := pod.Spec.InitContainers[0]
	if c.VolumeMounts[0].MountPath != "/from" || c.VolumeMounts[1].MountPath != "/to" || c.Command[2] != "cp -RL /from/..data/. /to/" {
		t.Errorf("the copy is %v with %+v", c.Command, c.VolumeMounts)
	}
	if *c.SecurityContext.RunAsUser != 101 || *c.SecurityContext.RunAsGroup != 102 {
		t.Errorf("the copy belongs to %+v, not to who changes it", c.SecurityContext)
	}
	if len(pod.Annotations) != 2 {
		t.Errorf("a change of the files does not roll the Pods: %v", pod.Annotations)
	}
	for _, code := range codes(r) {
		if strings.Contains(code, "bind-read-only") {
			t.Error(code)
		}
	}
}

func TestBindsOfOnePathAreOneVolume(t *testing.T) {
	r := convertYAML(t, `
services:
  a: {image: example, volumes: ["./data:/data"]}
  b: {image: example, volumes: ["./data/reports:/reports:ro"]}
`, files(map[string]*source.File{"data": directory("x.bin", text("x")), "data/reports": directory("x.txt", text("x"))}))
	_, a := mountAt(t, podOf(t, r, "a"), "/data")
	m, b := mountAt(t, podOf(t, r, "b"), "/reports")
	if b.PersistentVolumeClaim == nil || b.PersistentVolumeClaim.ClaimName != a.PersistentVolumeClaim.ClaimName || m.SubPath != "reports" || !m.ReadOnly {
		t.Errorf("b does not see what a writes: %+v of %+v", m, b.VolumeSource)
	}
	if !affinityTo(podOf(t, r, "a"), a.PersistentVolumeClaim.ClaimName) {
		t.Error("the two may run on different nodes")
	}
}

// TestFileOfADirectoryThatBecomesAVolume mounts a file alone that lies in such a directory: a sub-path of the new volume would
// be a directory.
func TestFileOfADirectoryThatBecomesAVolume(t *testing.T) {
	r := convertYAML(t, `
services:
  a: {image: example, volumes: ["./data:/data", "./data/app.ini:/etc/app.ini:ro", "./data/app.key:/etc/app.key"]}
  b: {image: example, volumes: [{type: bind, source: ./data/app.ini, target: /app.ini, x-kubernetes: {writable: true}}]}
`, files(map[string]*source.File{
		"data": directory("app.ini", text("x"), "app.key", text("k"), "x.db", text("x")), "data/app.ini": text("x"), "data/app.key": text("k"),
	}))
	if m, v := mountAt(t, podOf(t, r, "a"), "/etc/app.ini"); v.ConfigMap == nil || m.SubPath != "app.ini" {
		t.Errorf("/etc/app.ini is %+v of %+v", m, v.VolumeSource)
	}
	if m, v := mountAt(t, podOf(t, r, "a"), "/etc/app.key"); v.Secret == nil || m.SubPath != "app.key" {
		t.Errorf("/etc/app.key is %+v of %+v", m, v.VolumeSource)
	}
	if m, v := mountAt(t, podOf(t, r, "b"), "/app.ini"); v.EmptyDir == nil || m.SubPath != "app.ini" || m.ReadOnly {
		t.Errorf("/app.ini is %+v of %+v", m, v.VolumeSource)
	}
	var copies []string
	for _, f := range r.Findings {
		if f.Code == "bind-file-copy" {
			copies = append(copies, f.Path.String())
		}
	}
	if want := []string{"services.a.volumes[1]", "services.a.volumes[2]", "services.b.volumes[0]"}; !slices.Equal(copies, want) {
		t.Errorf("reported at %v", copies)
	}
}

func TestBindThroughVolumeOptions(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: example, volumes: ["conf:/etc/app:ro"]}
volumes:
  conf: {driver: local, driver_opts: {type: none, o: bind, device: ./conf.d}}
`, files(map[string]*source.File{"conf.d": directory("a.conf", text("a"))}))
	if _, v := mountAt(t, podOf(t, r, "web"), "/etc/app"); v.ConfigMap == nil {
		t.Errorf("the directory behind the volume becomes %+v", v.VolumeSource)
	}
	if has[*corev1.PersistentVolumeClaim](r, "conf") {
		t.Error("an empty claim is emitted for the directory")
	}
}

// Scripts that a database reads once, when it is made, cannot come later into a volume: they are carried although the directory above them becomes one.
func TestScriptsOfInitdbInAVolume(t *testing.T) {
	files := func(in *Input) {
		in.Files["/project/work"] = directory("rows.sqlite3", text("x"))
		in.Files["/project/work/initdb"] = directory("1.sql", text("CREATE TABLE a (b int);"))
	}
	r := convertYAML(t, `
services:
  tools: {image: acme/tools, restart: always, volumes: ["./work:/srv/all"]}
  db: {image: "postgres:17", restart: always, environment: {POSTGRES_HOST_AUTH_METHOD: trust}, volumes: ["./work/initdb:/docker-entrypoint-initdb.d", "data:/var/lib/postgresql/data"]}
volumes: {data: {}}
`, files)
	if _, v := mountAt(t, podOf(t, r, "db"), "/docker-entrypoint-initdb.d"); v.ConfigMap == nil {
		t.Errorf("the scripts are in %+v", v.VolumeSource)
	}
}

// TestCopyOfData tells of a copy that the program may change where what it writes must stay.
func TestCopyOfData(t *testing.T) {
	in := files(map[string]*source.File{
		"app.db": text("x"), "app.log": text("x"), "a.txt": text("x"), "store": text("SQLite format 3\x00"), "withdb": directory("main.py", text("x"), "sub/app.db", text("x")),
	})
	for mount, told := range map[string]bool{
		"source: ./app.db, target: /app.db, x-kubernetes: {writable: true}":                true,
		"source: ./app.db, target: /app.db, x-kubernetes: {as: configmap, writable: true}": true,
		"source: ./store, target: /store, x-kubernetes: {writable: true}":                  true,
		"source: ./withdb, target: /code, x-kubernetes: {writable: true}":                  true,
		"source: ./app.log, target: /app.log, x-kubernetes: {writable: true}":              false,
		"source: ./a.txt, target: /a.txt, x-kubernetes: {writable: true}":                  false,
	} {
		r, pod, codes := bindResult(t, "", "{type: bind, "+mount+"}", in)
		if got := slices.Contains(codes, "warning bind-data-file"); got != told {
			t.Errorf("%s: told of the loss: %v, want %v: %v", mount, got, told, r.Findings)
		}
		if len(pod.Spec.InitContainers) != 1 {
			t.Errorf("%s: no copy is made", mount)
		}
	}
}
