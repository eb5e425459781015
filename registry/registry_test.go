package registry

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/transship/transship/lockfile"
)

// file is an entry of a layer: "etc/", "bin/sh", "bin -> usr/bin", "d/.wh.x".
type file struct {
	name     string
	content  string
	mode     int64 // 0 is 0755 for directories and 0644 for files
	uid, gid int
}

// layerOf makes a layer of files, in this order.
func layerOf(t testing.TB, files ...file) v1.Layer {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Mode: f.mode, Uid: f.uid, Gid: f.gid, Typeflag: tar.TypeReg, Size: int64(len(f.content))}
		name, target, isLink := strings.Cut(f.name, " -> ")
		switch {
		case isLink:
			h.Name, h.Linkname, h.Typeflag = name, target, tar.TypeSymlink
		case strings.HasSuffix(f.name, "/"):
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
		if _, err := io.WriteString(w, f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// imageOf makes an image for linux/amd64 of layers, bottom first.
func imageOf(t testing.TB, config v1.Config, layers ...v1.Layer) v1.Image {
	t.Helper()
	return imageFor(t, v1.Platform{OS: "linux", Architecture: "amd64"}, config, layers...)
}

func imageFor(t testing.TB, p v1.Platform, config v1.Config, layers ...v1.Layer) v1.Image {
	t.Helper()
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant, Config: config})
	if err == nil {
		image, err = mutate.AppendLayers(image, layers...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// server is a registry in memory, behind whatever a test puts before it.
type server struct {
	*httptest.Server
	host string
}

func serve(t testing.TB, before func(http.ResponseWriter, *http.Request) bool) *server {
	t.Helper()
	inner := ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0)))
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before != nil && before(w, r) {
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	s.host = strings.TrimPrefix(s.URL, "http://")
	return s
}

func (s *server) push(t testing.TB, tag string, image v1.Image) string {
	t.Helper()
	reference := s.host + "/" + tag
	ref, err := name.ParseReference(reference)
	if err == nil {
		err = remote.Write(ref, image)
	}
	if err != nil {
		t.Fatal(err)
	}
	return reference
}

// reader reads from registries only, with a cache of its own.
func reader(t testing.TB, change func(*Options)) *Reader {
	t.Helper()
	o := Options{From: FromRegistry, CacheDir: filepath.Join(t.TempDir(), "cache"), Timeout: 2 * time.Minute, ConnectTimeout: 20 * time.Second}
	if change != nil {
		change(&o)
	}
	return New(o)
}

func request(reference string, paths ...string) Request {
	return Request{Need: lockfile.Need{Reference: reference, Paths: paths, Services: []string{"web"}}, Platform: "linux/amd64"}
}

func readOne(t testing.TB, r *Reader, q Request) lockfile.Image {
	t.Helper()
	result := r.Read(context.Background(), []Request{q}, nil)[0]
	if result.Err != nil {
		t.Fatalf("read %s: [%s] %v", q.Reference, result.Err.Code, result.Err.Cause)
	}
	return result.Image
}

func text(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// base is a small distribution.
func base(t testing.TB) v1.Layer {
	return layerOf(t,
		file{name: "usr/bin/"}, file{name: "usr/bin/dash", mode: 0o755, content: "x"}, file{name: "usr/bin/sh -> dash"}, file{name: "bin -> usr/bin"},
		file{name: "etc/"}, file{name: "etc/passwd", content: "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\napp:x:5000:5001::/srv:/bin/sh\n"},
		file{name: "etc/group", content: "root:x:0:\nwww-data:x:33:app\napp:x:5001:\ndocker:x:998:www-data,app\n"},
		file{name: "run/"}, file{name: "var/"}, file{name: "var/run -> /run"},
	)
}

// Every fact of a configuration, and what the layers say, for ten images that were made to differ in it.
func TestFacts(t *testing.T) {
	s := serve(t, nil)
	for _, c := range []struct {
		name   string
		config v1.Config
		layers []v1.Layer
		paths  []string
		users  []string
		groups []string
		want   lockfile.Image
	}{
		{
			name: "everything in the configuration",
			config: v1.Config{
				ExposedPorts: map[string]struct{}{"8080/tcp": {}, "53/udp": {}, "80": {}}, User: "app", Volumes: map[string]struct{}{"/data/": {}},
				Entrypoint: []string{"/entry", "-x"}, Cmd: []string{"serve"}, WorkingDir: "/srv", Env: []string{"A=1", "B=x=y", "EMPTY="},
				Healthcheck: &v1.HealthConfig{Test: []string{"CMD-SHELL", "true"}, Interval: 90 * time.Second, Timeout: time.Second, StartPeriod: time.Minute, Retries: 4},
				StopSignal:  "SIGQUIT", Shell: []string{"/bin/dash", "-c"},
			},
			layers: []v1.Layer{base(t)},
			want: lockfile.Image{
				Ports: []string{"53/udp", "80/tcp", "8080/tcp"}, User: "app", UID: new(int64(5000)), GID: new(int64(5001)), Groups: []int64{33, 998},
				Volumes: []string{"/data"}, Entrypoint: []string{"/entry", "-x"}, Cmd: []string{"serve"}, WorkingDir: "/srv",
				Env:         map[string]string{"A": "1", "B": "x=y", "EMPTY": ""},
				Healthcheck: &lockfile.Healthcheck{Test: []string{"CMD-SHELL", "true"}, Interval: "1m30s", Timeout: "1s", StartPeriod: "1m0s", Retries: 4},
				StopSignal:  "SIGQUIT", ShellForm: []string{"/bin/dash", "-c"}, Shell: new(true), Paths: map[string]lockfile.Path{"/data": {}},
			},
		},
		{
			name: "root without a word, no shell, nothing at all", layers: nil, paths: []string{"/data"},
			want: lockfile.Image{UID: new(int64(0)), GID: new(int64(0)), Shell: new(false), Paths: map[string]lockfile.Path{"/data": {}}},
		},
		{
			name: "a number that passwd knows", config: v1.Config{User: "5000"}, layers: []v1.Layer{base(t)},
			want: lockfile.Image{User: "5000", UID: new(int64(5000)), GID: new(int64(5001)), Groups: []int64{33, 998}, Shell: new(true)},
		},
		{
			name: "a number that passwd does not know, and a group by name", config: v1.Config{User: "7:docker"}, layers: []v1.Layer{base(t)},
			want: lockfile.Image{User: "7:docker", UID: new(int64(7)), GID: new(int64(998)), Shell: new(true)},
		},
		{
			name: "a name that the image does not have", config: v1.Config{User: "ghost"}, layers: []v1.Layer{base(t)},
			users: []string{"ghost", "www-data"}, groups: []string{"docker", "none"},
			want: lockfile.Image{
				User: "ghost", Shell: new(true),
				Users:    map[string]*lockfile.User{"ghost": nil, "www-data": {UID: 33, GID: 33, Groups: []int64{998}}},
				GroupIDs: map[string]*int64{"docker": new(int64(998)), "none": nil},
			},
		},
		{
			name: "owner, mode, content and what is no directory",
			layers: []v1.Layer{
				base(t),
				layerOf(t, file{name: "data/", uid: 999, gid: 998, mode: 0o1770}, file{name: "full/", uid: 5}, file{name: "full/x"}, file{name: "f", mode: 0o600, uid: 1}),
			},
			paths: []string{"/data", "/full", "/f", "/none", "/f/below"},
			want: lockfile.Image{UID: new(int64(0)), GID: new(int64(0)), Shell: new(true), Paths: map[string]lockfile.Path{
				"/data": {Exists: true, Directory: true, UID: new(int64(999)), GID: new(int64(998)), Mode: "1770"},
				"/full": {Exists: true, Directory: true, Content: true, UID: new(int64(5)), GID: new(int64(0)), Mode: "0755"},
				"/f":    {Exists: true, UID: new(int64(1)), GID: new(int64(0)), Mode: "0600"},
				"/none": {}, "/f/below": {},
			}},
		},
		{
			name: "whiteouts: a file, the last files, a directory, an opaque directory, and what comes back above them",
			layers: []v1.Layer{
				base(t),
				layerOf(t, file{name: "a/"}, file{name: "a/1"}, file{name: "a/2"}, file{name: "b/"}, file{name: "b/1"}, file{name: "gone/", uid: 3}, file{name: "gone/x"},
					file{name: "opaque/", uid: 4}, file{name: "opaque/old/x"}, file{name: "back/"}, file{name: "back/x"}, file{name: "deep/er/"}, file{name: "deep/er/x"}),
				layerOf(t, file{name: "a/.wh.1"}, file{name: "b/.wh.1"}, file{name: ".wh.gone"}, file{name: "opaque/", uid: 6}, file{name: "opaque/.wh..wh..opq"},
					file{name: ".wh.back"}, file{name: "back/", uid: 9}, file{name: ".wh.deep"}),
			},
			paths: []string{"/a", "/b", "/gone", "/opaque", "/opaque/old", "/back", "/deep/er"},
			want: lockfile.Image{UID: new(int64(0)), GID: new(int64(0)), Shell: new(true), Paths: map[string]lockfile.Path{
				"/a":    {Exists: true, Directory: true, Content: true, UID: new(int64(0)), GID: new(int64(0)), Mode: "0755"},
				"/b":    {Exists: true, Directory: true, UID: new(int64(0)), GID: new(int64(0)), Mode: "0755"},
				"/gone": {}, "/deep/er": {}, "/opaque/old": {},
				"/opaque": {Exists: true, Directory: true, UID: new(int64(6)), GID: new(int64(0)), Mode: "0755"},
				"/back":   {Exists: true, Directory: true, UID: new(int64(9)), GID: new(int64(0)), Mode: "0755"},
			}},
		},
		{
			name: "links, of directories too, and a directory that only its content tells of",
			layers: []v1.Layer{
				base(t),
				layerOf(t, file{name: "srv/real/"}, file{name: "srv/real/x"}, file{name: "link -> srv/real"}, file{name: "loop -> loop"}, file{name: "up -> ../../srv"},
					file{name: "run/app/", uid: 7}, file{name: "implied/dir/x"}),
			},
			paths: []string{"/link", "/loop", "/up/real", "/var/run/app", "/implied/dir", "/implied"},
			want: lockfile.Image{UID: new(int64(0)), GID: new(int64(0)), Shell: new(true), Paths: map[string]lockfile.Path{
				"/link": {Exists: true, Directory: true, Content: true, UID: new(int64(0)), GID: new(int64(0)), Mode: "0755"}, "/loop": {},
				"/up/real":     {Exists: true, Directory: true, Content: true, UID: new(int64(0)), GID: new(int64(0)), Mode: "0755"},
				"/var/run/app": {Exists: true, Directory: true, UID: new(int64(7)), GID: new(int64(0)), Mode: "0755"},
				"/implied/dir": {Exists: true, Directory: true, Content: true, UID: new(int64(0)), GID: new(int64(0)), Mode: "0755"},
				"/implied":     {Exists: true, Directory: true, Content: true, UID: new(int64(0)), GID: new(int64(0)), Mode: "0755"},
			}},
		},
		{
			name:   "a file replaces a directory, a directory a file, a link is removed; passwd comes from the top",
			config: v1.Config{User: "app"},
			layers: []v1.Layer{
				base(t),
				layerOf(t, file{name: "d/"}, file{name: "d/x"}, file{name: "f"}),
				layerOf(t, file{name: "d"}, file{name: "f/"}, file{name: "usr/bin/.wh.sh"}, file{name: "etc/passwd", content: "app:x:1:2::/:\n"}),
			},
			paths: []string{"/d", "/d/x", "/f"},
			want: lockfile.Image{User: "app", UID: new(int64(1)), GID: new(int64(2)), Groups: []int64{33, 998}, Shell: new(false), Paths: map[string]lockfile.Path{
				"/d": {Exists: true, UID: new(int64(0)), GID: new(int64(0)), Mode: "0644"}, "/d/x": {},
				"/f": {Exists: true, Directory: true, UID: new(int64(0)), GID: new(int64(0)), Mode: "0755"},
			}},
		},
		{
			name: "secret-looking variables keep their names only", config: v1.Config{Env: []string{"API_TOKEN=abc", "PLAIN=1"}}, layers: []v1.Layer{base(t)},
			want: lockfile.Image{Env: map[string]string{"PLAIN": "1"}, SecretEnv: []string{"API_TOKEN"}, UID: new(int64(0)), GID: new(int64(0)), Shell: new(true)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			image := imageOf(t, c.config, c.layers...)
			tag := fmt.Sprintf("facts:%x", time.Now().UnixNano())
			reference := s.push(t, tag, image)
			q := request(reference, c.paths...)
			q.Users, q.Groups = c.users, c.groups
			r := reader(t, func(o *Options) { o.IsSecret = func(name, _ string) bool { return strings.HasSuffix(name, "TOKEN") } })
			got := readOne(t, r, q)
			digest, _ := image.Digest()
			config, _ := image.ConfigName()
			want := c.want
			want.Reference, want.Platform, want.Source, want.Platforms = reference, "linux/amd64", "registry", []string{"linux/amd64"}
			want.Digest, want.ImageID, want.Services = digest.String(), config.String(), []string{"web"}
			if want.Paths == nil {
				want.Paths = map[string]lockfile.Path{}
			}
			if text(t, got) != text(t, want) {
				t.Errorf("read\n %s\nwant\n %s", text(t, got), text(t, want))
			}
			if again := readOne(t, r, q); text(t, again) != text(t, got) {
				t.Errorf("from the cache\n %s\nwant\n %s", text(t, again), text(t, got))
			}
			if fresh := readOne(t, reader(t, func(o *Options) { o.IsSecret = r.options.IsSecret; o.CacheDir = "" }), q); text(t, fresh) != text(t, got) {
				t.Errorf("without a cache\n %s\nwant\n %s", text(t, fresh), text(t, got))
			}
		})
	}
}
