package build

import (
	"bytes"
	"testing"
)

// FuzzReadFile: no text panics, two readings say the same, and what is accepted names images.
func FuzzReadFile(f *testing.F) {
	f.Add([]byte(`{"version": 1, "project": "shop", "images": {"web": {"reference": "shop/web:1"}, "db": {"reference": "x"}, "api": {"reference": ""}}}`))
	f.Add([]byte("{\"version\": 1,\n \"images\": null}\n{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := ReadFile(bytes.NewReader(text))
		_, again := ReadFile(bytes.NewReader(text))
		if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
			t.Fatalf("%v, and then %v", err, again)
		}
		if err != nil {
			return
		}
		for service, reference := range file.References() {
			if !isReference(reference) {
				t.Errorf("%s is %q", service, reference)
			}
		}
	})
}

// TestImageFileNamesTheSameErrorEachTime: the first by its name, not the one that a map gives first.
func TestImageFileNamesTheSameErrorEachTime(t *testing.T) {
	text := `{"version": 1, "project": "p", "images": {"b": {"reference": "x"}, "a": {"reference": "y"}, "c": {"reference": "z"}, "d": {"reference": ""}}}`
	for range 30 {
		if _, err := ReadFile(bytes.NewReader([]byte(text))); err == nil || err.Error() != `line 1: the reference of a, "y", is not the name of an image with a tag or a digest` {
			t.Fatal(err)
		}
	}
}
