package api

import (
	"sync"

	"k8s.io/client-go/rest"
)

// warnings passes on each warning of the server once.
func warnings(warn func(string)) rest.WarningHandler {
	if warn == nil {
		return rest.NoWarnings{}
	}
	return &warnOnce{warn: warn, seen: map[string]bool{}}
}

type warnOnce struct {
	warn func(string)
	mu   sync.Mutex
	seen map[string]bool
}

// HandleWarningHeader implements rest.WarningHandler.
func (w *warnOnce) HandleWarningHeader(code int, _, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if code != 299 || text == "" || w.seen[text] {
		return
	}
	w.seen[text] = true
	w.warn(text)
}
