package cmd

import (
	"bytes"
	"context"
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
	ctx, interrupt := context.WithCancel(context.Background())
	in := endless{make(chan struct{})}
	go func() {
		<-in.reading
		interrupt()
	}()
	var stdout, stderr bytes.Buffer
	if code := Main(ctx, []string{"convert", "-f", "-"}, Streams{In: in, Out: &stdout, Err: &stderr}); code != exitInterrupted {
		t.Errorf("exit code %d, want %d; %s", code, exitInterrupted, stderr.String())
	}
	if stdout.Len() > 0 {
		t.Errorf("written: %s", stdout.String())
	}
}
