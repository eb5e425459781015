package harness

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/transship/transship/test/cluster/images"
)

// BinDir is where the programs of the test cluster are, for images made of them.
func BinDir(tb testing.TB) string {
	tb.Helper()
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Dir(path)
}

// LoadImages offers images to the node of a cluster at level Node. A name offered again stands for the new image.
func (c *Cluster) LoadImages(tb testing.TB, specs ...images.Spec) {
	tb.Helper()
	var built []images.Image
	for _, spec := range specs {
		image, err := images.Build(spec)
		if err != nil {
			tb.Fatalf("build image %v: %v", spec.Names, err)
		}
		built = append(built, image)
	}
	archive := filepath.Join(tb.TempDir(), "images.tar")
	if err := images.Write(archive, built...); err != nil {
		tb.Fatal(err)
	}
	c.LoadArchive(tb, archive)
}

// LoadArchive offers the images of an archive, such as docker save writes, to the node of a cluster at level Node.
func (c *Cluster) LoadArchive(tb testing.TB, archive string) {
	tb.Helper()
	c.order(tb, "images load "+archive)
}

// Registry returns the address at which programs on this machine push images to the node of a cluster at level Node. The
// node finds them under any host name.
func (c *Cluster) Registry(tb testing.TB) string {
	tb.Helper()
	address, err := os.ReadFile(filepath.Join(c.Dir, images.RegistryFile))
	if err != nil {
		tb.Fatal(err)
	}
	return string(address)
}

// AliasProbe offers the probe under further names, such as those of the images of a converted project.
func (c *Cluster) AliasProbe(tb testing.TB, names ...string) {
	tb.Helper()
	spec, err := images.ProbeSpec(BinDir(tb), names...)
	if err != nil {
		tb.Fatal(err)
	}
	c.LoadImages(tb, spec)
}
