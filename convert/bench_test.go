package convert_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

var sizes = []int{1, 10, 100, 1000, 5000}

// benchProject writes the project that internal/bench measures as a process.
func benchProject(b *testing.B, n int) string {
	b.Helper()
	file := filepath.Join(b.TempDir(), "compose.yaml")
	text, err := exec.Command("go", "run", "../internal/bench", "project", strconv.Itoa(n)).Output()
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}

// BenchmarkLoad is compose-go's bare load: what no converter can be faster than.
func BenchmarkLoad(b *testing.B) {
	for _, n := range sizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			file := benchProject(b, n)
			b.ReportAllocs()
			for b.Loop() {
				options, err := cli.NewProjectOptions([]string{file}, cli.WithDotEnv)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := options.LoadProject(context.Background()); err != nil {
					b.Skipf("compose-go refuses a project of this size: %v", err)
				}
			}
		})
	}
}

// BenchmarkConvert is the whole use case: load, transform, render.
func BenchmarkConvert(b *testing.B) {
	for _, n := range sizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			file := benchProject(b, n)
			b.ReportAllocs()
			for b.Loop() {
				result, err := convert.Convert(context.Background(), convert.Options{Load: loader.Options{Files: []string{file}}})
				if err == nil {
					err = convert.WriteYAML(io.Discard, result.Objects, convert.YAMLOptions{})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOurShare is transform and render alone, on a project that is already loaded.
func BenchmarkOurShare(b *testing.B) {
	for _, n := range sizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			loaded, err := loader.Load(context.Background(), loader.Options{Files: []string{benchProject(b, n)}})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				out, err := transform.Transform(transform.Input{
					Project: loaded.Project, Model: loaded.Model, Files: loaded.Files, Images: loaded.Images, Locate: loaded.Locate,
				})
				if err != nil {
					b.Fatal(err)
				}
				objects := make([]runtime.Object, 0, len(out.Objects))
				for _, o := range out.Objects {
					objects = append(objects, o.Object)
				}
				if err := convert.WriteYAML(io.Discard, convert.Ordered(objects), convert.YAMLOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
