// Package process runs the components of a test cluster as children with a log file each.
package process

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Spec says what to run.
type Spec struct {
	Name string
	Path string
	Args []string
	Env  []string
	// LogDir receives Name.log.
	LogDir   string
	Lifeline *Lifeline
}

// Process is a running component.
type Process struct {
	Name string
	log  string
	cmd  *exec.Cmd
	done chan struct{}
}

// Start runs the component; its output is appended to its log file.
func Start(spec Spec) (*Process, error) {
	p := &Process{Name: spec.Name, log: filepath.Join(spec.LogDir, spec.Name+".log"), done: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log of %s: %w", spec.Name, err)
	}
	defer log.Close()
	p.cmd = exec.Command(spec.Path, spec.Args...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Env = append(os.Environ(), spec.Env...)
	// A group of its own keeps a terminal's ^C away from the children: the parent ends them in the right order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if spec.Lifeline != nil {
		p.cmd.ExtraFiles = []*os.File{spec.Lifeline.read}
		p.cmd.Env = append(p.cmd.Env, lifelineVar+"=1")
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Done is closed when the component has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Runs reports whether the component has not ended.
func (p *Process) Runs() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Stop asks the component to end and kills it when it has not within grace.
func (p *Process) Stop(grace time.Duration) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(grace):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// Kill ends the component without asking.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Tail returns the end of the component's log, for an error message.
func (p *Process) Tail() string {
	const lines = 25
	data, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	all := bytes.Split(bytes.TrimRight(data, "\n"), []byte("\n"))
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return fmt.Sprintf("last lines of %s:\n%s", p.log, bytes.Join(all, []byte("\n")))
}
