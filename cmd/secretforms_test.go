package cmd

import (
	"testing"

	"github.com/spf13/pflag"
)

// TestUpHasValues: what runs on a cluster now has the values that the project has, or none.
func TestUpHasValues(t *testing.T) {
	for value, want := range map[string]string{"emit": "", "skip": "", "external-secret": "--secrets=external-secret is for manifests: use convert", "sealed-secret": "--secrets=sealed-secret is for manifests: use convert"} {
		var f mappingFlags
		flags := pflag.NewFlagSet("up", pflag.ContinueOnError)
		f.attachLive(flags)
		if err := flags.Parse([]string{"--secrets=" + value}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.resolve(); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("--secrets=%s: %v, want %q", value, err, want)
		}
	}
}
