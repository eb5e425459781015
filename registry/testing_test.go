package registry

import (
	"archive/tar"
	"io"
)

// writeZeros writes the tar of a layer with one file of n zeros.
func writeZeros(w io.Writer, n int64) error {
	out := tar.NewWriter(w)
	if err := out.WriteHeader(&tar.Header{Name: "zeros", Typeflag: tar.TypeReg, Mode: 0o644, Size: n}); err != nil {
		return err
	}
	if _, err := io.CopyN(out, zeroReader{}, n); err != nil {
		return err
	}
	return out.Close()
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
