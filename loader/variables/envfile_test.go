package variables

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

// FuzzEnvText reads any text as an env file in both formats: nothing panics, and the wording of an error holds no part of
// a value.
func FuzzEnvText(f *testing.F) {
	for _, s := range []string{"A=1\n", "A", "A='\n", "export A=$B\n", "A B=1\n", "=1", "A=\"${B:-\n", "\ufeffA=1\r\n", "+secret/line=\n", "A=${B:?}\n", "=${" + strings.Repeat("L", 1000) + "?}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		values := map[string]string{}
		_ = readRawEnv(strings.NewReader(text), "a.env", values, lookupSeed)
		if _, err := dotenv.ParseWithLookup(bytes.NewReader([]byte(text)), lookupSeed); err != nil {
			if p := Problem("a.env", []byte(text), err); p.Code == "" || p.Message == "" || p.Help == "" || len(p.Message) > 300 {
				t.Errorf("%+v", p)
			}
		}
	})
}

// TestEnvFilesThatMultiplyAreRefused: lines that name the line before twice would need all memory.
func TestEnvFilesThatMultiplyAreRefused(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("A0=xxxxxxxxxx\n")
	for i := range 60 {
		fmt.Fprintf(&b, "A%d=${A%d}$A%d\n", i+1, i, i)
	}
	path := filepath.Join(t.TempDir(), "a.env")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	_, finding := ReadFiles([]string{path}, nil, func(string) string { return "a.env" })
	if finding == nil || finding.Range.Line != 20 || !strings.Contains(finding.Message, "grows to more than 8 MiB") {
		t.Errorf("found %+v", finding)
	}
	long := strings.Repeat("x", 1<<20)
	var unset Unset
	_, err := unset.Substitute(strings.Repeat("${A}", 100), func(string) (string, bool) { return long, true })
	if large := (*TooLargeError)(nil); !errors.As(err, &large) {
		t.Errorf("error %v", err)
	}
}
