package cmd

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/terminal"
	"github.com/transship/transship/transform/secret"
)

// exitTrouble is what diff exits with when it could not compare; 1 says that there are differences.
const exitTrouble = 2

func newDiff(streams Streams, project *projectFlags) *cobra.Command {
	f := &upFlags{liveFlags: newLive(project), streams: streams, effect: enters, pull: "policy", images: imageFlags{streams: streams, onlyLooks: true}}
	c := &cobra.Command{
		Use:   "diff [SERVICE...]",
		Short: "Show what up would change",
		Long: `Show what up would change on the cluster, as a unified diff. The values of Secrets are not shown. The exit code is 0
when nothing would change, 1 when something would, and more when that could not be found out.`,
		RunE: func(c *cobra.Command, services []string) error {
			p, err := f.convert(c.Context(), services)
			if err != nil {
				return troubled(err, streams)
			}
			o := f.options
			o.Project, o.Namespace, o.Partial = p.project, p.namespace, len(services) > 0
			o.Disabled, o.IsSecret = p.disabled, secret.Is
			difference, err := p.Diff(c.Context(), p.objects, o, func(e cluster.Event) {
				if w, is := e.(cluster.Warning); is {
					fmt.Fprintln(streams.Err, "warning: "+streams.lineText(w.Message))
				}
			})
			if err != nil {
				return troubled(err, streams)
			}
			if len(difference) == 0 {
				return nil
			}
			difference = []byte(streams.mask(string(difference)))
			if terminal.Color(f.findings.color, streams.Out) {
				difference = colored(difference)
			}
			if _, err := streams.Out.Write(difference); err != nil {
				return troubled(err, streams)
			}
			return &silentError{exitFailed}
		},
		ValidArgsFunction: f.completeServices(streams),
	}
	f.attachTo(c, "")
	addGroup(c, "What to do", func(flags *pflag.FlagSet) {
		o := &f.options
		flags.BoolVar(&o.RemoveOrphans, "remove-orphans", false, "show what --remove-orphans of up would remove")
		flags.BoolVar(&o.Adopt, "adopt", false, "compare with objects that this project did not make as well")
		flags.BoolVar(&o.ForceConflicts, "force-conflicts", false, "compare as if fields that others have set were overwritten")
		flags.StringArrayVar(&f.scale, "scale", nil, "`SERVICE=NUM` as for up (repeatable)")
	})
	addGroup(c, "Images", f.images.attachLooking)
	addGroup(c, "Mapping", f.mapping.attachLive)
	addGroup(c, "Images", f.attachLock)
	addGroup(c, "Findings", f.findings.attach)
	completeChoices(c)
	f.completeCluster(c)
	return c
}

// colored marks the lines of a unified diff as git does.
func colored(difference []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(difference) {
		code := 0
		switch {
		case bytes.HasPrefix(line, []byte("diff ")), bytes.HasPrefix(line, []byte("--- ")), bytes.HasPrefix(line, []byte("+++ ")):
			code = 1
		case bytes.HasPrefix(line, []byte("+")):
			code = 32
		case bytes.HasPrefix(line, []byte("-")):
			code = 31
		case bytes.HasPrefix(line, []byte("@@")):
			code = 36
		}
		if code == 0 {
			out.Write(line)
			continue
		}
		fmt.Fprintf(&out, "\x1b[%dm%s\x1b[0m\n", code, bytes.TrimSuffix(line, []byte("\n")))
	}
	return out.Bytes()
}

// troubled keeps the codes of diff apart: what went wrong must not look like a difference.
func troubled(err error, streams Streams) error {
	if silent := (*silentError)(nil); errors.As(err, &silent) {
		return &silentError{max(silent.code, exitTrouble)}
	}
	fmt.Fprintln(streams.Err, "transship: "+streams.errorText(err))
	return &silentError{exitTrouble}
}
