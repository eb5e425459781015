package cmd

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// silentServer takes requests and never answers. It returns its address, and a function that sets what is to happen once the next
// request is there.
func silentServer(t *testing.T) (address string, upon func(func())) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	do := func() {}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for buffer := make([]byte, 4096); ; {
					if _, err := conn.Read(buffer); err != nil {
						return
					}
					mu.Lock()
					do()
					mu.Unlock()
				}
			}()
		}
	}()
	return l.Addr().String(), func(f func()) {
		mu.Lock()
		defer mu.Unlock()
		do = f
	}
}

// TestEveryCommandEndsWhenItIsInterrupted: while it waits for a project at the standard input, for a cluster or for an
// engine that says nothing, or for the next question.
func TestEveryCommandEndsWhenItIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	address, upon := silentServer(t)
	for name, text := range map[string]string{
		"compose.yaml": "name: shop\nservices: {web: {image: nginx, build: .}}\n",
		"Dockerfile":   "FROM scratch\n",
		"config":       fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: 'http://%s'}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]\n", address),
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("KUBECONFIG", dir+"/config")
	t.Setenv("DOCKER_HOST", "tcp://"+address)
	t.Setenv("XDG_CACHE_HOME", dir)
	const standardInput, server, itself = "standard input", "server", "itself"
	type waiting struct{ line, on string }
	table := map[string]waiting{
		"convert": {"-f -", standardInput}, "config": {"-f -", standardInput}, "graph": {"-f -", standardInput}, "explain": {"-f - services.web", standardInput},
		"build": {"-f -", standardInput}, "push": {"-f -", standardInput}, "pull": {"-f -", standardInput}, "lock": {"--from=engine", server},
		"serve": {"", itself}, "up": {"-d --no-build", server}, "down": {"", server}, "create": {"--no-build", server}, "diff": {"", server}, "ps": {"", server}, "ls": {"", server},
		"logs": {"", server}, "exec": {"web true", server}, "run": {"web true", server}, "cp": {"web:/a .", server}, "port": {"web 80", server}, "forward": {"", server},
		"restart": {"", server}, "stop": {"", server}, "start": {"", server}, "kill": {"", server}, "rm": {"-f", server}, "scale": {"web=2", server}, "wait": {"web", server},
		"attach": {"web", server}, "top": {"", server}, "stats": {"", server}, "events": {"", server}, "images": {"", server}, "volumes": {"", server}, "pause": {"", server}, "unpause": {"", server},
	}
	atOnce := []string{"completion", "exit-codes", "help", "version"}
	for _, c := range newRoot(Streams{}).Commands() {
		w, known := table[c.Name()]
		if !known && !c.Hidden && !slices.Contains(atOnce, c.Name()) {
			t.Errorf("%s is not in the table", c.Name())
		}
		if !known {
			continue
		}
		t.Run(c.Name(), func(t *testing.T) {
			ctx, interrupt := context.WithCancel(context.Background())
			defer interrupt()
			var out lockedBuffer
			streams := Streams{In: strings.NewReader(""), Out: &out, Err: &out}
			upon(interrupt)
			switch w.on {
			case standardInput:
				in := endless{make(chan struct{})}
				streams.In = in
				go func() { <-in.reading; interrupt() }()
			case itself:
				go func() {
					for out.String() == "" {
						time.Sleep(time.Millisecond)
					}
					interrupt()
				}()
			}
			ended := make(chan int, 1)
			go func() { ended <- Main(ctx, append([]string{c.Name()}, strings.Fields(w.line)...), streams) }()
			select {
			case code := <-ended:
				if want := map[bool]int{true: 0, false: exitInterrupted}[w.on == itself]; code != want { // serve has no other end
					t.Errorf("it ends with %d: %s", code, out.String())
				}
			case <-time.After(time.Minute):
				t.Fatalf("it does not end: %s", out.String())
			}
		})
	}
}

// lockedBuffer is a buffer that may be read while it is written to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
