// Package registryclient is how this program talks to registries: with the logins and certificates that Docker and Podman
// use, patient with a registry that is busy, and never for longer than the caller waits.
package registryclient

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// attempts is how often a question is asked in all where the registry is busy or out of order.
	attempts = 3
	// firstPause is how long it gets before the second attempt; before each further one, three times as long.
	firstPause = 300 * time.Millisecond
	// longestPause is the longest that it may ask for by Retry-After; beyond that, its answer is the result.
	longestPause = 20 * time.Second
	// maxRedirects is how often an answer may lead elsewhere, as browsers and Go have it.
	maxRedirects = 10
	// maxAnswer bounds everything but the content of images, in bytes.
	maxAnswer = 16 << 20
)

// ErrRedirects is an answer that leads elsewhere again and again.
var ErrRedirects = fmt.Errorf("it redirects more than %d times", maxRedirects)

// NewTransport returns a transport that gives up on registries that do not answer within patience, asks again where they
// are busy, trusts the authorities that Docker and Podman trust for a registry, follows no more than 10 redirects, and ends
// answers beyond 16 MiB that are not the content of an image.
func NewTransport(patience time.Duration) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: patience, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = patience
	t.ResponseHeaderTimeout = 4 * patience
	return &transport{usual: t, own: map[string]*http.Transport{}}
}

type transport struct {
	usual *http.Transport

	mu  sync.Mutex
	own map[string]*http.Transport // by host; nil is the usual one
}

// RoundTrip asks once, or a few times where the registry is busy.
func (t *transport) RoundTrip(in *http.Request) (*http.Response, error) {
	if first, redirects := origin(in); redirects > maxRedirects {
		return nil, fmt.Errorf("%s: %w", first.URL.Path, ErrRedirects)
	}
	inner, err := t.to(in.URL.Host)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		out, err := inner.RoundTrip(in)
		if err != nil {
			return nil, err
		}
		wait, again := pause(in, out, attempt)
		if !again {
			bound(in, out)
			return out, nil
		}
		_, _ = io.CopyN(io.Discard, out.Body, 1<<10) // what is short leaves the connection usable
		_ = out.Body.Close()
		select {
		case <-in.Context().Done():
			return nil, in.Context().Err()
		case <-time.After(wait):
		}
	}
}

// origin returns the request that a request goes back to by redirects, and how many there were.
func origin(in *http.Request) (first *http.Request, redirects int) {
	for first = in; first.Response != nil && first.Response.Request != nil; redirects++ {
		first = first.Response.Request
	}
	return first, redirects
}

// pause says whether to ask again, and after how long.
func pause(in *http.Request, out *http.Response, attempt int) (wait time.Duration, again bool) {
	switch out.StatusCode {
	case http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		return 0, false
	}
	if attempt == attempts || in.Body != nil || in.Method != http.MethodGet && in.Method != http.MethodHead {
		return 0, false
	}
	wait = firstPause
	for range attempt - 1 {
		wait *= 3
	}
	if asked, says := retryAfter(out.Header.Get("Retry-After")); says {
		wait = max(wait, asked)
	}
	deadline, limited := in.Context().Deadline()
	return wait, wait <= longestPause && (!limited || time.Until(deadline) > wait)
}

// retryAfter reads how long a registry asks to wait: seconds or a date.
// Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
func retryAfter(text string) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(text); err == nil {
		return time.Until(date), true
	}
	return 0, false
}

// bound limits an answer that is not the content of an image, which is compared with its size while it is read.
func bound(in *http.Request, out *http.Response) {
	first, _ := origin(in)
	if strings.Contains(first.URL.Path, "/blobs/") && out.StatusCode < http.StatusMultipleChoices {
		return
	}
	out.Body = &bounded{out.Body, maxAnswer}
}

var errTooLong = errors.New("the answer has more than 16 MiB")

type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
