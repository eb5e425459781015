package api

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// maxLine is what a longer line is cut at.
const maxLine = 1 << 20

func PodPath(namespace, pod, sub string) string {
	return fmt.Sprintf("/api/v1/namespaces/%s/pods/%s/%s", namespace, pod, sub)
}

func EachLine(r io.Reader, tell func(string)) error {
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
