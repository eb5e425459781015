package secret_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/transship/transship/transform/secret"
)

// FuzzMask plants a secret in a text: whatever stands around it, it is not shown, and masking twice changes nothing more.
func FuzzMask(f *testing.F) {
	for _, seed := range [][3]string{
		{"DB_PASSWORD", "pw4t8nq2xz", "mysql -p"},
		{"TOKEN", "a$(b)'\"c&d", "postgres://u:"},
		{"KEY", "-----BEGIN PRIVATE KEY-----\nabc\n", "x=y;"},
		{"URL", "redis://:p@ss/w:rd@cache:6379", "{\"a\":"},
		{"é", "\xff\xfe********", "::"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, name, value, around string) {
		s := secret.NewSet([]secret.Variable{{Name: name, Value: value, Secret: true}})
		masked := s.Mask(around + value + around)
		isOfMask := strings.Contains(secret.Masked, value) //nolint:gocritic // the mask may contain the value, not the other way round
		if s.Len() > 0 && !strings.Contains(around, value) && !isOfMask && strings.Contains(masked, value) && secret.IsTelling(value) {
			t.Errorf("%q stands in %q", value, masked)
		}
		if utf8.ValidString(around+value+around) && !utf8.ValidString(masked) {
			t.Errorf("%q is no text", masked)
		}
		s.MaskLine(around + value)
		secret.InText(around)
		secret.Is(name, value)
	})
}

// TestMaskingTakesLinearTime: texts of megabytes are masked in the time that it takes to read them.
func TestMaskingTakesLinearTime(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures time")
	}
	var variables []secret.Variable
	for i := range 500 {
		variables = append(variables, secret.Variable{Name: "X_PASSWORD", Value: "s3cr3t-" + strings.Repeat("x", i%40) + string(rune('a'+i%26))})
	}
	s := secret.NewSet(variables)
	for _, unit := range []string{"s3cr3t-xxx", "://a:b", "@@@@:/", "password=", "-----BEGIN PRIVATE KEY-----", "a:b@c/", "eyJeyJ.", "x"} {
		spent := map[int]time.Duration{}
		for _, size := range []int{1 << 16, 1 << 18} {
			text := strings.Repeat(unit, size/len(unit))
			start := time.Now()
			s.Mask(text)
			spent[size] = time.Since(start)
		}
		if spent[1<<18] > 16*max(spent[1<<16], 20*time.Millisecond) {
			t.Errorf("%q: %v for 64 KiB, %v for 256 KiB", unit, spent[1<<16], spent[1<<18])
		}
		t.Logf("%q: %v, %v", unit, spent[1<<16], spent[1<<18])
	}
}
