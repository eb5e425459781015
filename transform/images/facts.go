package images

import (
	"github.com/transship/transship/source"
)

// Facts returns what a row of the built-in table says.
func (row Image) Facts() source.ImageFacts {
	facts := source.ImageFacts{
		Source: "the built-in table of images, from " + row.Source,
		Ports:  row.Ports, PortsKnown: len(row.Ports) > 0, Volumes: row.Volumes, DataDirs: row.DataDirs, ContentDirs: row.ContentDirs,
		Shell: row.Shell, ShellKnown: row.Shell || row.NoShell, User: row.User,
	}
	if row.Process != nil {
		facts.UID, facts.GID = new(row.Process.UID), new(row.Process.GID)
	}
	for _, u := range row.Users {
		if facts.Users == nil {
			facts.Users = map[string]source.ImageUser{}
		}
		facts.Users[u.Name] = source.ImageUser{UID: new(u.UID), GID: new(u.GID)}
	}
	return facts
}
