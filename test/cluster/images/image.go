// Package images builds container images from static programs, without a base image and without a registry.
package images

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// File is a file of an image.
type File struct {
	Mode     fs.FileMode // a directory with fs.ModeDir
	UID, GID int
	Data     []byte
	// Link makes it a symbolic link to there.
	Link string
}

// Spec says what an image contains and how it runs.
type Spec struct {
	// Names are the references under which it is found; one image may stand for many.
	Names []string
	// Files by absolute path; missing parents are made with mode 0755.
	Files  map[string]File
	Config v1.Config
}

// Image is a built image and its names.
type Image struct {
	Names []string
	Image v1.Image
}

// Build makes the image. The same spec gives the same bytes.
func Build(spec Spec) (Image, error) {
	layer, err := archive(spec.Files)
	if err != nil {
		return Image{}, err
	}
	// Not compressed: the image travels within the machine, once.
	image, err := mutate.AppendLayers(
		mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON),
		static.NewLayer(layer, types.OCIUncompressedLayer),
	)
	if err != nil {
		return Image{}, fmt.Errorf("add layer: %w", err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return Image{}, fmt.Errorf("read configuration: %w", err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Config = "linux", "amd64", spec.Config
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return Image{}, fmt.Errorf("set configuration: %w", err)
	}
	return Image{Names: spec.Names, Image: image}, nil
}

// archive is the layer: the files in order, every parent before its children.
func archive(files map[string]File) ([]byte, error) {
	all := map[string]File{}
	for name, file := range files {
		all[path.Clean(name)] = file
		for parent := path.Dir(path.Clean(name)); parent != "/" && parent != "."; parent = path.Dir(parent) {
			if _, given := files[parent]; !given {
				all[parent] = File{Mode: fs.ModeDir | 0o755}
			}
		}
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, name := range names {
		file := all[name]
		header := &tar.Header{
			Name: strings.TrimPrefix(name, "/"), Typeflag: tar.TypeReg, Size: int64(len(file.Data)),
			Mode: tarMode(file.Mode), Uid: file.UID, Gid: file.GID,
		}
		switch {
		case file.Link != "":
			header.Typeflag, header.Linkname, header.Mode = tar.TypeSymlink, file.Link, 0o777
		case file.Mode.IsDir():
			header.Typeflag = tar.TypeDir
			header.Name += "/"
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("add %s: %w", name, err)
		}
		if _, err := w.Write(file.Data); err != nil {
			return nil, fmt.Errorf("add %s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("finish layer: %w", err)
	}
	return buffer.Bytes(), nil
}

// tarMode keeps the bits that Go counts among the types.
func tarMode(mode fs.FileMode) int64 {
	bits := int64(mode.Perm())
	for _, special := range []struct {
		mode fs.FileMode
		bit  int64
	}{{fs.ModeSetuid, 0o4000}, {fs.ModeSetgid, 0o2000}, {fs.ModeSticky, 0o1000}} {
		if mode&special.mode != 0 {
			bits |= special.bit
		}
	}
	return bits
}
