package invariants

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/internal/sorted"
)

// SecretValues returns the values of all Secrets that are no plain words, so that they can only be somewhere because somebody put them
// there.
func SecretValues(objects []runtime.Object) []string {
	var out []string
	note := func(value string) {
		if value = strings.TrimSpace(value); IsTelling(value) && !slices.Contains(out, value) {
			out = append(out, value)
		}
	}
	for _, o := range objects {
		if s, is := o.(*corev1.Secret); is {
			for _, key := range sorted.Keys(s.StringData) {
				note(s.StringData[key])
			}
			for _, key := range sorted.Keys(s.Data) {
				note(string(s.Data[key]))
			}
		}
	}
	return out
}

// IsTelling reports whether a value is long and mixed enough not to stand in a text by chance.
func IsTelling(value string) bool {
	var letter, digit, other bool
	for _, r := range value {
		letter, digit, other = letter || unicode.IsLetter(r), digit || unicode.IsDigit(r), other || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	return len(value) >= 8 && letter && (digit || other)
}

// Shown returns those of some values that a text shows, as they are or in base64.
func Shown(text string, values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool {
		return !strings.Contains(text, v) && !strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(v)))
	})
}
