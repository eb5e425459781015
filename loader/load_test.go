package loader

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const oneService = "services: {a: {image: \"x:${V:-none}\"}}\n"

// image is what the variable V became.
func image(l *Loaded) string { return strings.TrimPrefix(l.Project.Services["a"].Image, "x:") }

func TestComposeFilesAreFoundAsDockerComposeFindsThem(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		set   func(o *Options, dir string)
		want  string // files, relative to the project
	}{
		{"default", map[string]string{"compose.yaml": oneService, "docker-compose.yml": oneService}, nil, "compose.yaml"},
		{"legacy name and override", map[string]string{"docker-compose.yml": oneService, "docker-compose.override.yml": oneService}, nil, "docker-compose.yml docker-compose.override.yml"},
		{"parent directory", map[string]string{"compose.yml": oneService, "a/b/": ""}, func(o *Options, dir string) { o.WorkingDirectory = dir + "/a/b" }, "compose.yml"},
		{"named files have no override", map[string]string{"x.yaml": oneService, "compose.override.yaml": oneService}, func(o *Options, _ string) { o.Files = []string{"x.yaml"} }, "x.yaml"},
		{"COMPOSE_FILE", map[string]string{"x.yaml": oneService, "y.yaml": oneService}, func(o *Options, _ string) { o.Environ = []string{"COMPOSE_FILE=x.yaml:y.yaml"} }, "x.yaml y.yaml"},
		{
			"COMPOSE_PATH_SEPARATOR and .env",
			map[string]string{"x.yaml": oneService, "y.yaml": oneService, ".env": "COMPOSE_FILE=x.yaml;y.yaml\nCOMPOSE_PATH_SEPARATOR=;\n"},
			nil, "x.yaml y.yaml",
		},
		{"-f wins", map[string]string{"x.yaml": oneService, "y.yaml": oneService}, func(o *Options, _ string) {
			o.Environ, o.Files = []string{"COMPOSE_FILE=x.yaml"}, []string{"y.yaml"}
		}, "y.yaml"},
		{"standard input", map[string]string{"y.yaml": oneService}, func(o *Options, _ string) {
			o.Files, o.Stdin = []string{"-", "y.yaml"}, strings.NewReader(oneService)
		}, "- y.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := project(t, tt.files)
			o := options(dir)
			if tt.set != nil {
				tt.set(&o, dir)
			}
			l := mustLoad(t, o)
			var got []string
			for _, f := range l.ComposeFiles {
				if f != "-" {
					f, _ = filepath.Rel(dir, f)
				}
				got = append(got, f)
			}
			if strings.Join(got, " ") != tt.want || !slices.Equal(l.Project.ComposeFiles, l.ComposeFiles) {
				t.Errorf("files %v (project %v), want %s", got, l.Project.ComposeFiles, tt.want)
			}
		})
	}
}

