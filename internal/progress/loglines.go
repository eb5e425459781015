package progress

import (
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/transship/transship/cluster"
)

// LogPrinter prints log lines as docker compose does: with a prefix that says who wrote them. Beside a prefix stand lines of many
// programs: none may move the cursor. Without prefixes the bytes are those that were written.
type LogPrinter struct {
	Out        io.Writer
	Prefix     bool
	Timestamps bool
	Color      bool

	mu    sync.Mutex
	width int
	err   error
}

// Err returns the first error of writing; nil if everything was written.
func (p *LogPrinter) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Print prints one line; the column of the prefixes grows with the longest name so far.
func (p *LogPrinter) Print(l cluster.LogLine) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := l.Text
	if p.Timestamps {
		text = l.Time.UTC().Format(time.RFC3339Nano) + " " + text
	}
	if p.Prefix {
		text = p.prefix(l) + neutral(text, p.Color)
	}
	if _, err := fmt.Fprintln(p.Out, text); err != nil && p.err == nil {
		p.err = err
	}
}

// Expect makes room for the name of a container whose lines are going to come.
func (p *LogPrinter) Expect(f cluster.Following) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.width = max(p.width, utf8.RuneCountInString(author(f.Service, f.Pod)))
}

// author is who wrote a line: a service, and which of its Pods.
func author(service, pod string) string {
	if suffix := podSuffix(pod); suffix != "" {
		return service + "-" + suffix
	}
	return service
}

func (p *LogPrinter) prefix(l cluster.LogLine) string {
	name := author(l.Service, l.Pod)
	length := utf8.RuneCountInString(name)
	p.width = max(p.width, length)
	prefix := name + strings.Repeat(" ", p.width-length) + " | "
	if !p.Color {
		return prefix
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", colorOf(l.Service), prefix)
}

// podSuffix is what tells the Pods of a workload apart.
func podSuffix(pod string) string {
	if i := strings.LastIndex(pod, "-"); i >= 0 {
		return pod[i+1:]
	}
	return ""
}

// colorOf gives each service a color that stays the same from run to run.
func colorOf(service string) int {
	colors := []int{36, 33, 32, 35, 34, 96, 93, 92, 95, 94}
	h := fnv.New32a()
	io.WriteString(h, service) //nolint:errcheck // a hash takes everything
	return colors[int(h.Sum32())%len(colors)]
}
