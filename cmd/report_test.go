package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestReportIsJSONWhateverIsMasked: what follows an option for a password is taken for one. Where it begins with a
// quotation mark, its form in JSON begins with a backslash, which must not be masked away.
func TestReportIsJSONWhateverIsMasked(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("compose.yaml", []byte(`
services:
  redis:
    image: redis:8
    command: ["sh", "-c", "redis-server --requirepass \"$$(cat /run/secrets/x)\"; echo --password \"plainly-said\""]
`), 0o600); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	if code := Main(context.Background(), []string{"convert", "--report=report.json"}, Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &errs}); code != 0 {
		t.Fatal(errs.String())
	}
	text, err := os.ReadFile("report.json")
	if err != nil || !json.Valid(text) || strings.Contains(string(text), "plainly-said") {
		t.Errorf("%v\n%s", err, text)
	}
}
