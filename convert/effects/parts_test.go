package effects_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/loader"
)

// A key is responsible for the same fields and findings, whether it is judged in the part around its service or over the whole project.
func TestPartsShowWhatTheWholeShows(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob(filepath.Join("..", "..", "testdata", "cases", "*", "compose.yaml"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	projects, saved := 0, 0
	for _, file := range cases {
		loaded, err := loader.Load(t.Context(), loader.Options{Files: []string{file}, Environ: []string{}})
		if err != nil || len(loaded.Project.Services) < 3 {
			continue
		}
		projects++
		saved += comparePartsWithWhole(t, filepath.Base(filepath.Dir(file)), loaded)
	}
	t.Logf("%d projects; %d more conversions in parts than over the whole", projects, saved)
	if projects < 10 {
		t.Errorf("only %d projects have three services", projects)
	}
}

func TestPartsOfAChain(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("services:\n  db: {image: postgres:17, environment: {POSTGRES_PASSWORD: k3n5v8q2x7}, volumes: ['data:/var/lib/postgresql/data']}\n")
	for i := range 12 {
		needs := "[db]"
		if i < 11 {
			needs = fmt.Sprintf("{db: {condition: service_started}, s%02d: {condition: service_healthy}}", i+1)
		}
		fmt.Fprintf(&text, "  s%02d:\n    image: ghcr.io/example/s:1\n    ports: ['%d:80']\n    environment: {DB: db, NEXT: s%02d}\n    healthcheck: {test: [CMD, wget, localhost]}\n    depends_on: %s\n",
			i, 8000+i, (i+1)%12, needs)
	}
	loaded, err := loader.Load(t.Context(), loader.Options{
		Files: []string{"-"}, Stdin: strings.NewReader(text.String() + "volumes: {data: {}}\n"), ProjectName: "chain", Environ: []string{},
	})
	if err != nil {
		t.Fatal(err)
	}
	comparePartsWithWhole(t, "chain", loaded)
}

// comparePartsWithWhole returns how many conversions the parts took more.
func comparePartsWithWhole(t *testing.T, name string, loaded *loader.Loaded) int {
	t.Helper()
	examine := func(small int) *effects.Provenance {
		p, err := effects.Of(context.Background(), loaded, effects.Options{Small: small})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return p
	}
	whole, parts := examine(math.MaxInt), examine(1)
	for i, k := range parts.Keys {
		if want := whole.Keys[i]; !reflect.DeepEqual(k, want) {
			t.Errorf("%s: %s\nin a part    %s %v %v %v\nin the whole %s %v %v %v", name, k.Path,
				k.Method, k.Sets, k.Prevents, k.Findings, want.Method, want.Sets, want.Prevents, want.Findings)
		}
	}
	return parts.Conversions - whole.Conversions
}
