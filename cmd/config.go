package cmd

import (
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/internal/sorted"
)

func newConfig(streams Streams, project *projectFlags) *cobra.Command {
	var (
		format                                              string
		services, volumes, images, profiles, networks, name bool
		quiet                                               bool
	)
	c := &cobra.Command{
		Use: "config [SERVICE...]", Short: "Show the project as it is read: merged, interpolated and normalized",
		RunE: func(c *cobra.Command, names []string) error {
			loaded, err := streams.load(c.Context(), project.options(names, streams.In))
			if err != nil {
				return err
			}
			p := loaded.Project
			switch {
			case quiet:
				return nil
			case services:
				return printList(streams, p.ServiceNames())
			case volumes:
				return printList(streams, sorted.Keys(p.Volumes))
			case networks:
				return printList(streams, sorted.Keys(p.Networks))
			case profiles:
				return printList(streams, profilesOf(p))
			case images:
				return printList(streams, imagesOf(p))
			case name:
				return printList(streams, []string{p.Name})
			}
			return printProject(streams, p, format)
		},
	}
	c.Flags().SortFlags = false
	addGroup(c, "Which project", project.attach)
	addGroup(c, "Output", func(flags *pflag.FlagSet) {
		addChoice(flags, &format, "format", "", "form of the project", "yaml", "json")
		flags.BoolVarP(&quiet, "quiet", "q", false, "only check that the project can be read")
		flags.BoolVar(&services, "services", false, "names of services only")
		flags.BoolVar(&volumes, "volumes", false, "names of volumes only")
		flags.BoolVar(&networks, "networks", false, "names of networks only")
		flags.BoolVar(&images, "images", false, "names of images only")
		flags.BoolVar(&profiles, "profiles", false, "names of profiles only")
		flags.BoolVar(&name, "name", false, "name of the project only")
		addRefused(flags, refusedByConfig)
		addHonored(flags, "dry-run")
	})
	completeChoices(c)
	return c
}

func printList(streams Streams, list []string) error {
	if len(list) == 0 {
		return nil
	}
	_, err := fmt.Fprintln(streams.Out, strings.Join(list, "\n"))
	return err
}

func printProject(streams Streams, p *types.Project, format string) error {
	marshal := p.MarshalYAML
	if format == "json" {
		marshal = p.MarshalJSON
	}
	text, err := marshal()
	if err != nil {
		return fmt.Errorf("write the project: %w", err)
	}
	if format == "json" {
		text = append(text, '\n')
	}
	_, err = streams.Out.Write(text)
	return err
}

func profilesOf(p *types.Project) []string {
	found := map[string]bool{}
	for _, all := range []types.Services{p.Services, p.DisabledServices} {
		for _, s := range all {
			for _, name := range s.Profiles {
				found[name] = true
			}
		}
	}
	return sorted.Keys(found)
}

func imagesOf(p *types.Project) []string {
	found := map[string]bool{}
	for _, s := range p.Services {
		image := s.Image
		if image == "" {
			image = p.Name + "-" + s.Name
		}
		found[image] = true
	}
	return sorted.Keys(found)
}
