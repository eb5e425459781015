package cmd

import (
	"context"
	"os"
	"strings"

	"github.com/transship/transship/build"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/loader"
)

// readImages reads a file of images, which may be a pipe: whoever writes to it may never do so.
func readImages(ctx context.Context, name string) (*build.File, error) {
	return guard.Run(ctx, "reading "+name, func() (*build.File, error) {
		from, err := os.Open(name)
		if err != nil {
			return nil, usagef("--images: %v", err)
		}
		defer from.Close()
		file, err := build.ReadFile(from)
		if err != nil {
			return nil, usagef("--images: %s is not a file that --image-file of build or push wrote: %v", name, err)
		}
		return file, nil
	})
}

// checkImages reports whether a file of images belongs to the project.
func checkImages(name string, file *build.File, loaded *loader.Loaded) error {
	p := loaded.Project
	var known []string
	for _, names := range [][]string{p.ServiceNames(), p.DisabledServiceNames(), keysOf(p.Jobs), keysOf(p.DisabledJobs)} {
		known = append(known, names...)
	}
	if file.Project != p.Name {
		return usagef("--images: %s:%d is of project %s, and this is %s", name, max(1, file.Line("project")), file.Project, p.Name)
	}
	if strangers := file.Strangers(known); len(strangers) > 0 {
		return usagef("--images: %s:%d names %s, which the project does not have", name, file.Line("images", strangers[0]), strings.Join(strangers, ", "))
	}
	return nil
}

func keysOf[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for key := range m {
		out = append(out, key)
	}
	return out
}
