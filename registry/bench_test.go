package registry

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// BenchmarkRead reads ten images of 20 MB on one base of 30 MB, which compresses badly, with 5000 files each: cold, and
// with everything in the cache.
func BenchmarkRead(b *testing.B) {
	s := serve(b, nil)
	random := rand.NewChaCha8([32]byte{})
	filled := func(prefix string, files, size int) v1.Layer {
		list := []file{{name: prefix + "/"}}
		for i := range files {
			data := make([]byte, size)
			_, _ = random.Read(data)
			list = append(list, file{name: fmt.Sprintf("%s/%d/f%d", prefix, i%50, i), content: string(data)})
		}
		return layerOf(b, list...)
	}
	bottom, system := base(b), filled("usr/lib", 5000, 6000)
	var requests []Request
	for i := range 10 {
		image := imageOf(b, v1.Config{User: "app"}, bottom, system, filled("srv", 5000, 4000))
		requests = append(requests, request(s.push(b, fmt.Sprintf("bench%d:1", i), image), "/data", "/srv"))
	}
	read := func(b *testing.B, r *Reader) {
		for _, result := range r.Read(context.Background(), requests, nil) {
			if result.Err != nil || *result.Image.UID != 5000 {
				b.Fatal(result.Err)
			}
		}
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			read(b, reader(b, func(o *Options) { o.CacheDir = filepath.Join(b.TempDir(), "cache") }))
		}
	})
	b.Run("warm", func(b *testing.B) {
		r := reader(b, nil)
		read(b, r)
		for b.Loop() {
			read(b, r)
		}
	})
}
