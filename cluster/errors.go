package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// Problem is a reason why a plan is refused, about one object.
type Problem struct {
	Ref     Ref
	Code    string // stable: foreign, conflict, immutable-claim, claim-going, shared-pod, invalid, denied, forbidden
	Message string
	Help    string
}

// RefusedError says that nothing was changed, and why.
type RefusedError struct{ Problems []Problem }

// Error implements error. What is the same for several objects is said once.
func (e *RefusedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "nothing was changed, because of %s:", count(len(e.Problems), "problem"))
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
		fmt.Fprintf(&b, "\n  %s: %s", someOf(about[r]), r.message)
		if r.help != "" {
			fmt.Fprintf(&b, "\n    help: %s", r.help)
		}
	}
	return b.String()
}

// someOf lists names, and only counts them beyond a few.
func someOf(names []string) string {
	const few = 3
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

// FailedError says that workloads cannot become what the project wants.
type FailedError struct{ Failures []Failed }

// Error implements error.
func (e *FailedError) Error() string {
	parts := make([]string, 0, len(e.Failures))
	for _, f := range e.Failures {
		parts = append(parts, fmt.Sprintf("%s: %s: %s", f.Ref, f.Reason, f.Message))
	}
	return strings.Join(parts, "\n")
}

// TimeoutError says what was still missing when time was up.
type TimeoutError struct {
	After   time.Duration
	Missing []Waiting // empty if time was up before anything was waited for
	Verb    string    // what was waited for: "become ready", "disappear"
}

// Error implements error.
func (e *TimeoutError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "timed out after %s", e.After)
	if len(e.Missing) > 0 {
		fmt.Fprintf(&b, ": %s did not %s", count(len(e.Missing), "object"), e.Verb)
	}
	for _, w := range e.Missing {
		fmt.Fprintf(&b, "\n  %s: %s", w.Ref, w.State)
		if w.Reason != "" {
			fmt.Fprintf(&b, " (%s)", w.Reason)
		}
	}
	return b.String()
}

// Is makes the error known as what it is to those who do not know this package.
func (e *TimeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// ForbiddenError says which permission is missing.
type ForbiddenError struct {
	Doing, User, Verb, Resource, Group, Namespace string
}

// Error implements error.
func (e *ForbiddenError) Error() string { return e.Doing + ": " + e.missing() }

// missing says which permission is missing, without what it was needed for.
func (e *ForbiddenError) missing() string {
	resource := e.Resource
	if e.Group != "" {
		resource += "." + e.Group
	}
	where, role := "at cluster scope", "ClusterRole"
	if e.Namespace != "" {
		where, role = "in namespace "+e.Namespace, "Role"
	}
	return fmt.Sprintf("%s may not %s %s %s: a %s with this verb and resource is missing", e.User, e.Verb, resource, where, role)
}

var rbacDenial = regexp.MustCompile(`User "([^"]*)" cannot (\S+) (?:resource|path) "([^"]*)"(?: in API group "([^"]*)")?(?: in the namespace "([^"]*)")?`)

// explain turns an error of the API server into one that says what was being done and what is missing.
func (c *Client) explain(err error, doing string) error {
	if denied := forbidden(err, doing); denied != nil {
		return denied
	}
	var request *url.Error
	isRequest := errors.As(err, &request)
	switch {
	case utilnet.IsConnectionRefused(err):
		return c.away(doing, "nothing answers at "+c.Server, "does the cluster run, and is it the one that is meant?", err)
	case apierrors.IsUnauthorized(err):
		return c.away(doing, c.Server+" does not know these credentials", "they may have expired: log in again, or choose others with --context", err)
	case isRequest && request.Timeout() && !errors.Is(err, context.Canceled) && !errors.Is(err, errTimeUp):
		return c.away(doing, "no answer from "+c.Server+" in time", "--request-timeout and --patience say how long it is waited for", err)
	case isRequest && request.Err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, errTimeUp):
		return c.away(doing, "cannot reach "+c.Server+": "+firstLine(request.Err.Error()), "is it the cluster that is meant?", err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// away says that the API server could not be asked, without the address of the request that failed.
func (c *Client) away(doing, what, next string, cause error) error {
	return &unreachableError{fmt.Sprintf("%s: %s (context %s): %s", doing, what, c.Context, next), cause}
}

type unreachableError struct {
	message string
	cause   error
}

// Error implements error.
func (e *unreachableError) Error() string { return e.message }

// Unwrap returns what happened.
func (e *unreachableError) Unwrap() error { return e.cause }

// forbidden returns the permission that is missing, and nil if the error is about something else: a quota and an
// admission policy answer with the same status code.
func forbidden(err error, doing string) *ForbiddenError {
	if !apierrors.IsForbidden(err) {
		return nil
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return nil
	}
	m := rbacDenial.FindStringSubmatch(status.Status().Message)
	if m == nil {
		return nil
	}
	return &ForbiddenError{Doing: doing, User: m[1], Verb: m[2], Resource: m[3], Group: m[4], Namespace: m[5]}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
