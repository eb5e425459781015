package dockerfile

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

// FuzzFacts reads any text as a Dockerfile: nothing panics or hangs.
func FuzzFacts(f *testing.F) {
	for _, s := range []string{
		"FROM x\nRUN adduser a\nUSER a\n", "ARG A=1\nFROM x:$A AS b\nFROM b\nCOPY --from=b /x /y\n", "a.b c", "FROM", "FROM scratch\nEXPOSE 80-90/tcp $P\nVOLUME [\"/a\"]\n",
		"# escape=`\nFROM x\nENTRYPOINT [\"a\"]\nCMD b ${C:-d}\n", "FROM x\nHEALTHCHECK --interval=1s CMD a\n", "FROM x\nENV A=$A B='x'\nWORKDIR $A/../b\n", "FROM x\nRUN <<EOF\nuseradd -u 5 a\nEOF\nUSER a:b\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = Facts([]byte(text), Input{Paths: []string{"/data", "/"}, Build: &types.BuildConfig{Context: "/nowhere", Args: types.MappingWithEquals{"A": nil}}})
	})
}
