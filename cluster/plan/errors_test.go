package plan

import (
	"testing"

	"github.com/transship/transship/cluster/resource"
)

func TestRefusalSaysOnceWhatIsTheSameForSeveralObjects(t *testing.T) {
	t.Parallel()
	var problems []Problem
	for _, name := range []string{"a", "b", "c", "d"} {
		problems = append(problems, Problem{Ref: resource.Ref{APIVersion: "v1", Kind: "Service", Name: name}, Message: "may not", Help: "ask"})
	}
	problems = append(problems, Problem{Ref: resource.Ref{APIVersion: "apps/v1", Kind: "Deployment", Name: "a"}, Message: "invalid"})
	want := `nothing was changed, because of 5 problems:
  service/a, service/b, service/c and 1 more: may not
    help: ask
  deployment/a: invalid`
	if got := (&RefusedError{Problems: problems}).Error(); got != want {
		t.Errorf("the message is\n%s\nwant\n%s", got, want)
	}
}
