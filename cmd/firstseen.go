package cmd

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/transship/transship/internal/outfile"
	"github.com/transship/transship/transform/extension"
)

// seenServers are the servers on which projects were changed from this machine, by the name of the project. Clusters of this
// machine are not among them: nobody is asked about those.
type seenServers struct {
	GeneratedBy string              `json:"generatedBy"`
	Projects    map[string][]string `json:"projects"`
}

// seenHead is how the file begins that was written by this program.
const seenHead = `{"generatedBy":"transship"`

// seenFile is where the servers are noted: below the folder for the state of programs. Empty where a user has none.
func seenFile() string {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "transship", "servers.json")
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		if dir, err := os.UserConfigDir(); err == nil {
			return filepath.Join(dir, "transship", "servers.json")
		}
		return ""
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".local", "state", "transship", "servers.json")
	}
	return ""
}

// readSeen returns what is noted; nothing if there is no file, or none of this program.
func readSeen(file string) seenServers {
	none := seenServers{GeneratedBy: "transship", Projects: map[string][]string{}}
	data, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(data), seenHead) {
		return none
	}
	var seen seenServers
	if json.Unmarshal(data, &seen) != nil || seen.Projects == nil {
		return none
	}
	return seen
}

// newServer returns what has to be confirmed before a project is changed on a server for the first time; nothing if it was changed
// there before, the server is of this machine, or the project names the context. Where nobody can be asked, only a project
// that is known from another server is kept back: a runner of CI remembers nothing.
func (l *live) newServer(streams Streams, where *extension.Project) string {
	file := seenFile()
	if l.IsLocal() || file == "" || len(where.AllowedContexts) > 0 {
		return ""
	}
	seen := readSeen(file).Projects[l.project]
	if slices.Contains(seen, l.address()) || len(seen) == 0 && streams.terminalIn() == nil {
		return ""
	}
	return fmt.Sprintf("change project %s in context %s, on a server where it was not changed before from this machine (%s)", l.project, l.Context, l.address())
}

// remember notes that a project is changed on a server, so that nobody is asked again.
func (l *live) remember(streams Streams) {
	file := seenFile()
	if l.IsLocal() || file == "" {
		return
	}
	seen := readSeen(file)
	if slices.Contains(seen.Projects[l.project], l.address()) {
		return
	}
	seen.Projects[l.project] = append(seen.Projects[l.project], l.address())
	slices.Sort(seen.Projects[l.project])
	data, err := json.Marshal(seen)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o700)
	}
	if err == nil {
		err = outfile.Replace(file, append(data, '\n'), 0o600, func(head []byte) bool { return strings.HasPrefix(string(head), seenHead) })
	}
	if err != nil {
		fmt.Fprintf(streams.Err, "warning: cannot note that project %s was changed on this server, so the next run asks again: %s\n", l.project, streams.errorText(err))
	}
}

// address is the address of the server without a login that may stand in it.
func (l *live) address() string {
	u, err := url.Parse(l.Server)
	if err != nil {
		return l.Server
	}
	u.User = nil
	return u.String()
}
