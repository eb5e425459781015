package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/lang"
	"github.com/transship/transship/internal/playground"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/web"
)

func newServe(streams Streams, project *projectFlags) *cobra.Command {
	var (
		mapping mappingFlags
		port    int
		open    bool
	)
	c := &cobra.Command{
		Use:   "serve [SERVICE...]",
		Short: "Show in a browser which line becomes what",
		Long: `Show the project in a browser: its files on one side, the manifests, findings and a graph on the other. A click on a line
lights up what belongs to it. The page follows the files as they change, waits for a compose file where there is none yet, and
writes nothing.

Only this machine can reach the page, and only by the address that is printed.`,
		Example: `  transship serve --open
  transship serve -f compose.yaml --publish=ingress`,
		RunE: func(c *cobra.Command, services []string) error {
			options, err := mapping.resolve()
			if err != nil {
				return err
			}
			page, err := fs.Sub(web.Dist, "dist")
			if err != nil {
				return err
			}
			server := &playground.Server{Options: convert.Options{Load: project.options(services, streams.In), Transform: options}, Page: page}
			listener, address, err := server.Listen(c.Context(), port)
			if err != nil {
				return err
			}
			fmt.Fprintln(streams.Out, address)
			streams.tell(diag.OneLine(served(c.Context(), server.Options.Load)))
			if open {
				if err := openBrowser(c, address); err != nil {
					fmt.Fprintf(streams.Err, "transship: no browser could be started (%s): open the address yourself\n", streams.errorText(err))
				}
			}
			return server.Serve(c.Context(), listener)
		},
	}
	c.Flags().SortFlags = false
	c.Flags().IntVar(&port, "port", 0, "`PORT` of 127.0.0.1 (default: any that is free)")
	c.Flags().BoolVar(&open, "open", false, "open the page in the browser")
	addGroup(c, "Which project", project.attach)
	addGroup(c, "Mapping", mapping.attach)
	completeChoices(c)
	return c
}

// served says what the page shows, or what it waits for.
func served(ctx context.Context, o loader.Options) string {
	say := lang.Choose("", os.Getenv).Say
	files, err := loader.FindFiles(ctx, o)
	if invalid, is := errors.AsType[*loader.Error](err); is {
		return say(invalid.Findings[0].Message) + say("; the page waits for it, Ctrl-C ends this")
	}
	if err != nil { // interrupted
		return say(err.Error())
	}
	return say(fmt.Sprintf("the page follows %s, Ctrl-C ends this", strings.Join(files, ", ")))
}

// openBrowser starts the browser of this desktop without waiting for it.
func openBrowser(c *cobra.Command, address string) error {
	opener := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}[runtime.GOOS]
	if opener == nil {
		opener = []string{"xdg-open"}
	}
	command := exec.CommandContext(c.Context(), opener[0], append(opener[1:], address)...)
	if err := command.Start(); err != nil {
		return err
	}
	go func() { _ = command.Wait() }() // only so that no zombie is left
	return nil
}
