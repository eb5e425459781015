package behaviour

import (
	"os"
	"testing"

	"github.com/transship/transship/test/cluster/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }
