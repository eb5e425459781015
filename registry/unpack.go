package registry

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds how much of what was unpacked a layer may refer back to, and so the memory that unpacking takes, in
// bytes: what zstd itself takes unless it is told otherwise.
// Source: https://github.com/facebook/zstd/blob/dev/programs/zstd.1.md (--memory)
const maxWindow = 128 << 20

// unpacked reads a layer as it was before it was compressed, by gzip, zstd or nothing. The caller calls done at the end.
func unpacked(packed *bufio.Reader) (content io.Reader, done func(), err error) {
	start, _ := packed.Peek(4) // a short one is not compressed
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		unzipped, err := gzip.NewReader(packed)
		if err != nil {
			return nil, nil, fmt.Errorf("read a layer: %w", err)
		}
		return unzipped, func() {}, nil
	case bytes.Equal(start, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		unzipped, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("read a layer: %w", err)
		}
		return unzipped, unzipped.Close, nil
	}
	return packed, func() {}, nil
}

// scanRemote searches a layer that a registry has, which says that it has so many bytes.
func scanRemote(ctx context.Context, l v1.Layer, size int64, q question) (*layer, error) {
	packed, err := l.Compressed() // which compares size and digest at its end
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	content, done, err := unpacked(bufio.NewReader(packed))
	if err != nil {
		return nil, err
	}
	defer done()
	return scan(ctx, &capped{r: content, left: max(size*maxExpansion, smallLayer)}, q)
}

// capped ends a stream with an error instead of letting it go on for ever.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTooLarge
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
