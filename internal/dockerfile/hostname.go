package dockerfile

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/transship/transship/source"
)

// listensOnHostname reports whether the program of an image listens on the address that the variable HOSTNAME names and on no other: the server of
// Next.js in its standalone form does, where nothing gives the variable a value. Containers have it with their own name.
// Source: https://nextjs.org/docs/app/api-reference/config/next-config-js/output
func listensOnHostname(stages []instructions.Stage, i int, facts source.ImageFacts) bool {
	if facts.Env["HOSTNAME"] != "" || !copiesStandalone(stages, i) {
		return false
	}
	texts := slices.Concat(facts.Entrypoint, facts.Cmd)
	for _, t := range facts.Texts {
		texts = append(texts, t.Text)
	}
	return !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "HOSTNAME") })
}

// copiesStandalone reports whether a stage, or one that it starts from, takes over what Next.js builds to be run alone.
func copiesStandalone(stages []instructions.Stage, i int) bool {
	for i >= 0 {
		for _, command := range stages[i].Commands {
			c, isCopy := command.(*instructions.CopyCommand)
			if isCopy && slices.ContainsFunc(c.SourcePaths, func(from string) bool { return strings.Contains(from, ".next/standalone") }) {
				return true
			}
		}
		base := stages[i].BaseName
		i = slices.IndexFunc(stages[:i], func(s instructions.Stage) bool { return s.Name != "" && strings.EqualFold(s.Name, base) })
	}
	return false
}
