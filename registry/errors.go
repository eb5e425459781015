package registry

import (
	"context"
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
	case errors.As(err, &answer):
		switch answer.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			out.Code = "registry-auth"
		case http.StatusNotFound:
			out.Code = "image-not-found"
			if answer.Request != nil && strings.Contains(answer.Request.URL.Path, "/blobs/") {
				out.Code, out.Cause = "image-invalid", fmt.Errorf("its registry lacks a part of it: %w", err)
			}
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
