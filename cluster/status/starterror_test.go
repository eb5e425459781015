package status

import (
	"errors"
	"testing"
)

func TestProgramThatCannotBeStartedIsNamed(t *testing.T) {
	const containerd = `failed to exec in container: failed to start exec "2a4a": OCI runtime exec failed: exec failed: unable to start container process: `
	cases := map[string]struct {
		program string
		missing bool
	}{
		containerd + `exec: "nosuch": executable file not found in $PATH: unknown`:                          {"nosuch", true},
		containerd + `exec: "/opt/run": stat /opt/run: no such file or directory: unknown`:                  {"/opt/run", true},
		containerd + `exec: "/etc/passwd": permission denied: unknown`:                                      {"/etc/passwd", false},
		"executable file `nosuch` not found in $PATH: No such file or directory: OCI runtime attempted ...": {"nosuch", true},
	}
	for message, want := range cases {
		var got *NotStartedError
		if !errors.As(StartError(message), &got) || got.Program != want.program || got.Missing != want.missing {
			t.Errorf("%q is read as %+v", message, got)
		}
	}
	if err := StartError("the connection was lost"); err != nil {
		t.Errorf("a lost connection is taken for %v", err)
	}
}
