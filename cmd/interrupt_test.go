package cmd

import (
	"bytes"
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
)

// endless is a standard input at which nobody types; reading closes the channel that the test waits for.
type endless struct{ reading chan struct{} }

func (e endless) Read([]byte) (int, error) {
	close(e.reading)
	select {}
}

func TestInterruptionWhileWaitingForStandardInput(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"convert -f -", "explain -f - services.web.ports", "explain -f - services.web"} {
		ctx, interrupt := context.WithCancel(context.Background())
		in := endless{make(chan struct{})}
		go func() {
			<-in.reading
			interrupt()
		}()
		var stdout, stderr bytes.Buffer
		if code := Main(ctx, strings.Fields(line), Streams{In: in, Out: &stdout, Err: &stderr}); code != exitInterrupted {
			t.Errorf("%s: exit code %d, want %d; %s", line, code, exitInterrupted, stderr.String())
		}
		if stdout.Len() > 0 {
			t.Errorf("%s: written: %s", line, stdout.String())
		}
	}
}

// The wrapper that makes reading interruptible must not hide that there is a terminal.
func TestTerminalIsSeenThroughTheWrapper(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("this machine has no pseudo terminals: %v", err)
	}
	defer terminal.Close()
	s := Streams{In: interruptible{context.Background, terminal}}
	if s.terminalIn() != terminal {
		t.Error("the terminal is not seen")
	}
	if s := (Streams{In: interruptible{context.Background, strings.NewReader("")}}); s.terminalIn() != nil {
		t.Error("a text is taken for a terminal")
	}
}

func TestSignalDecidesTheExitCode(t *testing.T) {
	for number, want := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130} {
		ctx := UntilSignal(context.Background())
		if err := syscall.Kill(os.Getpid(), number); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
		var stdout, stderr bytes.Buffer
		code := Main(ctx, []string{"convert", "-f", "-"}, Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
		if code != want || stderr.String() != "transship: interrupted\n" {
			t.Errorf("after %s, it ends with %d, and says %q", number, code, stderr.String())
		}
	}
}
