package input

import (
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// changesUser matches the programs, where a command may stand, that start another one as the user that they are told, and that user. Sources:
// https://github.com/tianon/gosu, https://github.com/ncopa/su-exec, setpriv(1), runuser(1), su(1), sudo(8),
// https://skarnet.org/software/s6/s6-setuidgid.html, http://smarden.org/runit/chpst.8.html, https://github.com/phusion/baseimage-docker (setuser)
var changesUser = pattern.New("(?m)(?:^\\s*|[;&|(\"'`]\\s*|(?:--|-c|exec|then|do|else|tini|dumb-init|-g)\\s+)(?:/[\\w./-]*/)?("+
	`((?:gosu|su-exec|s6-setuidgid|setuidgid|setuser)\s+|(?:chpst|sudo(?:\s+-[EHnS]+)*)\s+-u\s*|runuser\s+(?:-l\s+|-\s+|-u\s+|-s\s+\S+\s+)*|`+
	`su\s+(?:-l\s+|-\s+|-p\s+|-[sm]\s+\S+\s+)*|setpriv\s+(?:-\S+\s+)*?--reuid[= ])["']?([\w$][\w${}.-]*)(?::([\w$][\w${}.-]*))?)`).
	Holding("gosu", "su-exec", "setuidgid", "setuser", "chpst", "sudo", "runuser", "su", "setpriv")

// becoming is what tells that the program of a container becomes another user than the one that the container starts as.
type becoming struct {
	by    string // "gosu app", as it is written; "" if nothing tells
	group *int64 // that is named by number
}

// givesOwner matches what a script does for the user that its program becomes: nobody needs to do it for it.
var givesOwner = pattern.New(`\bchown\b|\binstall\s.*-o`).Holding("chown", "install")

// becomingOf returns what the command of a container and the scripts that it runs say about the user that its program becomes.
func becomingOf(texts []string) becoming {
	var found becoming
	for _, text := range texts {
		if givesOwner.MatchString(text) {
			return becoming{}
		}
		if m := changesUser.FindStringSubmatch(text); m != nil && found.by == "" && m[3] != "root" && m[3] != "0" {
			found.by = strings.Join(strings.Fields(strings.NewReplacer(`"`, "", `'`, "").Replace(m[1])), " ")
			if group, err := strconv.ParseInt(m[4], 10, 32); err == nil && group > 0 {
				found.group = &group
			}
		}
	}
	return found
}

// The sections of supervisord with the programs that it starts, and the user of one. Source: https://supervisord.org/configuration.html#program-x-section-values
var (
	sectionOfSupervisor = pattern.New(`^\s*\[(\w+)[:\]]`).Holding("[")
	userOfSupervisor    = pattern.New(`^\s*user\s*=\s*([\w.-]+)`).Holding("user")
)

// userOfPrograms returns the first user but root as whom the settings of supervisord start a program, "" if there is none.
func userOfPrograms(text string) string {
	if !strings.Contains(text, "[program:") {
		return ""
	}
	section := ""
	for line := range strings.Lines(text) {
		if m := sectionOfSupervisor.FindStringSubmatch(line); m != nil {
			section = m[1]
		} else if m := userOfSupervisor.FindStringSubmatch(line); m != nil && section == "program" && m[1] != "root" && m[1] != "0" {
			return m[1]
		}
	}
	return ""
}
