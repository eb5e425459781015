package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"

	"github.com/transship/transship/internal/sorted"
)

// Checksum returns the first 16 hexadecimal digits of the SHA-256 of keyed content, the same on every machine. It goes into
// a Pod annotation so that the Pods roll when the content changes, as Compose re-creates containers.
func Checksum(data map[string][]byte) string {
	h := sha256.New()
	for _, key := range sorted.Keys(data) {
		writeSized(h, []byte(key))
		writeSized(h, data[key])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func writeSized(h hash.Hash, b []byte) {
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(b)))
	h.Write(size[:])
	h.Write(b)
}
