package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/sorted"
)

func newEvents(streams Streams, project *projectFlags) *cobra.Command {
	asJSON, since, until := false, "", ""
	var o cluster.EventOptions
	return runnable{
		use: "events [SERVICE...]", short: "Show what happens to containers", quiet: true,
		long: `Show what happens to containers, until Ctrl-C: what the cluster notes of them, in docker compose's words where it has one, and
each end of a container with its exit code. A cluster remembers about an hour.`,
		args: func(*cobra.Command, []string) (err error) {
			if o.Since, err = moment("since", since); err != nil {
				return err
			}
			o.Until, err = moment("until", until)
			return err
		},
		flags: func(flags *pflag.FlagSet) {
			flags.BoolVar(&asJSON, "json", false, "one object of JSON per line")
			flags.StringVar(&since, "since", "", "also what happened since a `TIME` (2026-01-02T15:04:05Z) or a duration ago (42m)")
			flags.StringVar(&until, "until", "", "end at a `TIME`")
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			o.Project, o.Namespace, o.Services = l.project, l.namespace, services
			err := l.Events(c.Context(), o, func(e cluster.Event) {
				if h, is := e.(cluster.Happened); is {
					fmt.Fprintln(streams.Out, eventLine(h, asJSON, streams.shown))
				}
			})
			return endOfWatching(c.Context(), err)
		},
	}.command(streams, project)
}

// endOfWatching gives somebody who has seen enough the exit code of an interruption, and no message.
func endOfWatching(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &silentError{exitInterrupted}
	}
	return err
}

// eventLine renders an event as docker compose does. What the cluster says of it passes through show.
func eventLine(h cluster.Happened, asJSON bool, show func(string) string) string {
	said := map[string]string{}
	for key, value := range h.Attributes {
		said[show(key)] = show(value)
	}
	if asJSON {
		text, err := json.Marshal(map[string]any{
			"time": h.Time.UTC().Format(time.RFC3339Nano), "type": "container", "service": h.Service, "id": h.ID, "action": h.Action, "attributes": said,
		})
		if err == nil {
			return string(text)
		}
	}
	var attributes []string
	for _, key := range sorted.Keys(said) {
		attributes = append(attributes, key+"="+said[key])
	}
	return fmt.Sprintf("%s container %s %s (%s)", h.Time.Local().Format("2006-01-02 15:04:05.000000"), h.Action, h.ID, strings.Join(attributes, ", "))
}
