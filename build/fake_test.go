package build_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/build"
)

// fakeDocker answers like Docker, keeps the names of its images as files, and notes how it was called. What a test
// writes into the files of its folder changes the answers.
const fakeDocker = `#!/bin/sh
cd "$(dirname "$0")"
echo "docker $*" >> calls
say() { [ -e "$1" ] && cat "$1"; }
case "$*" in
--version) echo "Docker version 29.1.0";;
"version --format"*) [ ! -e without-daemon ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }
	echo "linux/amd64 $(say version || echo 29.1.0)";;
"compose version"*) [ ! -e without-compose ] && [ ! -e without-compose-plugin ];;
"buildx version") [ ! -e without-compose ];;
"buildx inspect") say builder || printf 'Name:   default\nDriver: docker\n\nNodes:\nName: default\n';;
"buildx build"*--metadata-file*)
	read -r nothing
	case "$*" in *push=true*) if [ -e push-error ]; then cat push-error >&2; exit 1; fi;; esac
	if [ -e build-error ]; then cat build-error >&2; exit 17; fi
	while [ "$1" != --metadata-file ]; do shift; done
	for context; do :; done
	cat "metadata-$(basename "$context")" > "$2";;
"image inspect"*)
	for name; do :; done
	file=images/$(echo "$name" | tr /: __)
	[ -e "$file" ] || { echo "Error response from daemon: No such image: $name" >&2; exit 1; }
	cat "$file";;
"image tag"*) ;;
"image save"*) shift 2; echo archive > "$2";;
"image push"*) if [ -e push-error ]; then cat push-error >&2; exit 1; fi;;
build*|*" build "*)
	echo "env $DOCKER_DEFAULT_PLATFORM $BUILDX_NO_DEFAULT_ATTESTATIONS $DOCKER_BUILDKIT" >> calls
	if [ -e build-error ]; then cat build-error >&2; exit 17; fi
	cat > /dev/null
	mkdir -p images; [ ! -e built ] || cp built/* images/ 2> /dev/null || cp built/* images/;; # two at once may be in each other's way
*) echo "docker: $* is not known" >&2; exit 125;;
esac
`

// engine is a folder of fake programs that is the whole PATH of a test, but for the tools of the scripts.
type engine struct {
	*testing.T
	dir string
}

func newEngine(t *testing.T) *engine {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the programs are shell scripts")
	}
	e := &engine{t, t.TempDir()}
	e.program("docker", fakeDocker)
	t.Setenv("PATH", e.dir+":/usr/bin:/bin")
	return e
}

func (e *engine) program(name, script string) {
	e.Helper()
	e.write(name, script)
	if err := os.Chmod(filepath.Join(e.dir, name), 0o755); err != nil {
		e.Fatal(err)
	}
}

// records makes a program that notes how it is called, and what it reads.
func (e *engine) records(name string) {
	e.Helper()
	e.program(name, "#!/bin/sh\ncd \"$(dirname \"$0\")\"\necho \""+name+" $* <$([ -t 0 ] || cat)>\" >> calls\n[ ! -e load-error ] || { cat load-error >&2; exit 1; }\n")
}

func (e *engine) write(name, content string) {
	e.Helper()
	path := filepath.Join(e.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		e.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		e.Fatal(err)
	}
}

func (e *engine) remove(name string) {
	e.Helper()
	if err := os.Remove(filepath.Join(e.dir, name)); err != nil {
		e.Fatal(err)
	}
}

// calls returns how programs were called, the questions about Docker itself left out.
func (e *engine) calls() []string {
	e.Helper()
	text, err := os.ReadFile(filepath.Join(e.dir, "calls"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		e.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "docker --version"), strings.HasPrefix(line, "docker version"), strings.HasPrefix(line, "docker image inspect"),
			strings.HasPrefix(line, "docker compose version"), strings.HasPrefix(line, "docker buildx version"), strings.HasPrefix(line, "docker buildx inspect"):
		default:
			out = append(out, line)
		}
	}
	return out
}

// called expects that a program was called so; ARCHIVE stands for any path of an archive.
func (e *engine) called(want string) {
	e.Helper()
	for _, call := range e.calls() {
		words := strings.Fields(call)
		for i, w := range words {
			switch {
			case strings.HasSuffix(w, "images.tar"):
				words[i] = "ARCHIVE"
			case strings.HasSuffix(w, "metadata.json"):
				words[i] = "METADATA"
			}
		}
		if strings.Join(words, " ") == want {
			return
		}
	}
	e.Errorf("nobody called %q:\n%s", want, strings.Join(e.calls(), "\n"))
}

func (e *engine) notCalled(part string) {
	e.Helper()
	for _, call := range e.calls() {
		if strings.Contains(call, part) {
			e.Errorf("%q was called", call)
		}
	}
}

const (
	webID    = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	workerID = "sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
)

// builds says which images there are after a build.
func (e *engine) builds() {
	e.write("built/shop-web", webID+" linux/amd64\n")
	e.write("built/acme_worker_dev", workerID+" linux/amd64\n")
}

// shop is a project with two images: one that it names, and one that it does not.
func shop(t *testing.T) *types.Project { return read(t, shopFile) }

const shopFile = `
name: shop
services:
  web: {build: ./web}
  worker: {build: ./worker, image: "acme/worker:dev"}
  helper: {image: "acme/worker:dev"}
  db: {image: "postgres:17"}
`

func read(t *testing.T, text string) *types.Project {
	t.Helper()
	p, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir: "/project", ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: []byte(text)}}, Environment: types.Mapping{},
	}, func(o *loader.Options) { o.SetProjectName("shop", false) })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func request(p *types.Project, c *build.Cluster) build.Request {
	return build.Request{
		Project: p, Targets: build.Plan(p, nil), Cluster: c,
		Compose: build.ComposeCommand{ProjectName: p.Name, Directory: "/project", Files: []string{"/project/compose.yaml"}},
		Options: build.Options{Mode: build.Missing, Load: "auto", Rerun: "transship up"},
	}
}

// clusterCalled is a cluster of one node that is called so.
func clusterCalled(name string) *build.Cluster {
	return &build.Cluster{Name: name, Server: "https://10.0.0.1:6443", Nodes: []build.Node{{Name: "node", OS: "linux", Architecture: "amd64", ContainerRuntime: "containerd://2.0"}}}
}

func provide(t *testing.T, r build.Request) *build.Result {
	t.Helper()
	made, err := build.Provide(context.Background(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// refused expects a finding with a code at the path of a service, and words in its help.
func refused(t *testing.T, r build.Request, code, service string, help ...string) {
	t.Helper()
	_, err := build.Provide(context.Background(), r, nil)
	failed := (*build.Error)(nil)
	if !errors.As(err, &failed) {
		t.Fatalf("got %v, want %s", err, code)
	}
	for _, f := range failed.Findings {
		if f.Code != code || f.Path.String() != "services."+service+".build" {
			continue
		}
		for _, words := range help {
			if !strings.Contains(f.Help, words) {
				t.Errorf("help of %s is %q, without %q", code, f.Help, words)
			}
		}
		return
	}
	t.Errorf("got %v, want %s of %s", err, code, service)
}
