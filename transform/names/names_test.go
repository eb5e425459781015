package names

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
)

func TestNormalize(t *testing.T) {
	long := strings.Repeat("a", 70)
	for _, c := range []struct {
		name  string
		limit int
		want  string
	}{
		{"web", MaxLabel, "web"},
		{"Web", MaxLabel, "web"},
		{"my_db", MaxLabel, "my-db"},
		{"db.local", MaxLabel, "db-local"},
		{"_db_", MaxLabel, "db"},
		{"---", MaxLabel, "x"},
		{"", MaxLabel, "x"},
		{"größe", MaxLabel, "gr--e"},
		{long, MaxLabel, strings.Repeat("a", 54) + "-6bd5e503"},
		{long, MaxCronJob, strings.Repeat("a", 43) + "-6bd5e503"},
	} {
		if got := Normalize(c.name, c.limit); got != c.want {
			t.Errorf("Normalize(%q, %d) = %q, want %q", c.name, c.limit, got, c.want)
		}
	}
}

func TestServiceLabelBeginsWithALetter(t *testing.T) {
	for name, want := range map[string]string{"3scale": "s-3scale", "web": "web", "_1": "s-1"} {
		if got := ServiceLabel(name); got != want {
			t.Errorf("ServiceLabel(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestAssignKeepsTheExactSpelling(t *testing.T) {
	for _, order := range [][]string{{"my_db", "my-db", "MY.DB"}, {"MY.DB", "my-db", "my_db"}} {
		r := NewRegistry()
		r.Assign("service", ServiceLabel, MaxLabel, order...)
		if got := r.Name("service", "my-db"); got != "my-db" {
			t.Errorf("%v: my-db is called %s", order, got)
		}
		for name, want := range map[string]string{"my_db": "my-db-e0a37f2f", "MY.DB": "my-db-b4239473"} {
			if got := r.Name("service", name); got != want {
				t.Errorf("%v: %s is called %s, want %s", order, name, got, want)
			}
		}
	}
}

func TestClaimNeverGivesANameTwice(t *testing.T) {
	r := NewRegistry()
	first := r.Claim("Secret", "one", "web-env", MaxLabel)
	second := r.Claim("Secret", "two", "web-env", MaxLabel)
	if first != "web-env" || second == first || r.Owner("Secret", second) != "two" {
		t.Errorf("%q and %q", first, second)
	}
	if again := r.Claim("Secret", "two", "other", MaxLabel); again != second {
		t.Errorf("asked again, %q instead of %q", again, second)
	}
	if r.Claim("ConfigMap", "one", "web-env", MaxLabel) != "web-env" {
		t.Error("spaces are not apart")
	}
}

func FuzzServiceLabel(f *testing.F) {
	for _, seed := range []string{"web", "3", "my_db", "", strings.Repeat("1", 64), "ß", "\xff", "-a-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		label := ServiceLabel(name)
		if problems := validation.IsDNS1035Label(label); len(problems) > 0 {
			t.Fatalf("ServiceLabel(%q) = %q: %v", name, label, problems)
		}
		if ServiceLabel(label) != label {
			t.Fatalf("%q changes again", label)
		}
	})
}

func FuzzAssign(f *testing.F) {
	f.Add("my_db,my-db,my.db", 63)
	f.Add(strings.Repeat("a", 70)+","+strings.Repeat("a", 71), 52)
	f.Fuzz(func(t *testing.T, list string, limit int) {
		if limit < 20 || limit > 253 {
			return
		}
		identities := strings.Split(list, ",")
		slices.Sort(identities)
		identities = slices.Compact(identities)
		r := NewRegistry()
		r.Assign("space", func(name string) string { return Normalize(name, limit) }, limit, identities...)
		seen := map[string]bool{}
		for _, id := range identities {
			name := r.Name("space", id)
			if name == "" || len(name) > limit || seen[name] {
				t.Fatalf("%q is called %q", id, name)
			}
			seen[name] = true
		}
	})
}
