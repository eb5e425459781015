package cmd

import (
	"context"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
)

// checkFiles says, without a cluster, what is wrong with the compose files themselves.
func (f *upFlags) checkFiles(ctx context.Context, services []string) error {
	load := f.projectFlags.options(services, f.streams.In)
	if loader.Check(ctx, load) == nil {
		return nil
	}
	result, err := f.streams.convert(ctx, convert.Options{Load: load})
	if err != nil {
		return err
	}
	if err := f.printFindings(result); err != nil {
		return err
	}
	return &silentError{exitFailed}
}
