package harness

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// RequireVar names a level that must not be skipped.
const RequireVar = "TRANSSHIP_TEST_REQUIRE"

// nodePrograms are what a real node needs of the host; install-packages.sh brings them.
var nodePrograms = []string{"containerd", "runc", "ctr", "nft", "iptables", "conntrack", "ip", "mount"}

// requireNode skips the test where this host cannot run a real node.
func requireNode(tb testing.TB) {
	tb.Helper()
	why := nodeObstacle()
	switch {
	case why == "":
	case os.Getenv(RequireVar) == string(Node):
		tb.Fatalf("%s=node, but a real node cannot run here: %s", RequireVar, why)
	default:
		tb.Skipf("a real node cannot run here: %s", why)
	}
}

func nodeObstacle() string {
	if os.Geteuid() != 0 {
		return "it needs root"
	}
	var missing []string
	for _, name := range nodePrograms {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return "missing " + strings.Join(missing, ", ") + " (run install-packages.sh)"
	}
	probe := exec.Command("/bin/true")
	probe.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID}
	if err := probe.Run(); err != nil {
		return "namespaces are refused: " + err.Error()
	}
	return ""
}
