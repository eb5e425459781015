package event

import "time"

// Happened tells what happened to a container, its Pod or its workload, as the cluster notes it.
type Happened struct {
	Time       time.Time         `json:"time"`
	Service    string            `json:"service"`
	ID         string            `json:"id"`     // name of the Pod or workload
	Action     string            `json:"action"` // in docker compose's words where it has one: create, start, kill, die
	Attributes map[string]string `json:"attributes"`
}

// Type names the event in its JSON form.
func (Happened) Type() string { return "happened" }
