package effects_test

import (
	"context"
	"path/filepath"
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
