package cluster

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

// maxLine is what a longer line is cut at.
const maxLine = 1 << 20

func podPath(namespace, pod, sub string) string {
	return fmt.Sprintf("/api/v1/namespaces/%s/pods/%s/%s", namespace, pod, sub)
}

func eachLine(r io.Reader, tell func(string)) error {
	buffered := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := buffered.ReadString('\n')
		if line != "" {
			line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
			tell(line[:min(len(line), maxLine)])
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// lastLines returns the last lines that a container wrote before it brought its workload down.
func (c *Client) lastLines(ctx context.Context, namespace string, d *doom) []string {
	if d.container == "" || d.pod == "" {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	query := url.Values{"container": {d.container}, "tailLines": {"20"}}
	if d.previous {
		query.Set("previous", "true")
	}
	body, err := c.stream(ctx, podPath(namespace, d.pod, "log"), query)
	if err != nil {
		return nil // a container that never ran has no log; the reason stands without it
	}
	defer body.Close()
	var out []string
	_ = eachLine(body, func(line string) { out = append(out, line) })
	return out
}
