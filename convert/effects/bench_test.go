package effects_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/loader"
)

// BenchmarkShop examines every key of the bundled example.
func BenchmarkShop(b *testing.B) {
	loaded, err := loader.Load(context.Background(), loader.Options{Files: []string{filepath.Join("..", "..", "examples", "shop", "compose.yaml")}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		p, err := effects.Of(context.Background(), loaded, effects.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(p.Conversions), "conversions")
	}
}

// BenchmarkConnected examines a project in which every service depends on the next one and on a database that all share, so
// that no part of it stands alone.
func BenchmarkConnected(b *testing.B) {
	const services = 24
	var text strings.Builder
	text.WriteString("services:\n  db: {image: postgres:17, environment: {POSTGRES_PASSWORD: x}, volumes: ['data:/var/lib/postgresql/data']}\n")
	for i := range services {
		fmt.Fprintf(&text, "  s%02d:\n    image: ghcr.io/example/s%02d:1\n    ports: ['%d:80']\n    environment: {DB: db, NEXT: s%02d, A: b}\n    restart: always\n    depends_on: [db, s%02d]\n",
			i, i, 8000+i, (i+1)%services, min(i+1, services-1))
	}
	yaml := strings.Replace(text.String(), fmt.Sprintf("depends_on: [db, s%02d]\n", services-1), "depends_on: [db]\n", 2)
	yaml = strings.Replace(yaml, fmt.Sprintf("    depends_on: [db]\n  s%02d", services-1), fmt.Sprintf("    depends_on: [db, s%02d]\n  s%02d", services-1, services-1), 1)
	loaded, err := loader.Load(context.Background(), loader.Options{
		Files: []string{"-"}, Stdin: strings.NewReader(yaml + "volumes: {data: {}}\n"), ProjectName: "connected", Environ: []string{},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		p, err := effects.Of(context.Background(), loaded, effects.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(p.Conversions), "conversions")
	}
}
