package source

import (
	"strings"
	"unicode/utf8"
)

// Kind says what was found at a path on the machine that converts.
type Kind uint8

const (
	// Missing means that nothing is there.
	Missing Kind = iota + 1
	// Regular is a file whose bytes are in Data.
	Regular
	// Directory is a directory whose content is in Entries.
	Directory
	// TooLarge is a file or directory over the caps of the loader: Size says how large as far as it was counted.
	TooLarge
	// Special is a socket, device or FIFO; it is never opened.
	Special
	// Unreadable could not be read; Problem says why.
	Unreadable
	// Outside is a path outside the project directory (or a symlink that leads out of it); it is not read.
	Outside
)

// File is one local file or directory that the project refers to, as it was when the project was loaded.
type File struct {
	Kind       Kind
	Executable bool   // any execute bit of the file is set; meaningless for a directory
	Size       int64  // bytes; for a directory the sum over its files
	Data       []byte // content of a Regular file; never to be changed
	Problem    string // for Unreadable, TooLarge, Special and Outside: one clause for people
	// IsDir tells for TooLarge, Unreadable and Outside whether the path is a directory, where that could be known.
	IsDir bool
	// Entries is the flattened content of a Directory, sorted by Path, sub-directories before their content.
	Entries []Entry
}

// Entry is a file below a Directory.
type Entry struct {
	Path string // relative to the directory, slash-separated
	File        // Kind is Regular, Directory (only when the sub-directory is empty), Special, Unreadable or Outside
}

// Files holds what the loader read, by absolute, cleaned path as it stands in the compose model.
// A path that is not in the map was not looked at.
type Files map[string]*File

// IsText reports whether content can stand in a YAML string as it is: it is valid UTF-8.
func IsText(data []byte) bool { return utf8.Valid(data) }

// Within reports whether a cleaned, slash-separated path is dir or lies below it.
func Within(file, dir string) bool {
	return file == dir || dir == "/" || strings.HasPrefix(file, strings.TrimSuffix(dir, "/")+"/")
}
