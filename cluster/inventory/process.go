package inventory

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

// process is one on some machine, in one of its spaces of process numbers. Names of hosts do not tell machines apart:
// many are called localhost, or what their image calls them.
type process struct {
	Boot  string `json:"boot"` // which start of which machine
	Space string `json:"space"`
	ID    int    `json:"id"`
}

func thisProcess() process {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	space, _ := os.Readlink("/proc/self/ns/pid")
	return process{Boot: strings.TrimSpace(string(boot)), Space: space, ID: os.Getpid()}
}

// isDead reports whether a process of this machine has ended. Of other machines nothing is known, and nothing at all
// where this one cannot tell itself from others.
func (p process) isDead() bool {
	here := thisProcess()
	if p.Boot != here.Boot || p.Space != here.Space || p.Boot == "" || p.ID == here.ID || p.ID <= 0 {
		return false
	}
	found, err := os.FindProcess(p.ID)
	if err != nil {
		return true
	}
	return errors.Is(found.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
