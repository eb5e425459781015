package inventory

import (
	"bytes"
	"errors"
	"fmt"
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
	if !p.isHere() || p.ID == os.Getpid() {
		return false
	}
	found, err := os.FindProcess(p.ID)
	if err != nil {
		return true
	}
	return errors.Is(found.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

// isRunning reports whether a process of this machine runs, rather than being stopped by whoever started it. Of other machines
// nothing is known.
func (p process) isRunning() bool {
	if !p.isHere() {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.ID))
	if err != nil {
		return false
	}
	// The name of the program stands in brackets, and may hold any of them itself.
	state := strings.TrimSpace(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	return state != "" && !strings.ContainsRune("TtZX", rune(state[0]))
}

// isHere reports whether a process is one of this machine, in the space of process numbers of this one.
func (p process) isHere() bool {
	here := thisProcess()
	return p.Boot == here.Boot && p.Space == here.Space && p.Boot != "" && p.ID > 0
}
