package plan

import (
	"fmt"
	"strings"

	"github.com/transship/transship/cluster/resource"
)

// Problem is a reason why a plan is refused, about one object.
type Problem struct {
	Ref     resource.Ref
	Code    string // stable: foreign, conflict, immutable-claim, claim-going, shared-pod, invalid, denied, forbidden
	Message string
	Help    string
}

// RefusedError says that nothing was changed, and why.
type RefusedError struct{ Problems []Problem }

// Error implements error. What is the same for several objects is said once.
func (e *RefusedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "nothing was changed, because of %s:", resource.Count(len(e.Problems), "problem"))
	type reason struct{ message, help string }
	about := map[reason][]string{}
	var order []reason
	for _, p := range e.Problems {
		r := reason{p.Message, p.Help}
		if about[r] == nil {
			order = append(order, r)
		}
		about[r] = append(about[r], p.Ref.String())
	}
	for _, r := range order {
		fmt.Fprintf(&b, "\n  %s: %s", resource.SomeOf(about[r]), r.message)
		if r.help != "" {
			fmt.Fprintf(&b, "\n    help: %s", r.help)
		}
	}
	return b.String()
}
