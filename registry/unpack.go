package registry

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

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
