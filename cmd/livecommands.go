package cmd

import (
	"github.com/spf13/cobra"
)

// liveCommands are the commands that talk to a cluster.
func liveCommands(streams Streams, project *projectFlags) []*cobra.Command {
	return []*cobra.Command{
		newUp(streams, project), newDown(streams, project), newPs(streams, project), newLogs(streams, project),
		newDiff(streams, project), newExec(streams, project), newRun(streams, project), newPort(streams, project), newForward(streams, project),
		newCp(streams, project), newImages(streams, project), newVolumes(streams, project), newRm(streams, project),
		newKill(streams, project), newPause(streams, project), newUnpause(streams, project), newAttach(streams, project), newTop(streams, project), newCreate(streams, project), newEvents(streams, project), newStats(streams, project),
		newRestart(streams, project), newStop(streams, project), newStart(streams, project), newScale(streams, project),
		newWait(streams, project), newLs(streams, project), newConfig(streams, project),
	}
}
