package clustertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// watcher is one watch that a client holds open.
type watcher struct {
	request Request
	events  chan watchEvent
}

type watchEvent struct {
	Type   string                     `json:"type"`
	Object *unstructured.Unstructured `json:"object"`
}

func uid(n int) types.UID { return types.UID(fmt.Sprintf("uid-%d", n)) }

// notify tells the watchers of a change. The lock is held.
func (s *Server) notify(event string, o *unstructured.Unstructured) {
	for w := range s.watchers {
		if w.request.selects(o) {
			w.events <- watchEvent{event, o.DeepCopy()}
		}
	}
}

// watch streams changes until the client goes. It tells first what there is, with the bookmark that ends the beginning,
// where the client asks for that.
func (s *Server) watch(w http.ResponseWriter, in *http.Request, r Request) {
	own := &watcher{request: r, events: make(chan watchEvent, 10_000)}
	s.mu.Lock()
	if r.query.Get("sendInitialEvents") == "true" {
		for _, o := range s.selected(r) {
			own.events <- watchEvent{"ADDED", o.DeepCopy()}
		}
		end := &unstructured.Unstructured{Object: map[string]any{"apiVersion": r.groupVersion(), "kind": "Bookmark"}}
		end.SetResourceVersion(strconv.Itoa(s.version))
		end.SetAnnotations(map[string]string{"k8s.io/initial-events-end": "true"})
		own.events <- watchEvent{"BOOKMARK", end}
	}
	s.watchers[own] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.watchers, own)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w)
	_ = flush.Flush() // a client that has gone is seen below
	encoder := json.NewEncoder(w)
	for {
		select {
		case <-in.Context().Done():
			return
		case e := <-own.events:
			if encoder.Encode(e) != nil || flush.Flush() != nil {
				return
			}
		}
	}
}
