package cmd

import (
	"context"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
)

// checkFiles says, without a cluster, which compose files are not there.
func (f *upFlags) checkFiles(ctx context.Context, services []string) error {
	load := f.projectFlags.options(services, f.streams.In)
	if _, err := loader.FindFiles(ctx, load); err == nil {
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
