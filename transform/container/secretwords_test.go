package container

import (
	"fmt"
	"testing"

	"github.com/transship/transship/source"
)

// TestPartsOfACommandInOneText: the text is split as compose-go does, and each word keeps what was filled in.
func TestPartsOfACommandInOneText(t *testing.T) {
	t.Parallel()
	secret := source.Part{Text: "changeme", Variable: "PASSWORD"}
	plain := func(text string) source.Part { return source.Part{Text: text} }
	for _, c := range []struct {
		text  []source.Part
		words []string
		want  string
	}{
		{[]source.Part{plain("serve --password "), secret, plain(" --note changeme")}, []string{"serve", "--password", "changeme", "--note", "changeme"}, "[[{serve }] [{--password }] [{changeme PASSWORD}] [{--note }] [{changeme }]]"},
		{[]source.Part{plain("serve 'a="), secret, plain(" b'")}, []string{"serve", "a=changeme b"}, "[[{serve }] [{a= } {changeme PASSWORD} { b }]]"},
		{[]source.Part{secret, secret}, []string{"changemechangeme"}, "[[{changeme PASSWORD} {changeme PASSWORD}]]"},
		{[]source.Part{plain("serve "), {Text: "a b", Variable: "PASSWORD"}, plain(" "), secret}, []string{"serve", "a", "b", "changeme"}, "[[{serve }] [] [] [{changeme PASSWORD}]]"},
		{[]source.Part{plain("serve "), secret}, []string{"other", "changeme"}, "[[] []]"},
		{[]source.Part{plain("serve \ue000 "), secret}, []string{"serve", "\ue000", "changeme"}, "[[] [] []]"},
	} {
		if got := fmt.Sprint(splitParts(c.text, c.words)); got != c.want {
			t.Errorf("%v: %s, want %s", c.text, got, c.want)
		}
	}
}
