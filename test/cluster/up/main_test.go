package up_test

import (
	"os"
	"testing"

	"github.com/transship/transship/test/cluster/harness"
)

func TestMain(m *testing.M) {
	if os.Getenv(victimVar) != "" {
		os.Exit(victim())
	}
	os.Exit(harness.Main(m))
}
