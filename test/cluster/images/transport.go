package images

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// RegistryFile, in a cluster's data directory, holds the address at which the host reaches the node's registry.
const RegistryFile = "registry.address"

// Push puts an image into the registry at address, which stands for the registries of all its names.
func Push(address string, image Image) error {
	for _, text := range image.Names {
		wanted, err := name.NewTag(text)
		if err != nil {
			return fmt.Errorf("parse image name: %w", err)
		}
		repository := wanted.RepositoryStr()
		there, err := name.NewTag(address+"/"+repository+":"+wanted.TagStr(), name.Insecure)
		if err != nil {
			return fmt.Errorf("parse image name: %w", err)
		}
		if err := remote.Write(there, image.Image); err != nil {
			return fmt.Errorf("offer image %s: %w", text, err)
		}
	}
	return nil
}

// Write stores images in an archive that docker load, ctr import and Read take.
func Write(path string, all ...Image) error {
	byTag := map[name.Tag]v1.Image{}
	for _, image := range all {
		for _, text := range image.Names {
			tag, err := name.NewTag(text)
			if err != nil {
				return fmt.Errorf("parse image name: %w", err)
			}
			byTag[tag] = image.Image
		}
	}
	if err := tarball.MultiWriteToFile(path, byTag); err != nil {
		return fmt.Errorf("write images: %w", err)
	}
	return nil
}

// Read returns the images of an archive.
func Read(path string) ([]Image, error) {
	opener := tarballOpener(path)
	manifest, err := tarball.LoadManifest(opener)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	var out []Image
	for _, entry := range manifest {
		if len(entry.RepoTags) == 0 {
			return nil, fmt.Errorf("image %s has no name", strings.TrimPrefix(entry.Config, "sha256:"))
		}
		tag, err := name.NewTag(entry.RepoTags[0])
		if err != nil {
			return nil, fmt.Errorf("parse image name: %w", err)
		}
		image, err := tarball.Image(opener, &tag)
		if err != nil {
			return nil, fmt.Errorf("read image %s: %w", tag, err)
		}
		out = append(out, Image{Names: entry.RepoTags, Image: image})
	}
	return out, nil
}

func tarballOpener(path string) tarball.Opener {
	return func() (io.ReadCloser, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("open images: %w", err)
		}
		return file, nil
	}
}
