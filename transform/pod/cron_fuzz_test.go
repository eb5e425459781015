package pod

import "testing"

// FuzzCron: no schedule panics, and one that Kubernetes takes as it is stays one.
func FuzzCron(f *testing.F) {
	for _, s := range []string{"0 0 * * 7", "*/5 1-7/2 * jan sun-7", "@every 1h", "TZ=UTC", "0 0 1,15 * 5-7/2,sat", "0 0 * * 0-7/99999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, schedule string) {
		rewritten := sundayAsZero(schedule)
		if parseCron(schedule) == nil && parseCron(rewritten) != nil {
			t.Errorf("%q became %q", schedule, rewritten)
		}
	})
}
