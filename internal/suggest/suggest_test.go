package suggest

import "testing"

func TestClosest(t *testing.T) {
	for _, tt := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"imgae", []string{"image", "init"}, "image"},
		{"volume", []string{"volumes", "version"}, "volumes"},
		{"deploi", []string{"deploy", "develop"}, "deploy"},
		{"ports", []string{"ports"}, ""},
		{"xyz", []string{"image", "ports"}, ""},
		{"ab", []string{"ba", "ac", "abc"}, "abc"},
		{"", []string{"a", "bb"}, "a"},
		{"größe", []string{"grösse", "große"}, "große"},
		{"x", nil, ""},
		{"foo", []string{"Job", "for"}, "for"},
		{"foo", []string{"Job"}, ""},
		{"imagine", []string{"imag", "image", "imaginations"}, "image"},
	} {
		if got := Closest(tt.word, tt.candidates); got != tt.want {
			t.Errorf("Closest(%q, %q) = %q, want %q", tt.word, tt.candidates, got, tt.want)
		}
	}
}

func TestDistanceCountsTypingErrors(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"ab", "ba", 1}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}} {
		if got := distance([]rune(tt.a), []rune(tt.b)); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := distance([]rune(tt.b), []rune(tt.a)); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}
