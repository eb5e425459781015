package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// cache keeps what was read by the digest of what it was read from, for ever: it cannot change. It is a help only, so
// what goes wrong with it is passed over.
type cache struct{ dir string }

// cacheForm is part of the path, for when the form of the files changes.
const cacheForm = "1"

func (c cache) file(kind, digest string) string {
	hexadecimal, ok := strings.CutPrefix(digest, "sha256:")
	if c.dir == "" || !ok || len(hexadecimal) != 64 || strings.Trim(hexadecimal, "0123456789abcdef") != "" {
		return ""
	}
	return filepath.Join(c.dir, cacheForm, kind, hexadecimal[:2], hexadecimal)
}

// blob returns the bytes of a digest.
func (c cache) blob(digest string) ([]byte, bool) {
	file := c.file("blobs", digest)
	if file == "" {
		return nil, false
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, false
	}
	sum := sha256.Sum256(data)
	return data, "sha256:"+hex.EncodeToString(sum[:]) == digest
}

func (c cache) keepBlob(digest string, data []byte) { c.keep(c.file("blobs", digest), data) }

// layer returns what is known about a layer, and whether that answers the question. If not, the question is widened by
// what was asked before, so that the next answer serves both.
func (c cache) layer(digest string, q *question) (*layer, bool) {
	file := c.file("layers", digest)
	if file == "" {
		return nil, false
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, false
	}
	var known layer
	if json.Unmarshal(data, &known) != nil {
		return nil, false
	}
	asked := question{paths: known.Asked, texts: known.Texts}
	if asked.includes(*q) {
		return &known, true
	}
	const enough = 2000 // a layer that everybody uses must not collect questions without end
	if len(asked.paths) < enough {
		texts := sorted(append(asked.texts, q.texts...))
		*q = q.with(asked.paths...)
		q.texts = texts
	}
	return nil, false
}

func (c cache) keepLayer(digest string, l *layer) {
	if data, err := json.Marshal(l); err == nil {
		c.keep(c.file("layers", digest), data)
	}
}

// keep writes a file in one step.
func (c cache) keep(file string, data []byte) {
	if file == "" || os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".new-")
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil || os.Rename(f.Name(), file) != nil {
		_ = os.Remove(f.Name())
	}
}
