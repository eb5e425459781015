package cmd

import (
	"os"
	"strings"
	"testing"
)

// TestFlagsOfKomposeAreAnswered: each flag of Kompose is taken with its meaning, or refused with the name of ours; the guide
// has a row for it.
func TestFlagsOfKomposeAreAnswered(t *testing.T) {
	text, err := os.ReadFile("testdata/kompose.txt")
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile("../docs/guides/coming-from-kompose.md")
	if err != nil {
		t.Fatal(err)
	}
	convert, _, err := newRoot(Streams{In: strings.NewReader("")}).Find([]string{"convert"})
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		name, shorthand := fields[0], fields[1]
		listed[name] = true
		f := convert.Flags().Lookup(name)
		if f == nil {
			t.Errorf("--%s is not known", name)
			continue
		}
		if refusal, is := f.Value.(ofKompose); is {
			listed[name] = true
			if err := f.Value.Set("x"); err == nil || refusal.reason == "" {
				t.Errorf("--%s is taken and does nothing", name)
			}
		} else if name != "file" && name != "namespace" && name != "profile" && name != "verbose" {
			t.Errorf("--%s is a flag of its own: does it mean what Kompose means?", name)
		}
		// The -o and -d of Kompose are ours with other values, which the flags themselves answer.
		if shorthand != "-" && shorthand != "o" && shorthand != "d" {
			if short := convert.Flags().ShorthandLookup(shorthand); short == nil || short.Name != name {
				t.Errorf("-%s is not --%s", shorthand, name)
			}
		}
		if !strings.Contains(string(guide), "`--"+name) {
			t.Errorf("the guide has no row for --%s", name)
		}
	}
	for key := range komposeFlags {
		if name, _, _ := strings.Cut(key, ","); !listed[name] {
			t.Errorf("Kompose has no --%s", name)
		}
	}
}
