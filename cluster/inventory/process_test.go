package inventory

import (
	"os/exec"
	"testing"
)

func TestOnlyProcessesOfThisMachineAreKnownToBeDead(t *testing.T) {
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Skip(err)
	}
	p := thisProcess()
	if p.isDead() {
		t.Error("this process is said to be dead")
	}
	p.ID = ended.Process.Pid
	if p.Boot == "" {
		t.Skip("this system does not name its starts")
	}
	if !p.isDead() {
		t.Error("a process that has ended here is not said to be dead")
	}
	p.Boot = "another machine's"
	if p.isDead() {
		t.Error("a process of another machine is said to be dead")
	}
}
