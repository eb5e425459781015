package manifest

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func TestQuoted(t *testing.T) {
	t.Parallel()
	plain := strings.FieldsSeq("nginx:1.27 1.27.0 10.0.0.1 5432:5432 30s 100m 1Gi /var/lib -c --port=80 $(HOST) http://a:80/b#c a#b yesterday " +
		"nulls 12ab x=y .env Grüße 日本 1.2-alpine 0xg 2024-01 a,b a]b é:x 192.168.0.0/16 :8080 0.0.0.0:80 1:60 _1 e3 12h30m")
	for s := range plain {
		if got := quoted(s); got != s {
			t.Errorf("quoted(%q) = %s, want it plain", s, got)
		}
	}
	for _, s := range []string{"two words", "a:b c", "it's", `say "hi"`, `a\b`} {
		if got := quoted(s); got != s {
			t.Errorf("quoted(%q) = %s, want it plain", s, got)
		}
	}
	for s, want := range map[string]string{
		"": `""`, " a": `" a"`, "a ": `"a "`, "\u00a0a": "\"\u00a0a\"", "a: b": `"a: b"`, "a:": `"a:"`, "a #b": `"a #b"`, "#a": `"#a"`, "- a": `"- a"`, "-": `"-"`,
		"?": `"?"`, ":": `":"`, "é: x": `"é: x"`, "é #x": `"é #x"`, "é:": `"é:"`,
		"*": `"*"`, "&a": `"&a"`, "!a": `"!a"`, "|": `"|"`, ">": `">"`, "%a": `"%a"`, "@a": `"@a"`, "`a": "\"`a\"", "[a]": `"[a]"`, "---": `"---"`,
		"{}": `"{}"`, `{"a": 1}`: `'{"a": 1}'`, `'a'`: `"'a'"`, `"it's"`: `'"it''s"'`, `C:\: x`: `'C:\: x'`,
		"null": `"null"`, "~": `"~"`, "Null": `"Null"`, "yes": `"yes"`, "NO": `"NO"`, "on": `"on"`, "off": `"off"`, "y": `"y"`, "N": `"N"`,
		"true": `"true"`, "False": `"False"`, "=": `"="`, "<<": `"<<"`,
		"8080": `"8080"`, "-1": `"-1"`, "+1": `"+1"`, "+_0": `"+_0"`, "-_0x_1F": `"-_0x_1F"`, "_0": "_0", "0777": `"0777"`, "0o17": `"0o17"`, "0x1F": `"0x1F"`, "0b11": `"0b11"`, "0b+0": `"0b+0"`, "0o-7": `"0o-7"`, "0-7": "0-7", "1_000": `"1_000"`, "09": `"09"`,
		"1.0": `"1.0"`, ".5": `".5"`, "1.": `"1."`, "1e3": `"1e3"`, "12e03": `"12e03"`, "1.5E-3": `"1.5E-3"`, ".inf": `".inf"`, "-.INF": `"-.INF"`, ".NaN": `".NaN"`,
		"12:30:45": `"12:30:45"`, "8080:53": `"8080:53"`, "1:30.5": `"1:30.5"`,
		"2024-01-02": `"2024-01-02"`, "2024-01-02T03:04:05Z": `"2024-01-02T03:04:05Z"`, "2024-1-2 3:4:5": `"2024-1-2 3:4:5"`,
		"\t": `"\t"`, "a\tb": `"a\tb"`, "a\rb": `"a\rb"`, "\n": `"\n"`, "\x00": `"\x00"`, "\x7f": `"\x7f"`, "\u0085": `"\x85"`, "\u2028": `"\u2028"`, "\ufeff": `"\ufeff"`,
	} {
		if got := quoted(s); got != want {
			t.Errorf("quoted(%q) = %s, want %s", s, got, want)
		}
	}
}

func TestBlock(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"a\nb\n":      "|\n  a\n  b",
		"a\nb":        "|-\n  a\n  b",
		"a\n\n\n":     "|+\n  a\n\n",
		"\n\na\n":     "|\n\n\n  a",
		" a\nb\n":     "|2\n   a\n  b",
		"\n  \na":     "|2-\n\n    \n  a",
		"\ta\n":       "|2\n  \ta",
		"a\n\tb\n":    "|\n  a\n  \tb",
		"a  \n\nb \n": "|\n  a  \n\n  b ",
	} {
		if !fitsBlock(s) {
			t.Errorf("%q does not fit a block", s)
		}
		if got := string(appendBlock(nil, s, 2)); got != want {
			t.Errorf("block of %q:\n%s\nwant:\n%s", s, got, want)
		}
	}
	for _, s := range []string{"a", "\n", " \n\t\n", "a\r\nb", "a\nb\x00", "a\u0085\nb", "a\n\u2028", "a\n\ufeff"} {
		if fitsBlock(s) {
			t.Errorf("%q fits a block", s)
		}
	}
}

// FuzzText checks every place a text can have against another YAML library: a key, a value below a key, an item of a
// list, an item of a list in a list.
func FuzzText(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(hostileText(rand.New(rand.NewPCG(seed, 2))))
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("only UTF-8 can be written; anything else is refused, which has its own test")
		}
		want := map[string]any{"a": s, "k" + s: "v", "l": []any{s, []any{s, map[string]any{s: s, "x": []any{s}}}}, "z": "end"}
		w := writer{fresh: true, layouts: layouts{}}
		w.value(reflect.ValueOf(want), indent{})
		var got map[string]any
		if err := yaml.Unmarshal(w.out, &got); err != nil {
			t.Fatalf("%q: %v\n%s", s, err, w.out)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is read back as %q\n%s", s, got, w.out)
		}
	})
}

// hostileText joins pieces that YAML gives a meaning.
func hostileText(r *rand.Rand) string {
	pieces := []string{
		"", "a", "b c", " ", "  ", "\t", "\n", "\n\n", "\r", "\r\n", "#", " #", ": ", ":", "-", "- ", "? ", "|", ">", "'", "\"", "\\", "&", "*", "!", "%", "@", "`", ",",
		"[", "]", "{", "}", "---", "...", "yes", "null", "~", "0", "1", "8", "0x", "0o7", "e3", ".", ".inf", "_", "2024-01-02", ":30", "=", "<<", "é", "日", "😀", "\u0085",
		"\u00a0", "\u2028", "\u2029", "\ufeff", "\ufffe", "\x00", "\x1b", "\x7f", "\u009f", "$(A)", "key: value\n", "\n  indented\n", strings.Repeat("long ", 300),
	}
	var b strings.Builder
	for range r.IntN(6) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func configMap(data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: metav1.ObjectMeta{Name: "texts"}, Data: data}
}
