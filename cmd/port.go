package cmd

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newPort(streams Streams, project *projectFlags) *cobra.Command {
	protocol := "tcp"
	return runnable{
		use: "port SERVICE PRIVATE_PORT", short: "Print where a published port answers while up runs", quiet: true,
		args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("port takes a service and a container port")
			}
			return nil
		},
		flags: func(flags *pflag.FlagSet) {
			flags.StringVar(&protocol, "protocol", "tcp", "`PROTOCOL` of the port")
			addRefused(flags, map[string]string{"index": "a published port leads to any ready Pod of the service"})
		},
		run: func(c *cobra.Command, l *live, args []string) error {
			number, err := strconv.ParseUint(args[1], 10, 16)
			if err != nil {
				return usagef("%q is not a port", args[1])
			}
			ports, err := l.PublishedPorts(c.Context(), l.project, l.namespace, args[0])
			if err != nil {
				return err
			}
			for _, p := range ports {
				if p.Target != int(number) || !strings.EqualFold(cmp.Or(p.Protocol, "tcp"), protocol) {
					continue
				}
				if !strings.EqualFold(protocol, "tcp") {
					return fmt.Errorf("port %d/%s of service %s does not answer on this machine: a cluster forwards TCP only", number, protocol, args[0])
				}
				if fixed, err := strconv.Atoi(p.Published); err != nil || fixed == 0 {
					return fmt.Errorf("port %d of service %s answers at a free port of this machine: `transship up` prints which", number, args[0])
				}
				_, err := fmt.Fprintln(streams.Out, p.Address())
				return err
			}
			return fmt.Errorf("service %s publishes no port %d/%s", args[0], number, protocol)
		},
	}.command(streams, project)
}
