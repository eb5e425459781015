package event

// Exited tells that a container has ended. It may be started again.
type Exited struct {
	Service   string `json:"service"`
	Pod       string `json:"pod"`
	Container string `json:"container"`
	ExitCode  int64  `json:"exitCode"`
}

// Type names the event in its JSON form.
func (Exited) Type() string { return "exited" }
