package registry

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"io"
	"reflect"
	"testing"
)

// FuzzLayer: no bytes of a layer panic or hang, packed or not, and two readings find the same.
func FuzzLayer(f *testing.F) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range []*tar.Header{
		{Name: "etc/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "etc/passwd", Typeflag: tar.TypeReg, Size: 5},
		{Name: "data/.wh..wh..opq", Typeflag: tar.TypeReg},
		{Name: "etc/.wh.group", Typeflag: tar.TypeReg},
		{Name: "data/x", Typeflag: tar.TypeLink, Linkname: "etc/passwd"},
		{Name: "bin", Typeflag: tar.TypeSymlink, Linkname: "../usr/bin"},
	} {
		_ = w.WriteHeader(h)
		if h.Size > 0 {
			_, _ = io.WriteString(w, "a:b:1")
		}
	}
	_ = w.Close()
	f.Add(b.Bytes())
	f.Add([]byte("\x1f\x8b\x08"))
	asked := question{}.with("/etc", "/etc/passwd", "/data", "/data/x", "/bin/sh")
	asked.texts = []string{"/etc/passwd", "/etc/group"}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := scan(context.Background(), bytes.NewReader(data), asked)
		second, again := scan(context.Background(), bytes.NewReader(data), asked)
		if (err == nil) != (again == nil) || !reflect.DeepEqual(first, second) {
			t.Fatalf("%v, and then %v", err, again)
		}
		if content, done, err := unpacked(bufio.NewReader(bytes.NewReader(data))); err == nil {
			_, _ = scan(context.Background(), io.LimitReader(content, 1<<20), asked)
			done()
		}
		if err != nil {
			return
		}
		whole := newTree(asked)
		whole.layers = append(whole.layers, first)
		for _, p := range asked.paths {
			whole.lookup(p)
			whole.resolve(p)
			whole.hasContent(p)
		}
		for _, p := range asked.texts {
			whole.text(p)
		}
	})
}
