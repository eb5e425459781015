package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// Run is one that changes a project, as the inventory names it.
type Run struct {
	ID     string
	Holder string // whose it is: user, machine and process
	Doing  string // the command and the services that it is about: "down", "down web"; empty for one of an earlier version
}

// String says whose run it is, and what it does.
func (r Run) String() string {
	if r.Doing == "" {
		return r.Holder
	}
	return fmt.Sprintf("`%s` of %s", r.Doing, r.Holder)
}

func (r lockRecord) run() Run { return Run{ID: r.Run, Holder: r.Holder, Doing: r.Doing} }

// GaveWayError says that a run ended in favour of another one.
type GaveWayError struct{ By Run }

// Error implements error.
func (e *GaveWayError) Error() string {
	return fmt.Sprintf("this run gave way to %s", e.By)
}

// wish is what a run asks for that wants another one to give way.
type wish struct {
	From   string `json:"from"` // the run that is asked
	Holder string `json:"holder"`
	Run    string `json:"run"`
	Doing  string `json:"doing"`
}

// ask asks the run that holds the lock of an inventory to give way.
func ask(ctx context.Context, c *api.Conn, o *unstructured.Unstructured, from lockRecord, doing string) error {
	encoded, err := json.Marshal(wish{From: from.Run, Holder: holder(), Run: "next", Doing: doing})
	if err != nil {
		return fmt.Errorf("write the wish: %w", err)
	}
	_, err = c.Patch(ctx, resource.RefOf(o), o.GetNamespace(), map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{resource.AnnotationWanted: string(encoded)}},
	})
	return err
}

// onlyOf returns what is to be done instead of what a run does; nothing if that run removes the project, which waits for
// nobody.
func onlyOf(r lockRecord, instead string) string {
	if r.run().Removes() {
		return ""
	}
	return instead
}

// Down is what a run does that removes a project, or services that are named behind it.
const Down = "down"

// Removes reports whether a run removes the project or a part of it.
func (r Run) Removes() bool { return r.Doing == Down || strings.HasPrefix(r.Doing, Down+" ") }

// WantedFrom returns the run that asks a run to give way.
func WantedFrom(o *unstructured.Unstructured, own string) (Run, bool) {
	var w wish
	if own == "" || json.Unmarshal([]byte(o.GetAnnotations()[resource.AnnotationWanted]), &w) != nil || w.From != own {
		return Run{}, false
	}
	return Run{ID: w.Run, Holder: w.Holder, Doing: w.Doing}, true
}

// RunsOf returns the run that holds the lock of an inventory, if one does.
func RunsOf(o *unstructured.Unstructured) []Run {
	record, locked := LockOf(o)
	if !locked {
		return nil
	}
	return []Run{record.run()}
}
