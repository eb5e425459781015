package texts

import (
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// sequence matches a sequence in braces behind a name: node{1..3} of shells, minio{1...4} of MinIO.
var sequence = pattern.New(`([\w-])\{(\d{1,4})\.\.\.?(\d{1,4})\}`)

// mostExpanded is how many names a sequence in braces may stand for.
const mostExpanded = 64

// Expanded returns a text once for each number that its first sequence in braces behind a name stands for, nil where it has none.
func Expanded(text string) []string {
	if len(text) > longest || !strings.Contains(text, "..") {
		return nil
	}
	at := sequence.FindStringSubmatchIndex(text)
	if at == nil {
		return nil
	}
	from, err := strconv.Atoi(text[at[4]:at[5]])
	to, err2 := strconv.Atoi(text[at[6]:at[7]])
	if err != nil || err2 != nil || to < from || to-from >= mostExpanded {
		return nil
	}
	var list []string
	for n := from; n <= to; n++ {
		list = append(list, text[:at[3]]+strconv.Itoa(n)+text[at[1]:])
	}
	return list
}
