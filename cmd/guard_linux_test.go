package cmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// typing returns a terminal at which somebody has typed something.
func typing(t *testing.T, text string) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("this machine has no pseudo terminals: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	if _, err := master.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return terminal
}

func TestProductionIsAskedAboutOnceOnATerminal(t *testing.T) {
	for answer, wantCode := range map[string]int{"y\n": 0, "n\n": exitFailed, "\n": exitFailed} {
		for _, line := range []string{"up -d", "down"} {
			g := prepare(t, "", "shop-prod")
			var errs bytes.Buffer
			code := Main(context.Background(), strings.Fields(line), Streams{In: typing(t, answer), Out: &bytes.Buffer{}, Err: &errs})
			if code != wantCode || strings.Count(errs.String(), "? [yN]") != 1 {
				t.Errorf("%s, answered %q: exit code %d, says %s", line, answer, code, errs.String())
			}
			if did := g.changes(); wantCode != 0 && (len(did) > 0 || !strings.Contains(errs.String(), "nothing was changed")) {
				t.Errorf("%s, answered %q: changed %q, says %s", line, answer, did, errs.String())
			}
		}
	}
}
