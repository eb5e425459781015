package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxLine is what a longer line is cut at.
const maxLine = 1 << 20

// PodPath returns the path of a subresource of a Pod on the API server, such as log or exec.
func PodPath(namespace, pod, sub string) string {
	return fmt.Sprintf("/api/v1/namespaces/%s/pods/%s/%s", namespace, pod, sub)
}

// readLine reads up to the next line break, and keeps no more of a line than maxLine.
func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part[:min(len(part), maxLine-len(line))]...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return string(line), err
		}
	}
}

// EachLine tells of each line of a text without its end, cut at 1 MiB. A line of any length costs no more memory than that.
func EachLine(r io.Reader, tell func(string)) error {
	buffered := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := readLine(buffered)
		if line != "" {
			tell(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
