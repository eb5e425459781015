package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
)

func newAttach(streams Streams, project *projectFlags) *cobra.Command {
	index, noStdin, keys := 0, false, "ctrl-p,ctrl-q"
	var sequence []byte
	return runnable{
		use: "attach SERVICE", short: "Connect to the process of a running container", quiet: true, effect: enters,
		long: `Connect standard input, output and error to the process of a running container, from now on: logs shows what it wrote before.
Standard input is connected where the project says stdin_open, a terminal where it says tty. Ctrl-C ends the connection, or
goes to the process if there is a terminal; --detach-keys end the connection then. The container runs on.`,
		args: func(_ *cobra.Command, args []string) (err error) {
			if len(args) != 1 {
				return usagef("attach takes one service")
			}
			if sequence, err = detachKeys(keys); err != nil {
				return usagef("--detach-keys: %v", err)
			}
			return nil
		},
		flags: func(flags *pflag.FlagSet) {
			flags.IntVar(&index, "index", 0, "`NUMBER` of the Pod, from 1, in the order of their names (default: one that is ready)")
			flags.BoolVar(&noStdin, "no-stdin", false, "without standard input")
			flags.StringVar(&keys, "detach-keys", keys, "`KEYS` that end the connection where there is a terminal")
			addRefused(flags, map[string]string{"sig-proxy": "signals are not passed on; `transship kill -s SIGNAL SERVICE` sends one"})
		},
		run: func(c *cobra.Command, l *live, args []string) error {
			if err := checkIndex(c, index); err != nil {
				return err
			}
			pod, container, err := l.StartedPodOf(c.Context(), l.project, l.namespace, args[0], index, streams.tell)
			if err != nil {
				return err
			}
			return attachTo(c.Context(), l, pod, container, !noStdin, sequence, streams)
		},
	}.command(streams, project)
}

// attachTo connects to the process of a container, and to what it has of standard input and a terminal.
func attachTo(ctx context.Context, l *live, pod, container string, wantStdin bool, sequence []byte, streams Streams) error {
	hasStdin, hasTTY, err := l.Console(ctx, l.namespace, pod, container)
	if err != nil {
		return err
	}
	if wantStdin && !hasStdin {
		fmt.Fprintln(streams.Err, "the process reads no standard input: stdin_open of the service opens it")
	}
	err = inSession(ctx, streams, hasTTY, wantStdin && hasStdin, func(s cluster.Session) error {
		if s.Stdin != nil {
			s.Stdin = io.MultiReader(s.Stdin, silence{ctx}) // a connection whose input ends is cut, with what the process still says
		}
		if s.Stdin != nil && s.TTY {
			s.Stdin = &detachable{reader: s.Stdin, keys: sequence}
		}
		s.TTY = hasTTY // what the container has decides how its output arrives
		return l.Attach(ctx, l.namespace, pod, container, s)
	})
	if errors.Is(err, errDetached) {
		return nil
	}
	if ctx.Err() != nil {
		return &silentError{exitInterrupted}
	}
	return err
}

// silence is an input at which nobody types any more, until the context ends.
type silence struct{ ctx context.Context } //nolint:containedctx // it is a reader that lives as long as the call it was made for

func (e silence) Read([]byte) (int, error) {
	<-e.ctx.Done()
	return 0, io.EOF
}

// errDetached is the end of input by the keys that end a connection.
var errDetached = errors.New("detached")

// detachable is the input of a terminal that ends at a sequence of keys.
type detachable struct {
	reader io.Reader
	keys   []byte
	held   int // how many of the keys have been pressed, and not been handed on
}

// Read hands on what is typed, except keys that may be the beginning of the sequence.
func (d *detachable) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	buffer := make([]byte, max(1, len(p)-len(d.keys)))
	n, err := d.reader.Read(buffer)
	out := p[:0]
	for _, b := range buffer[:n] {
		if b == d.keys[d.held] {
			if d.held++; d.held == len(d.keys) {
				return len(out), errDetached
			}
			continue
		}
		out = append(out, d.keys[:d.held]...)
		d.held = 0
		if b == d.keys[0] {
			d.held = 1
			continue
		}
		out = append(out, b)
	}
	return len(out), err
}

// detachKeys reads a sequence such as ctrl-p,ctrl-q or a,b.
func detachKeys(text string) ([]byte, error) {
	var out []byte
	for key := range strings.SplitSeq(text, ",") {
		letter, isCtrl := strings.CutPrefix(strings.ToLower(key), "ctrl-")
		switch {
		case isCtrl && len(letter) == 1 && letter[0] >= '@' && letter[0] <= 'z':
			out = append(out, strings.ToUpper(letter)[0]&0x1f)
		case !isCtrl && len(key) == 1:
			out = append(out, key[0])
		default:
			return nil, fmt.Errorf("%q is neither a single character nor ctrl- and one", key)
		}
	}
	return out, nil
}
