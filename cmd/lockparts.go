package cmd

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/lockfile"
)

func isEnabled(loaded *loader.Loaded, name string) bool {
	_, isService := loaded.Project.Services[name]
	_, isJob := loaded.Project.Jobs[name]
	return isService || isJob
}

func asLoadError(err error) (*loader.Error, bool) { return errors.AsType[*loader.Error](err) }

func asSyntaxError(err error) (*lockfile.SyntaxError, bool) {
	return errors.AsType[*lockfile.SyntaxError](err)
}

// parseBytes reads a size that checkSize has let through.
func parseBytes(size string) (int64, error) {
	q, err := resource.ParseQuantity(size)
	if err != nil {
		return 0, fmt.Errorf("read the size %q: %w", size, err)
	}
	return q.Value(), nil
}

func sortedNames[V any](m map[string]V) []string { return sorted.Keys(m) }
