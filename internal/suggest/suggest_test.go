package suggest

import "testing"

func TestClosest(t *testing.T) {
	candidates := []string{"healthcheck", "hostname", "image", "ports", "volumes"}
	for word, want := range map[string]string{
		"healtcheck": "healthcheck",
		"volums":     "volumes",
		"imaeg":      "image",
		"port":       "ports",
		"x":          "",
		"banana":     "",
		"":           "",
	} {
		if got := Closest(word, candidates); got != want {
			t.Errorf("Closest(%q) = %q, want %q", word, got, want)
		}
	}
}
