package harness_test

import (
	"os"
	"testing"

	"github.com/transship/transship/test/cluster/harness"
)

func TestMain(m *testing.M) {
	victim()
	os.Exit(harness.Main(m))
}
