package streams

import (
	"errors"
	"testing"
)

// A Pod says for a moment that a container runs which has ended.
func TestContainersThatEndedAreToldByTheWordsOfRuntimes(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]bool{
		"Internal error occurred: error executing command in container: failed to exec in container: container is in CONTAINER_EXITED state": true,
		`error executing command in container: failed to load task: no running task found: task 1a not found`:                                true,
		`unable to upgrade connection: container not found ("web")`:                                                                          true,
		"error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused":                                                        false,
	} {
		if got := hasEnded(errors.New(words)); got != want {
			t.Errorf("%q: %t", words, got)
		}
	}
}
