package playground_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/playground"
	"github.com/transship/transship/loader"
)

// BenchmarkKeystroke converts a project of ten services for the page, as each change of its text does.
func BenchmarkKeystroke(b *testing.B) {
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "examples", "shop"))); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(dir, "compose.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	more := []string{"services:\n"}
	for _, name := range []string{"a", "b", "c", "d"} {
		more = append(more, "  "+name+":\n    image: nginx:1.29\n    ports: ['80']\n    depends_on: [api]\n    networks: [front]\n    environment: {A: b}\n")
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), "services:\n", strings.Join(more, ""), 1)), 0o600); err != nil {
		b.Fatal(err)
	}
	var session playground.Session
	options := convert.Options{Load: loader.Options{WorkingDirectory: dir, Environ: []string{}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := session.Answer(context.Background(), "convert", nil, options); err != nil {
			b.Fatal(err)
		}
	}
}
