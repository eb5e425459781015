package imageref

import "testing"

func TestParse(t *testing.T) {
	const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for text, want := range map[string]struct {
		Reference
		registry, path string
		valid          bool
	}{
		"nginx":                       {Reference{Name: "nginx"}, "", "nginx", true},
		"nginx:1.29":                  {Reference{Name: "nginx", Tag: "1.29"}, "", "nginx", true},
		"acme/shop:1@" + digest:       {Reference{Name: "acme/shop", Tag: "1", Digest: digest}, "", "acme/shop", true},
		"ghcr.io/acme/shop@" + digest: {Reference{Name: "ghcr.io/acme/shop", Digest: digest}, "ghcr.io", "acme/shop", true},
		"localhost:5000/shop":         {Reference{Name: "localhost:5000/shop"}, "localhost:5000", "shop", true},
		"localhost/shop:1":            {Reference{Name: "localhost/shop", Tag: "1"}, "localhost", "shop", true},
		"[::1]:5000/shop:1":           {Reference{Name: "[::1]:5000/shop", Tag: "1"}, "[::1]:5000", "shop", true},
		"acme/Shop:1":                 {Reference{Name: "acme/Shop:1"}, "", "acme/Shop:1", false},
		"shop:":                       {Reference{Name: "shop:"}, "", "shop:", false},
		"":                            {},
	} {
		got, valid := Parse(text)
		registry, path := got.Split()
		if got != want.Reference || valid != want.valid || registry != want.registry || path != want.path {
			t.Errorf("%q: %+v, %q, %q, %v", text, got, registry, path, valid)
		}
	}
}
