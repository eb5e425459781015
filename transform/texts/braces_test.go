package texts

import (
	"slices"
	"testing"
)

func TestExpanded(t *testing.T) {
	for text, want := range map[string][]string{
		"http://minio{1...2}/data{1...4}": {"http://minio1/data{1...4}", "http://minio2/data{1...4}"},
		"node-{1..3}:9000":                {"node-1:9000", "node-2:9000", "node-3:9000"},
		"{1..3}":                          nil,
		"a{3..1}":                         nil,
		"a{1..9999}":                      nil,
		"../a":                            nil,
	} {
		if got := Expanded(text); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