func TestVariablesComeFromWhereDockerComposeTakesThem(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		set   func(o *Options, dir string)
		want  string
	}{
		{"nowhere", nil, nil, "none"},
		{".env", map[string]string{".env": "V=dotenv\n"}, nil, "dotenv"},
		{"process wins over .env", map[string]string{".env": "V=dotenv\n"}, func(o *Options, _ string) { o.Environ = []string{"V=process"} }, "process"},
		{"env files replace .env, the last wins", map[string]string{".env": "V=dotenv\n", "a": "V=a\n", "b": "V=${W}b\nW=w\n", "c": "W=w\n"}, func(o *Options, _ string) { o.EnvFiles = []string{"a", "c", "b"} }, "wb"},
		{"COMPOSE_ENV_FILES", map[string]string{"a": "V=a\n"}, func(o *Options, _ string) { o.Environ = []string{"COMPOSE_ENV_FILES=a"} }, "a"},
		{"/dev/null is an env file", map[string]string{".env": "V=dotenv\n"}, func(o *Options, _ string) { o.EnvFiles = []string{"/dev/null"} }, "none"},
		{"disabled", map[string]string{".env": "V=dotenv\n"}, func(o *Options, _ string) { o.Environ = []string{"COMPOSE_DISABLE_ENV_FILE=1"} }, "none"},
		{"project directory", map[string]string{"sub/.env": "V=sub\n", ".env": "V=dotenv\n"}, func(o *Options, _ string) {
			o.ProjectDirectory, o.Files = "sub", []string{"compose.yaml"}
		}, "sub"},
		{"directory of the file", map[string]string{"sub/.env": "V=sub\n", "sub/compose.yaml": oneService}, func(o *Options, _ string) { o.Files = []string{"sub/compose.yaml"} }, "sub"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"compose.yaml": oneService}
			maps.Copy(files, tt.files)
			dir := project(t, files)
			o := options(dir)
			if tt.set != nil {
				tt.set(&o, dir)
			}
			if got := image(mustLoad(t, o)); got != tt.want {
				t.Errorf("V is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestProjectName(t *testing.T) {
	const named = "name: ${N:-In File}\n" + oneService
	for _, tt := range []struct {
		name, text string
		set        func(o *Options)
		want       string
	}{
		{"directory", oneService, nil, "mydirectory"},
		{"file", named, nil, "infile"},
		{"a variable without a value", "name: ${UNSET}\n" + oneService, nil, "mydirectory"},
		{"COMPOSE_PROJECT_NAME", named, func(o *Options) { o.Environ = []string{"COMPOSE_PROJECT_NAME=from-env"} }, "from-env"},
		{"option", named, func(o *Options) { o.Environ, o.ProjectName = []string{"COMPOSE_PROJECT_NAME=from-env"}, "option" }, "option"},
		{"interpolated", "name: x\nservices: {a: {image: \"x:${COMPOSE_PROJECT_NAME}\"}}\n", nil, "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := options(filepath.Join(project(t, map[string]string{"My Directory/compose.yaml": tt.text}), "My Directory"))
			if tt.set != nil {
				tt.set(&o)
			}
			l := mustLoad(t, o)
			if l.Project.Name != tt.want || tt.name == "interpolated" && image(l) != "x" {
				t.Errorf("name %q with image %q, want %q", l.Project.Name, image(l), tt.want)
			}
		})
	}
	o := options(project(t, map[string]string{"compose.yaml": oneService}))
	o.ProjectName = "Bad Name"
	if f := find(t, loadFails(t, o), "project-name"); !strings.Contains(f.Help, `"badname"`) {
		t.Errorf("help %q", f.Help)
	}
}

func TestProfilesAndServices(t *testing.T) {
	dir := project(t, map[string]string{"compose.yaml": `
services:
  a: {image: x, depends_on: [b]}
  b: {image: x}
  c: {image: x, profiles: [one]}
  d: {image: x, profiles: [two]}
`})
	for _, tt := range []struct {
		name string
		set  func(o *Options)
		want string
	}{
		{"none", func(*Options) {}, "a b"},
		{"one", func(o *Options) { o.Profiles = []string{"one"} }, "a b c"},
		{"all", func(o *Options) { o.Profiles = []string{"*"} }, "a b c d"},
		{"COMPOSE_PROFILES", func(o *Options) { o.Environ = []string{"COMPOSE_PROFILES=one, two"} }, "a b c d"},
		{"service enables its profile", func(o *Options) { o.Services = []string{"d", "a"} }, "a b d"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := options(dir)
			tt.set(&o)
			if got := strings.Join(mustLoad(t, o).Project.ServiceNames(), " "); got != tt.want {
				t.Errorf("services %q, want %q", got, tt.want)
			}
		})
	}
}

func TestModelHasOnlyWhatTheFilesSay(t *testing.T) {
	l := compose(t, "services:\n  a: {image: x, privileged: false}\n")
	services, _ := l.Model["services"].(map[string]any)
	a, _ := services["a"].(map[string]any)
	if v, ok := a["privileged"]; !ok || v != false {
		t.Errorf("privileged is %v, given %t: presence of a key must survive", v, ok)
	}
	if _, ok := a["networks"]; ok {
		t.Error("the model holds the network that compose-go derives")
	}
	if _, ok := l.Project.Services["a"].Networks["default"]; !ok {
		t.Error("the project lacks its default network")
	}
}

// TestFilesOfCommentsAddNothing: as with docker compose, an override in which everything is a comment is no error, unless nothing else is there.
func TestFilesOfCommentsAddNothing(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"compose.yaml": "services: {web: {image: a}}\n", "compose.override.yaml": "# services: {}\n", "none.yaml": "---\n"})
	if l, err := Load(context.Background(), options(dir)); err != nil || len(l.Project.Services) != 1 {
		t.Errorf("an override of comments: %v", err)
	}
	o := options(dir)
	o.Files = []string{"compose.override.yaml", "none.yaml"}
	if _, err := Load(context.Background(), o); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("nothing but comments: %v", err)
	}
}

func TestLoadIsSafeForConcurrentUse(t *testing.T) {
	dir := project(t, map[string]string{"compose.yaml": manyServices(3), "Dockerfile": "FROM a\n"})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if l, err := Load(context.Background(), options(dir)); err != nil || len(l.Project.Services) != 3 {
				t.Errorf("load: %v", err)
			}
		})
	}
	wait.Wait()
}
