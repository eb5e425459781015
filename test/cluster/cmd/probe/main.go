// Command probe is the program of test images: it reports what a container sees and does what a test asks.
//
// Arguments are steps, done in order; after the last it ends with code 0. A step is a word and its value:
//
//	report          print the report as one line of JSON
//	print TEXT      print the text
//	serve ADDRESS   serve HTTP there in the background, such as :8080
//	tcp ADDRESS     accept connections there in the background, answer with the host name and close
//	udp ADDRESS     answer packets there in the background with the host name
//	signals         from now on print the signals that arrive instead of ending by them
//	write FILE=TEXT write a file
//	wait FILE       wait until the file exists
//	sleep DURATION  wait
//	zombies N       leave N dead children for process 1
//	exit CODE       end with the code
//	forever         wait for SIGTERM or SIGINT, unless they are printed, and end with code 0
//
// Arguments that are no step are reported and otherwise ignored. Without any step it serves on :8080 forever.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// steps say what the first word of a step does with its value.
var steps = map[string]func(value string) error{
	"print":   func(text string) error { fmt.Println(text); return nil },
	"serve":   serveHTTP,
	"tcp":     serveTCP,
	"udp":     serveUDP,
	"write":   write,
	"wait":    waitFor,
	"sleep":   sleep,
	"zombies": zombies,
	"exit":    exit,
}

func main() {
	leaveOrphan()
	p := &player{signals: make(chan os.Signal, 16)}
	// Process 1 of a container gets no signal that it has not asked for.
	signal.Notify(p.signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2,
		syscall.SIGWINCH)
	go p.watchSignals()
	if err := p.play(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

// player goes through the steps.
type player struct {
	signals chan os.Signal
	prints  bool
	played  bool
}

func (p *player) play(args []string) error {
	for i := 0; i < len(args); i++ {
		word := args[i]
		step, takesValue := steps[word]
		if takesValue && i+1 == len(args) {
			return fmt.Errorf("%s needs a value", word)
		}
		switch {
		case takesValue:
			p.played = true
			i++
			if err := step(args[i]); err != nil {
				return fmt.Errorf("%s: %w", word, err)
			}
		case word == "report":
			p.played = true
			if err := json.NewEncoder(os.Stdout).Encode(newReport(nil)); err != nil {
				return fmt.Errorf("report: %w", err)
			}
		case word == "signals":
			p.prints = true
		case word == "forever":
			select {}
		}
	}
	if p.played {
		return nil
	}
	if err := serveHTTP(":8080"); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	select {}
}

func (p *player) watchSignals() {
	for s := range p.signals {
		if p.prints {
			fmt.Printf("signal %s\n", signalName(s))
			continue
		}
		if s != syscall.SIGWINCH {
			os.Exit(0)
		}
	}
}

func signalName(s os.Signal) string {
	names := map[os.Signal]string{
		syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT", syscall.SIGHUP: "SIGHUP", syscall.SIGQUIT: "SIGQUIT",
		syscall.SIGUSR1: "SIGUSR1", syscall.SIGUSR2: "SIGUSR2", syscall.SIGWINCH: "SIGWINCH",
	}
	return names[s]
}

func write(value string) error {
	name, text, _ := strings.Cut(value, "=")
	return os.WriteFile(name, []byte(text), 0o644)
}

func waitFor(name string) error {
	for {
		if _, err := os.Stat(name); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func sleep(value string) error {
	d, err := time.ParseDuration(value)
	if err == nil {
		time.Sleep(d)
	}
	return err
}

func exit(value string) error {
	code, err := strconv.Atoi(value)
	if err == nil {
		os.Exit(code)
	}
	return err
}

// zombies starts children that start a child that dies after they have, so that process 1 inherits it.
func zombies(value string) error {
	n, err := strconv.Atoi(value)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for range n {
		parent := exec.Command(self)
		parent.Env = append(os.Environ(), orphanVar+"=parent")
		if err := parent.Run(); err != nil {
			return err
		}
	}
	return nil
}
