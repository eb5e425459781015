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
		"":                                        "line 1: it ends in the middle",
		"{\n\"version\": 1":                       "line 2: it ends in the middle",
		"{\n\"version\": 1,\n}":                   "line 3: invalid character",
		"{\n\n\"version\": \"x\"}":                "line 3: version is a string where a whole number belongs",
		"{\n\"version\": 1.5}":                    "line 2: version is a number where a whole number belongs",
		"{\"version\": 1,\n \"more\": 2}":         "line 2: there is no key \"more\"",
		"{\"version\": 1,\n \"Version\": 2}":      "line 2: there is no key \"Version\"",
		"{\"version\": 1,\n\n \"version\": 2}":    "line 3: the key \"version\" is there twice",
		"{\"version\": 1}\n\n{}":                  "line 3: there is something behind",
		"{\"version\": 1}\n<<<<<<< HEAD":          "line 2: there is something behind",
		"[]":                                      "line 1: the value is a list where a mapping belongs",
		"null":                                    "line 1: the value is null where a mapping belongs",
		"{\"images\":\n null}":                    "line 2: images is null where a mapping belongs",
		"{\"images\": {\n\"a\": {\"b\": []}}}":    "line 2: images",
		"{\"images\": {\"a\": {\n\"b\": null}}}":  "line 2: images.a.b is null where a whole number belongs",
		"{\"images\": {\n\"a\": {},\n\"a\": {}}}": "line 3: the key \"a\" is there twice",
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

func TestLineOf(t *testing.T) {
	text := []byte("\xef\xbb\xbf{\n\"a\": [\n{\"b\": 1},\n{\"b\": {\"c\": [1,\n2]}}], \"d\":\n\n null}")
	for _, c := range []struct {
		path []any
		line int
	}{
		{nil, 1}, {[]any{"a"}, 2}, {[]any{"a", 0}, 3}, {[]any{"a", 1, "b", "c", 1}, 5}, {[]any{"d"}, 7}, {[]any{"a", 2}, 0}, {[]any{"e"}, 0}, {[]any{"a", "b"}, 0}, {[]any{0}, 0}, {[]any{"d", "x"}, 0},
	} {
		if got := LineOf(text, c.path...); got != c.line {
			t.Errorf("%v: line %d, want %d", c.path, got, c.line)
		}
	}
	if LineOf([]byte("{"), "a") != 0 || LineOf(nil) != 0 {
		t.Error("a text that ends has no such line")
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
