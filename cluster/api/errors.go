package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/internal/pattern"
)

// ForbiddenError says which permission is missing.
type ForbiddenError struct {
	Doing, User, Verb, Resource, Group, Namespace string
}

// Error implements error.
func (e *ForbiddenError) Error() string { return e.Doing + ": " + e.Missing() }

// Missing says which permission is missing, without what it was needed for.
func (e *ForbiddenError) Missing() string {
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

var rbacDenial = pattern.New(`User "([^"]*)" cannot (\S+) (?:resource|path) "([^"]*)"(?: in API group "([^"]*)")?(?: in the namespace "([^"]*)")?`)

// Explain turns an error of the API server into one that says what was being done and what is missing.
func (c *Conn) Explain(err error, doing string) error {
	if denied := Forbidden(err, doing); denied != nil {
		return denied
	}
	var request *url.Error
	isRequest := errors.As(err, &request)
	switch {
	case utilnet.IsConnectionRefused(err):
		return c.away(doing, "nothing answers at "+c.Server, "does the cluster run, and is it the one that is meant?", err)
	case apierrors.IsUnauthorized(err):
		return c.away(doing, c.Server+" does not know these credentials", "they may have expired: log in again, or choose others with --context", err)
	case isRequest && request.Timeout() && !errors.Is(err, context.Canceled) && !errors.Is(err, ErrTimeUp):
		return c.away(doing, "no answer from "+c.Server+" in time", "--request-timeout and --patience say how long it is waited for", err)
	case isRequest && request.Err != nil && strings.Contains(request.Err.Error(), gettingCredentials):
		return c.away(doing, "the program that the kubeconfig names for logging in to "+c.Server+" failed: "+loginFailure(request.Err), "run it by hand, or choose another context", err)
	case isRequest && isCertificate(request.Err):
		return c.away(doing, "the certificate of "+c.Server+" is not trusted: "+resource.FirstLine(request.Err.Error()),
			"the cluster may have been made again, or something stands between: renew the kubeconfig, or give --certificate-authority", err)
	case isRequest && request.Err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, ErrTimeUp):
		return c.away(doing, "cannot reach "+c.Server+": "+resource.FirstLine(request.Err.Error()), "is it the cluster that is meant?", err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// gettingCredentials is how client-go begins the error of a program that is to log in.
const gettingCredentials = "getting credentials: "

// loginFailure says in one line why a program that is to log in failed, with the hint of the kubeconfig where there is one: it
// is what the error of client-go ends with.
func loginFailure(err error) string {
	_, why, _ := strings.Cut(err.Error(), gettingCredentials)
	lines := strings.FieldsFunc(why, func(r rune) bool { return r == '\n' })
	if len(lines) < 2 {
		return why
	}
	return lines[0] + " (" + strings.TrimSpace(lines[len(lines)-1]) + ")"
}

// isCertificate reports whether a connection failed because of the certificate of the server.
func isCertificate(err error) bool {
	verification := (*tls.CertificateVerificationError)(nil)
	return errors.As(err, &verification)
}

// away says that the API server could not be asked, without the address of the request that failed.
func (c *Conn) away(doing, what, next string, cause error) error {
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

// Forbidden returns the permission that is missing, and nil if the error is about something else: a quota and an
// admission policy answer with the same status code.
func Forbidden(err error, doing string) *ForbiddenError {
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

// ErrTimeUp is why the context of a run ended, if it was for its timeout.
var ErrTimeUp = errors.New("timed out")
