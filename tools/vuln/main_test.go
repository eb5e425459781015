package main

import (
	"strings"
	"testing"
)

const stream = `{"config": {"scan_level": "symbol"}}
{"osv": {"id": "GO-1", "summary": "Crash in a parser"}}
{"osv": {"id": "GO-2", "summary": "Crash in net/http"}}
{"osv": {"id": "GO-3", "summary": "Nothing mends this"}}
{"finding": {"osv": "GO-1", "fixed_version": "v1.2.4", "trace": [{"module": "example.com/parser", "version": "v1.2.3"}]}}
{"finding": {"osv": "GO-2", "fixed_version": "v1.26.9", "trace": [{"module": "stdlib", "version": "v1.26.8", "package": "net/http", "function": "Get"}, {"module": "example.com/mine", "package": "example.com/mine/a", "function": "F", "position": {"filename": "a/f.go", "line": 7}}]}}
{"finding": {"osv": "GO-3", "trace": [{"module": "example.com/other", "version": "v0.1.0", "package": "example.com/other"}]}}
`

const reached = `{"finding": {"osv": "GO-1", "fixed_version": "v1.2.4", "trace": [{"module": "example.com/parser", "version": "v1.2.3", "package": "p", "function": "Parse"}, {"module": "example.com/mine", "package": "m", "function": "F", "position": {"filename": "m.go", "line": 3}}]}}
{"finding": {"osv": "GO-1", "fixed_version": "v1.2.4", "trace": [{"module": "example.com/parser", "version": "v1.2.3", "package": "p"}]}}
`

// Only a vulnerability of a dependency that is reached fails; each is printed once.
func TestWhatFails(t *testing.T) {
	for _, c := range []struct {
		stream, want string
		fails        bool
	}{
		{stream: stream, want: `GO-3 example.com/other v0.1.0 (no version mends it): Nothing mends this; not reached
GO-1 example.com/parser v1.2.3 (mended in 1.2.4): Crash in a parser; not reached
GO-2 stdlib v1.26.8 (mended in 1.26.9): Crash in net/http; in Go, reached from a/f.go:7
0 vulnerabilities of dependencies are reached, and 1 of Go's own library, which a newer Go mends.
`},
		{stream: stream + reached, fails: true, want: `GO-3 example.com/other v0.1.0 (no version mends it): Nothing mends this; not reached
GO-1 example.com/parser v1.2.3 (mended in 1.2.4): Crash in a parser; REACHED from m.go:3
GO-2 stdlib v1.26.8 (mended in 1.26.9): Crash in net/http; in Go, reached from a/f.go:7
1 vulnerabilities of dependencies are reached, and 1 of Go's own library, which a newer Go mends.
`},
	} {
		found, err := read(strings.NewReader(c.stream))
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if fails := write(&out, found); fails != c.fails || out.String() != c.want {
			t.Errorf("it fails: %v\n%swant\n%s", fails, out.String(), c.want)
		}
	}
}

// An answer that is none is not taken for "nothing found".
func TestNoAnswer(t *testing.T) {
	for _, s := range []string{"", `{"config": {"scan_level": "module"}}`, stream + "x"} {
		if _, err := read(strings.NewReader(s)); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
}
