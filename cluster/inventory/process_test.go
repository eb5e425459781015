package inventory

import (
	"os/exec"
	"syscall"
	"testing"
	"time"
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
	if p.isRunning() || !thisProcess().isRunning() {
		t.Error("a process that has ended runs, or this one does not")
	}
	stopped := exec.Command("sleep", "60")
	if err := stopped.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stopped.Process.Kill()
		_ = stopped.Wait()
	}()
	p.ID = stopped.Process.Pid
	if !p.isRunning() {
		t.Error("a process that runs is said not to")
	}
	if err := stopped.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); p.isRunning(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a process that is stopped is said to run")
		}
	}
	p.ID = ended.Process.Pid
	p.Boot = "another machine's"
	if p.isDead() {
		t.Error("a process of another machine is said to be dead")
	}
}
