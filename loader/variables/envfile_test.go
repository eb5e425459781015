package variables

import (
	"bytes"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

// FuzzEnvText reads any text as an env file in both formats: nothing panics, and the wording of an error holds no part of
// a value.
func FuzzEnvText(f *testing.F) {
	for _, s := range []string{"A=1\n", "A", "A='\n", "export A=$B\n", "A B=1\n", "=1", "A=\"${B:-\n", "\ufeffA=1\r\n", "+secret/line=\n", "A=${B:?}\n"} {
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
