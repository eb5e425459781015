package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Unpack puts what a tar stream holds at a place on this machine, as docker cp does: into a directory that is there, else
// under the name of the destination. Base is the name of the source in the stream; with contents, that of a directory
// whose contents are meant. Nothing outside the destination is written, whatever the stream says: it comes from a
// container.
func Unpack(in io.Reader, destination, base string, contents, keepOwner bool) error {
	r := tar.NewReader(in)
	header, err := r.Next()
	if errors.Is(err, io.EOF) {
		return errors.New("the container sent nothing")
	}
	if err != nil {
		return fmt.Errorf("read what the container sends: %w", err)
	}
	root, top, err := place(destination, base, contents, header.Typeflag == tar.TypeDir)
	if err != nil {
		return err
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("open %s: %w", root, err)
	}
	defer dir.Close()
	u := &unpacking{dir: dir, base: base, top: top, contents: contents, keepOwner: keepOwner}
	for ; err == nil; header, err = r.Next() {
		if err := u.put(header, r); err != nil {
			return fmt.Errorf("write %s below %s: %w", header.Name, root, err)
		}
	}
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("read what the container sends: %w", err)
	}
	return u.dateDirectories()
}

// place returns the directory that is written into, and the name of the source there; no name for contents.
func place(destination, base string, contents, isDir bool) (root, top string, err error) {
	info, err := os.Stat(destination)
	switch {
	case err == nil && info.IsDir() && contents:
		return destination, "", nil
	case err == nil && info.IsDir():
		return destination, base, nil
	case err == nil && isDir:
		return "", "", fmt.Errorf("%s is a file: a directory cannot be copied onto it", destination)
	case err == nil:
		return filepath.Dir(destination), filepath.Base(destination), nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", "", fmt.Errorf("look at %s: %w", destination, err)
	case !isDir && strings.HasSuffix(destination, string(filepath.Separator)):
		return "", "", fmt.Errorf("there is no directory %s", destination)
	}
	parent := filepath.Dir(filepath.Clean(destination))
	if info, err := os.Stat(parent); err != nil || !info.IsDir() {
		return "", "", fmt.Errorf("there is no directory %s", parent)
	}
	if contents {
		return destination, "", os.Mkdir(destination, 0o755)
	}
	return parent, filepath.Base(filepath.Clean(destination)), nil
}

type unpacking struct {
	dir       *os.Root
	base, top string
	contents  bool
	keepOwner bool
	dated     []dated // directories, whose times change with what is put into them
}

type dated struct {
	name string
	at   time.Time
}

// put writes one entry.
func (u *unpacking) put(h *tar.Header, content io.Reader) error {
	name, ok := u.name(h.Name)
	if !ok {
		return nil
	}
	mode := h.FileInfo().Mode().Perm()
	switch h.Typeflag {
	case tar.TypeDir:
		if err := u.dir.MkdirAll(name, mode|0o700); err != nil {
			return err
		}
		u.dated = append(u.dated, dated{name, h.ModTime})
	case tar.TypeReg:
		if err := u.file(name, mode, content); err != nil {
			return err
		}
		if err := u.dir.Chtimes(name, h.ModTime, h.ModTime); err != nil {
			return err
		}
	case tar.TypeSymlink:
		if err := u.clear(name); err != nil {
			return err
		}
		if err := u.dir.Symlink(h.Linkname, name); err != nil {
			return err
		}
	case tar.TypeLink:
		first, ok := u.name(h.Linkname)
		if !ok {
			return fmt.Errorf("it is a hard link to %s, which is not copied", h.Linkname)
		}
		if err := u.clear(name); err != nil {
			return err
		}
		if err := u.dir.Link(first, name); err != nil {
			return err
		}
	default:
		return nil // devices, pipes
	}
	if u.keepOwner {
		return u.dir.Lchown(name, h.Uid, h.Gid)
	}
	return nil
}

// name returns where an entry goes; false for one that is not part of the source.
func (u *unpacking) name(entry string) (string, bool) {
	clean := path.Clean(strings.TrimLeft(entry, "/"))
	rest := clean
	if !u.contents {
		if clean != u.base && !strings.HasPrefix(clean, u.base+"/") {
			return "", false
		}
		rest = strings.TrimPrefix(strings.TrimPrefix(clean, u.base), "/")
	}
	name := path.Join(u.top, rest)
	return filepath.FromSlash(name), name != "." && name != ""
}

func (u *unpacking) file(name string, mode fs.FileMode, content io.Reader) error {
	if parent := filepath.Dir(name); parent != "." {
		if err := u.dir.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	out, err := u.dir.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	return errors.Join(err, out.Chmod(mode), out.Close())
}

// clear makes room for a link.
func (u *unpacking) clear(name string) error {
	err := u.dir.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (u *unpacking) dateDirectories() error {
	for _, d := range slices.Backward(u.dated) {
		if err := u.dir.Chtimes(d.name, d.at, d.at); err != nil {
			return fmt.Errorf("set the time of %s: %w", d.name, err)
		}
	}
	return nil
}
