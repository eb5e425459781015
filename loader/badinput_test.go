package loader

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/source"
)

// sparse makes a file of a size that takes no room on the disk.
func sparse(t testing.TB, name string, size int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
}

func fifo(t testing.TB, name string) {
	t.Helper()
	if err := syscall.Mkfifo(name, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestComposeFilesThatAreNone(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		make       func(t *testing.T, path string)
	}{
		{"directory", "is a directory", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{"named pipe", "named pipe", func(t *testing.T, path string) { fifo(t, path) }},
		{"device", "device", func(t *testing.T, path string) {
			if err := os.Symlink("/dev/zero", path); err != nil {
				t.Fatal(err)
			}
		}},
		{"too large", "more than 16 MiB", func(t *testing.T, path string) { sparse(t, path, 50<<20) }},
		{"binary", "binary file", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("\x7fELF\x00\x01"), 0o644); err != nil {
				t.Fatal(err)
			}
		}},
		{"dangling link", "no such file", func(t *testing.T, path string) {
			if err := os.Symlink("nowhere", path); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, kind := range []string{"compose", "include", "extends", "env_file", "label_file", "env file"} {
				dir := project(t, nil)
				tt.make(t, filepath.Join(dir, "bad"))
				o, code := options(dir), kind
				text := "services: {a: {image: x}}\n"
				switch kind {
				case "compose":
					o.Files, code = []string{"bad"}, "compose-file"
				case "include":
					text += "include: [bad]\n"
				case "extends":
					text = "services: {a: {extends: {file: bad, service: b}}}\n"
				case "env_file", "label_file":
					text, code = "services: {a: {image: x, "+kind+": bad}}\n", "missing-file"
				case "env file":
					o.EnvFiles, code = []string{"bad"}, "env-file"
				}
				if tt.name == "binary" && strings.Contains(kind, "_file") || tt.name == "binary" && kind == "env file" {
					continue // any bytes may stand in an env file
				}
				if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				if tt.name == "too large" && strings.HasSuffix(code, "-file") && code != "compose-file" {
					sparse(t, filepath.Join(dir, "bad"), 50<<20)
				}
				f := find(t, loadFails(t, o), code)
				if !strings.Contains(f.Message, tt.want) {
					t.Errorf("as %s: %q, want %q", kind, f.Message, tt.want)
				}
			}
		})
	}
}

func TestTextThatWouldExhaustTheMachine(t *testing.T) {
	var text strings.Builder
	text.WriteString("x-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&text, "x-%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	laughs := text.String()
	for _, tt := range []struct{ name, text, code, message string }{
		{"billion laughs", laughs + "services: {a: {image: x, command: *a11}}\n", "yaml-syntax", "aliases are expanded"},
		{"flow nesting", "x-a: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "\nservices: {a: {image: x}}\n", "yaml-syntax", "nested more than 200 levels"},
		{"more flow nesting", "x-a: " + strings.Repeat("[", 1_000_000), "yaml-syntax", "not valid YAML"},
		{"block nesting", func() string {
			var b strings.Builder
			for i := range 1000 {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}(), "yaml-syntax", "nested more than 200 levels"},
		{"alias of itself", "services: &s\n  a: *s\n", "yaml-syntax", ""},
		{"invalid UTF-8", "services: {a: {image: \"\xff\xfe\"}}\n", "yaml-syntax", "UTF-8"},
		{"control characters", "services: {a: {image: \"\x01\"}}\n", "yaml-syntax", ""},
		{"NUL", "services: {a: {image: \"\x00\"}}\n", "compose-file", "binary"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := find(t, loadFails(t, options(project(t, map[string]string{"compose.yaml": tt.text}))), tt.code)
			if !strings.Contains(f.Message, tt.message) {
				t.Errorf("message %q, want %q", f.Message, tt.message)
			}
			if len(f.Message) > 500 {
				t.Errorf("the message has %d characters", len(f.Message))
			}
		})
	}
}

// compose-go by itself refuses a file of more than 100,000 values, which is some 4,000 services.
func TestLargeFilesAreNotTooLarge(t *testing.T) {
	list := strings.Repeat("a, ", 110_000)
	compose(t, "x-list: ["+list+"]\nservices: {a: {image: x}}\n")
}

func TestUnusualFilesBehindTheProject(t *testing.T) {
	dir := project(t, map[string]string{"compose.yaml": `
services:
  a:
    image: x
    volumes: ["./pipe:/pipe", "./zero:/zero", "./null:/null", "./sock:/sock", "./big:/big", "./gone:/gone", "./many:/many", "./binary:/binary", "./heavy:/heavy", "./loop:/loop"]
    secrets: [pipe, big]
secrets: {pipe: {file: ./pipe}, big: {file: ./big}}
`, "binary": "\x00\xff", "heavy/": "", "many/sub/": ""})
	fifo(t, filepath.Join(dir, "pipe"))
	sparse(t, filepath.Join(dir, "big"), 200<<20)
	sparse(t, filepath.Join(dir, "heavy/one"), 900<<10)
	sparse(t, filepath.Join(dir, "heavy/two"), 900<<10)
	for i := range 20_000 {
		if err := os.WriteFile(filepath.Join(dir, "many/sub", strconv.Itoa(i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"zero": "/dev/zero", "null": "/dev/null", "loop": "loop"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	socket, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(socket)
	if err := syscall.Bind(socket, &syscall.SockaddrUnix{Name: filepath.Join(dir, "sock")}); err != nil {
		t.Fatal(err)
	}
	l := mustLoad(t, options(dir))
	for name, want := range map[string]source.File{
		"pipe":   {Kind: source.Special, Problem: "it is a named pipe"},
		"zero":   {Kind: source.Outside, Problem: "it is a symbolic link that leads out of the project directory"},
		"null":   {Kind: source.Outside, Problem: "it is a symbolic link that leads out of the project directory"},
		"sock":   {Kind: source.Special, Problem: "it is a socket"},
		"big":    {Kind: source.TooLarge, Size: 200 << 20, Problem: "it has 209715200 bytes"},
		"gone":   {Kind: source.Missing},
		"many":   {Kind: source.TooLarge, IsDir: true, Problem: "it holds more than 2000 files"},
		"binary": {Kind: source.Regular, Size: 2},
		"heavy":  {Kind: source.TooLarge, IsDir: true, Size: 1800 << 10, Problem: "it holds more than 1 MiB"},
		"loop":   {Kind: source.Unreadable},
	} {
		f := l.Files[filepath.Join(dir, name)]
		if f == nil {
			t.Errorf("%s was not looked at", name)
			continue
		}
		if f.Kind != want.Kind || f.Size != want.Size || f.IsDir != want.IsDir || want.Problem != "" && f.Problem != want.Problem || len(f.Entries) > 0 {
			t.Errorf("%s is %+v, want %+v", name, *f, want)
		}
	}
}

func TestCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Load(ctx, options(project(t, map[string]string{"compose.yaml": "services: {a: {image: x}}\n"}))); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestPanicBecomesAnErrorThatNamesTheFile(t *testing.T) {
	r := &run{options: Options{}, files: []string{"/somewhere/compose.yaml"}, workDir: "/somewhere"}
	var failed *Error
	if err := r.crash(&guard.InternalError{Value: "boom"}); !errors.As(err, &failed) {
		t.Fatalf("error is %T", err)
	}
	f := find(t, failed.Findings, "loader-crash")
	if f.Severity != diag.Error || !strings.Contains(f.Message, "compose.yaml") || !strings.Contains(f.Message, "boom") {
		t.Errorf("finding %v", f)
	}
}
