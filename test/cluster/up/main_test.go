package up_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/transship/transship/test/cluster/harness"
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "transship" {
		os.Exit(transship())
	}
	if os.Getenv(victimVar) != "" {
		os.Exit(victim())
	}
	os.Exit(harness.Main(m))
}
