package build

import "fmt"

// Event is something that happened. Its JSON form is stable; Type names it there.
type Event interface{ Type() string }

// Sink receives events, from any goroutine.
type Sink func(Event)

// Step tells what happens to the image of a service.
type Step struct {
	Service string `json:"service,omitempty"` // empty for something that concerns all images
	Action  string `json:"action"`            // building, built, there, pushing, pushed, loading, loaded, shared
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

func (s Sink) tell(e Event) {
	if s != nil {
		s(e)
	}
}
