package transform

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"unicode/utf8"
)

// checksum returns the first 16 hexadecimal digits of the SHA-256 of keyed content, the same on every machine. It goes into
// a Pod annotation so that the Pods roll when the content changes, as Compose re-creates containers.
func checksum(data map[string][]byte) string {
	h := sha256.New()
	for _, key := range sortedKeys(data) {
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

// rollOn makes the Pods roll when the content changes: Compose re-creates containers then, Kubernetes would leave them
// running with the old files. The checksum of a Secret whose value is to stay out of the manifests stays out as well: it
// would tell whether a guess is right.
func (b *pod) rollOn(c *content) {
	b.finish(c)
	if !c.existing && (c.kind != "Secret" || b.options.Secrets == secretsEmitted) {
		b.annotate(c.kind, c.name, c.sum)
	}
}

// annotate writes the checksum of an object into the Pod template. A ConfigMap and a Secret can have one name; then the
// annotation stands for both.
func (b *pod) annotate(kind, name, sum string) {
	key := checksumAnnotation(name)
	if b.checksums[key] == nil {
		b.checksums[key] = map[string][]byte{}
	}
	b.checksums[key][kind] = []byte(sum)
	b.annotations[key] = sum
	if len(b.checksums[key]) > 1 {
		b.annotations[key] = checksum(b.checksums[key])
	}
}

// isText reports whether content can stand in a YAML string as it is.
func isText(b []byte) bool { return utf8.Valid(b) }
