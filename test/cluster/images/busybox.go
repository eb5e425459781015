package images

import (
	"fmt"
	"os/exec"
	"strings"
)

// appletsOf asks busybox which commands it can be.
func appletsOf(busybox string) ([]string, error) {
	out, err := exec.Command(busybox, "--list").Output()
	if err != nil {
		return nil, fmt.Errorf("list the commands of busybox: %w", err)
	}
	return strings.Fields(string(out)), nil
}
