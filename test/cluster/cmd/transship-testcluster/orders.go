package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/transship/transship/test/cluster/controlplane"
	"github.com/transship/transship/test/cluster/node"
)

// listen passes on the lines of standard input and calls stop when it ends. An input that cannot tell the end of
// the parent, such as /dev/null, is left alone.
func listen(stop context.CancelFunc) <-chan string {
	orders := make(chan string)
	info, err := os.Stdin.Stat()
	if err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 && !term.IsTerminal(int(os.Stdin.Fd())) {
		return orders
	}
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			orders <- lines.Text()
		}
		stop()
	}()
	return orders
}

// obey carries out orders until ctx ends.
func obey(ctx context.Context, orders <-chan string, plane *controlplane.ControlPlane, out io.Writer) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case order := <-orders:
			answer := "ok"
			if err := carryOut(ctx, order, plane); err != nil {
				answer = fmt.Sprintf("error: %q", err.Error())
			}
			if _, err := fmt.Fprintln(out, answer); err != nil {
				return fmt.Errorf("answer order: %w", err)
			}
		}
	}
}

func carryOut(ctx context.Context, order string, plane *controlplane.ControlPlane) error {
	if archive, ok := strings.CutPrefix(order, "images load "); ok {
		return node.LoadImages(archive)
	}
	switch order {
	case "metrics start":
		return node.StartMetrics(ctx, plane)
	case "apiserver stop":
		plane.StopAPIServer()
		return nil
	case "apiserver start":
		return plane.StartAPIServer(ctx)
	default:
		return fmt.Errorf("unknown order %q", order)
	}
}
