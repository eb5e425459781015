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
var nodePrograms = []string{"containerd", "runc", "ctr", "nft", "iptables", "conntrack", "busybox"}

// bridgePlugin stands for Debian's network plugins.
const bridgePlugin = "/usr/lib/cni/bridge"

// RequireNode skips the test where this host cannot run a real node. Start does so itself.
func RequireNode(tb testing.TB) {
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
	if _, err := os.Stat(bridgePlugin); err != nil {
		missing = append(missing, bridgePlugin)
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
