// Package archive packs files of this machine into tar streams and unpacks such streams, by the rules of docker cp.
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
)

// PackOptions say what becomes of files on their way into a stream.
type PackOptions struct {
	FollowLink bool // the source may be a symbolic link to what is meant
	KeepOwner  bool // numeric owners are kept; without, everything is root's
}

// Pack writes a file, or a directory with all that is in it, as a tar stream. Its name there is top; with an empty top,
// the contents of a directory are written without the directory. Symbolic links stay what they are. Sockets, pipes and
// devices cannot be copied.
func Pack(out io.Writer, source, top string, o PackOptions) error {
	if o.FollowLink {
		target, err := filepath.EvalSymlinks(source)
		if err != nil {
			return fmt.Errorf("read %s: %w", source, err)
		}
		source = target
	}
	w := tar.NewWriter(out)
	err := filepath.WalkDir(source, func(file string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(source, file)
		if err != nil {
			return err
		}
		name := path.Join(top, filepath.ToSlash(rest))
		if name == "." {
			return nil
		}
		return add(w, file, name, o)
	})
	if err != nil {
		return fmt.Errorf("copy %s: %w", source, err)
	}
	return w.Close()
}

// errNoFile is what is neither a file, a directory nor a symbolic link.
var errNoFile = errors.New("it is a socket, pipe or device, which cannot be copied")

func add(w *tar.Writer, file, name string, o PackOptions) error {
	info, err := os.Lstat(file)
	if err != nil {
		return err
	}
	target := ""
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		if target, err = os.Readlink(file); err != nil {
			return err
		}
	case !info.Mode().IsRegular() && !info.IsDir():
		return fmt.Errorf("%s: %w", file, errNoFile)
	}
	header, err := tar.FileInfoHeader(info, filepath.ToSlash(target))
	if err != nil {
		return err
	}
	header.Name, header.Uname, header.Gname = name, "", ""
	if !o.KeepOwner {
		header.Uid, header.Gid = 0, 0
	}
	if info.IsDir() {
		header.Name += "/"
	}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	content, err := os.Open(file)
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(w, content)
	return err
}
