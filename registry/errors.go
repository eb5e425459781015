package registry

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/transship/transship/internal/registryclient"
)

func wrongPlatform(platform string, offers []string) *Error {
	return &Error{Code: "image-platform", Offers: offers, Cause: fmt.Errorf("there is none for %s, only for %s", platform, strings.Join(offers, ", "))}
}

func invalid(err error) *Error { return &Error{Code: "image-invalid", Cause: err} }

// classified gives an error of a registry its code.
func classified(err error, ref name.Reference) *Error {
	out := &Error{Code: "image-invalid", Cause: err}
	if ref != nil {
		out.Host = ref.Context().RegistryStr()
	}
	if own := (*Error)(nil); errors.As(err, &own) {
		return own
	}
	answer := (*transport.Error)(nil)
	network := net.Error(nil)
	switch {
	case out.isAboutLogins(err), out.isAboutTLS(err):
	case errors.Is(err, registryclient.ErrRedirects):
		out.Code, out.Cause = "registry-unreachable", brief(err)
	case errors.As(err, &answer):
		out.Cause = answer
		switch answer.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			out.Code = "registry-auth"
		case http.StatusNotFound:
			out.Code, out.Cause = "image-not-found", errors.New("its registry has no such name or tag")
			if answer.Request != nil && strings.Contains(answer.Request.URL.Path, "/blobs/") {
				out.Code, out.Cause = "image-invalid", fmt.Errorf("its registry lacks a part of it: %w", err)
			}
		case http.StatusTooManyRequests:
			out.Code = "registry-unreachable"
			out.Help = "run it again later, or log in with `docker login " + out.Host + "`, by which most registries give away more; what has been read is kept"
		default:
			out.Code = "registry-unreachable"
		}
	case errors.Is(err, errUnsafe):
	case errors.Is(err, remote.ErrSchema1):
		out.Cause = errors.New("it has the form of Docker before 1.10 (manifest schema 1), which engines no longer take; push it again with a newer one")
	case errors.As(err, &network):
		out.Code, out.Cause = "registry-unreachable", brief(err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		out.Code = "registry-unreachable"
	case strings.HasPrefix(err.Error(), "it took longer"), strings.HasPrefix(err.Error(), "no answer within"):
		out.Code = "registry-unreachable"
	}
	return out
}

// isAboutLogins gives an error its code if it is about the login, before the registry was asked for the image.
func (e *Error) isAboutLogins(err error) bool {
	login := (*registryclient.LoginError)(nil)
	if errors.As(err, &login) {
		e.Code, e.Cause, e.Help = "registry-auth", login, login.Remedy()
		return true
	}
	// The library has no types for these.
	text := err.Error()
	for _, sign := range []string{"invalid realm in www-authenticate", "malformed www-authenticate", "unrecognized challenge", "no token in bearer response"} {
		if strings.HasPrefix(text, sign) {
			first, _, _ := strings.Cut(text, "\n")
			e.Code, e.Cause = "registry-auth", errors.New(strings.TrimSuffix(first, ":"))
			e.Help = "report it to whoever runs the registry: no login can be made from what it answers; an image that is on this machine is read by `transship lock --from engine`"
			return true
		}
	}
	return false
}

// isAboutTLS gives an error its code if the registry cannot show who it is.
func (e *Error) isAboutTLS(err error) bool {
	var unknown x509.UnknownAuthorityError
	var other x509.HostnameError
	var refused x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		e.Cause = unknown
		e.Help = "put the certificate of its authority into " + registryclient.CertificateFile(e.Host) + ", where Docker looks as well, or into the file that SSL_CERT_FILE names"
	case errors.As(err, &other):
		e.Cause, e.Help = other, "name the registry as its certificate does, or give it another certificate"
	case errors.As(err, &refused):
		e.Cause, e.Help = refused, "give the registry another certificate"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") && !strings.Contains(err.Error(), "http://"): // not asked without, too
		e.Cause = errors.New("it answers without TLS")
		e.Help = "give it a certificate; only registries of this machine and of private addresses are asked without TLS"
	default:
		return false
	}
	e.Code = "registry-unreachable"
	return true
}

// brief is the part of a network error that people need: what happened, without every URL that was tried.
func brief(err error) error {
	var parts []error
	joined, ok := err.(interface{ Unwrap() []error })
	if ok {
		parts = joined.Unwrap()
	} else {
		parts = []error{err}
	}
	last := parts[len(parts)-1]
	if name, ok := errors.AsType[*net.DNSError](last); ok && name.IsNotFound {
		return fmt.Errorf("there is no host %s", name.Name)
	}
	if operation, ok := errors.AsType[*net.OpError](last); ok {
		return operation.Err
	}
	if request, ok := errors.AsType[*url.Error](last); ok {
		return request.Err
	}
	return last
}

func cutPrefix(s, prefix string) (string, bool) { return strings.CutPrefix(s, prefix) }

func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
