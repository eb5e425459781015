package strictjson

import (
	"strings"
	"testing"
)

type sample struct {
	Version int                       `json:"version"`
	Images  map[string]map[string]int `json:"images"`
}

func TestErrorsHaveLines(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "line 1: the text ends too early",
		"{\n\"version\": 1":                    "line 2: the text ends too early",
		"{\n\"version\": 1,\n}":                "line 3: invalid character",
		"{\n\n\"version\": \"x\"}":             "line 3: version must not be a string",
		"{\"version\": 1,\n \"more\": 2}":      "line 2: there is no key \"more\"",
		"{\"version\": 1}\n\n{}":               "line 3: there is something behind",
		"{\"version\": 1}\n<<<<<<< HEAD":       "line 2: there is something behind",
		"[]":                                   "line 1: the value must not be an array",
		"{\"images\": {\n\"a\": {\"b\": []}}}": "line 2: images",
	} {
		var s sample
		if err := Decode([]byte(text), &s); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	var s sample
	if err := Decode([]byte("\xef\xbb\xbf{\"version\": 1}\n"), &s); err != nil || s.Version != 1 {
		t.Errorf("%v, %v", s, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version": 1, "images": {"a": {"b": 2}}}`))
	f.Add([]byte("{\"more\": 1}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var s sample
		if err := Decode(text, &s); err != nil && !strings.HasPrefix(err.Error(), "line ") {
			t.Error(err)
		}
	})
}
