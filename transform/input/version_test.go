package input

import "testing"

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]Version{
		"1.36": {1, 36}, "v1.36": {1, 36}, "v1.36.3": {1, 36}, "v1.36.0-gke.100": {1, 36}, "v1.36.3+k3s1": {1, 36}, "v1.36.3-eks-0a1b2c": {1, 36}, "1.36+": {1, 36},
		"": {}, "1": {}, "2.0": {}, "abc": {}, "\t1.36": {}, "1.-3": {}, "1.36.x": {}, "1.28": {}, "1.99999999999999999999": {},
	} {
		if got, err := ParseVersion(text); got != want || (err == nil) != (want != Version{}) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
