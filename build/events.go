package build

import (
	"fmt"
	"strings"
)

// Event is something that happened. Its JSON form is stable; Type names it there.
type Event interface{ Type() string }

// Sink receives events, from any goroutine.
type Sink func(Event)

// Step tells what happens to the image of a service.
type Step struct {
	Service string `json:"service,omitempty"` // empty for something that concerns all images
	Action  string `json:"action"`            // building, built, failed, not built yet, there, pushing, pushed, loading, loaded, pulling, pulled
	Image   string `json:"image,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

// Output is a line that a builder or another program wrote.
type Output struct {
	Service string `json:"service,omitempty"` // empty where one program builds several images
	Text    string `json:"text"`
}

// Type names the event in its JSON form.
func (Step) Type() string { return "image" }

// Type names the event in its JSON form.
func (Output) Type() string { return "build-output" }

// String is the event for people.
func (s Step) String() string {
	text := "images"
	if s.Service != "" {
		text = "image of " + s.Service
	}
	text += " " + s.Action
	if s.Image != "" {
		text += ": " + s.Image
	}
	if s.Detail != "" {
		text += " (" + s.Detail + ")"
	}
	return text
}

// String is the event for people.
func (o Output) String() string {
	if o.Service == "" {
		return "  | " + o.Text
	}
	return fmt.Sprintf("  %s | %s", o.Service, o.Text)
}

// rows is the name that stands for the rows of all images.
const rows = "image/"

// Row says how a display with a row for each image shows the event: the name of the row, what it says, and whether that is
// the end of it: 1 for a good one, -1 for a bad one, 0 for none. A name that ends in a slash stands for all rows of images
// that are under way.
func (s Step) Row() (name, state string, end int) {
	end = map[string]int{"built": 1, "not built yet": 1, "there": 1, "pushed": 1, "loaded": 1, "pulled": 1, "failed": -1}[s.Action]
	return rows + s.Service, s.Action, end
}

// Row says how a display with a row for each image shows the event: see [Step.Row]. A line of which nobody knows whose it
// is has no name.
func (o Output) Row() (name, state string, end int) {
	if o.Service == "" {
		return "", "", 0
	}
	return rows + o.Service, "building: " + strings.TrimSpace(o.Text), 0
}

func (s Sink) tell(e Event) {
	if s != nil {
		s(e)
	}
}
