package secret

import (
	"slices"
	"strings"
	"testing"
)

// What decides quickly that a text holds no secret says what the patterns say.
func FuzzQuickLooks(f *testing.F) {
	for _, seed := range []string{
		"password=x", `"token": "y"`, "a: 'b'", "dbPassword", "DBPassword2", "xoxb-0123456789", "u:p@h/x", "https://u:p@h", "-DkeyStorePassword=changeit",
		"PIN = 4711", "ſecret=abc", "paſſword='x'", "\xffpw=1", "AKIAABCDEFGHIJKLMNOP", "api-key :\f\"v\"", "`", "--token abc123", "-token x", "--password\tx",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := shownIn(text), shownSlowly(text); !slices.Equal(got, want) {
			t.Errorf("shownIn(%q) = %v, want %v", text, got, want)
		}
		if got, want := assignedSecrets(text), assignedSlowly(text); !slices.Equal(got, want) {
			t.Errorf("assignedSecrets(%q) = %v, want %v", text, got, want)
		}
		if got, want := wordsOf(text), wordsOfText(text); !slices.Equal(got, want) {
			t.Errorf("wordsOf(%q) = %q, want %q", text, got, want)
		}
		for _, value := range []string{"a1b2c3d4e5", "x", "/a/b"} {
			if got, want := Is(text, value), judgedSlowly(text, value); got != want {
				t.Errorf("Is(%q, %q) = %v, want %v", text, value, got, want)
			}
		}
	})
}

// judgedSlowly is Is as its rules are told: the value first.
func judgedSlowly(name, value string) bool {
	words := wordsOfText(name)
	switch {
	case IsValue(value):
		return true
	case isAbout(words) || cannotBe(words, value):
		return false
	case hasSecretWord(words):
		return true
	}
	kind := kindOfKey(words)
	return kind == secretKey || kind == unknownKey && isRandom(value)
}

func shownSlowly(text string) []span {
	var spans []span
	for _, f := range forms {
		if !slices.ContainsFunc(f.marks, func(mark string) bool { return strings.Contains(text, mark) }) {
			continue
		}
		for _, at := range f.pattern.FindAllStringSubmatchIndex(text, -1) {
			spans = append(spans, span{at[2], at[3]})
		}
	}
	return append(spans, passwordsOfURLs(text)...)
}

func assignedSlowly(text string) []span {
	var spans []span
	for _, at := range assignment.FindAllStringSubmatchIndex(text, -1) {
		name, value := text[at[2]:at[3]], text[at[4]:at[5]]
		if IsName(name) && !isReference(value) && !cannotBe(wordsOf(name), value) && !strings.HasPrefix(value, "${") && !strings.HasPrefix(value, "$(") {
			spans = append(spans, span{at[4], at[5]})
		}
	}
	return spans
}

// Among spellings that begin alike, the longest that stands in a text is found, as if each were compared.
func FuzzLongestSpelling(f *testing.F) {
	f.Add("a ab abc b abd abcde", "abcdx")
	f.Add("x", "")
	f.Fuzz(func(t *testing.T, words, text string) {
		var list []spelling
		want := ""
		for word := range strings.FieldsSeq(words) {
			list = append(list, spelling{text: word})
			if strings.HasPrefix(text, word) && len(word) > len(want) {
				want = word
			}
		}
		if got, ok := longestIn(sortedSpellings(list), text); got.text != want || ok != (want != "") {
			t.Errorf("%q of %q begins %q, want %q", got.text, words, text, want)
		}
	})
}
