package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transship/transship/build"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/lang"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/terminal"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/keys"
)

func newExplain(streams Streams, project *projectFlags) *cobra.Command {
	var output string
	var language languageFlag
	c := &cobra.Command{
		Use:   "explain WORD",
		Short: "Explain a Compose key, a finding, a word of Kubernetes, or a service of the project",
		Long: `Explain a key of a Compose file: what it does on Docker, what it becomes on Kubernetes, how the two differ, and what to
do about it. The key may be written with or without the names and indices of a project.

A code of a finding, a key of x-kubernetes, a kompose.* label and a word of Kubernetes are explained as well. For a service
of the project, as in services.web, it is told which objects it became and why; for a key of it, as in services.web.ports,
which lines it makes.`,
		Example: `  transship explain healthcheck
  transship explain services.web.ports[0].host_ip
  transship explain bind-data
  transship explain StatefulSet
  transship explain services.web
  transship explain volumes.driver_opts -o json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("explain takes one key, code or word, such as services.healthcheck")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return explainable(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			answers, err := answersTo(c.Context(), strings.Join(args, " "), project, streams)
			if c.Context().Err() != nil { // what is known without the project is not what was asked for
				return context.Cause(c.Context())
			}
			if err != nil {
				return err
			}
			if output == "json" {
				return printJSON(streams.Out, answers)
			}
			for i, a := range answers {
				if i > 0 {
					fmt.Fprintln(streams.Out)
				}
				if err := a.write(streams.Out, language.chosen(), terminal.Width(streams.Out)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	addChoice(c.Flags(), &output, "output", "o", "form of the output", "text", "json")
	language.attach(c.Flags())
	addGroup(c, "Which project", project.attach)
	completeChoices(c)
	return c
}

// answer is one thing that a word means.
type answer struct {
	value any
	write func(w io.Writer, in lang.Language, width int) error
}

// printJSON prints one answer as an object, several as an array of them.
func printJSON(w io.Writer, answers []answer) error {
	value := answers[0].value
	if len(answers) > 1 {
		var all []any
		for _, a := range answers {
			all = append(all, a.value)
		}
		value = all
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

var serviceName = pattern.New(`^(services|jobs)\.([^.\[]+)$`)

// keyAnswers returns what a key of the format means, and which lines it makes in this project. A service that the project lacks is an
// error.
func keyAnswers(ctx context.Context, asked string, topic explain.Topic, project *projectFlags, streams Streams) ([]answer, error) {
	if parts := serviceName.FindStringSubmatch(asked); parts != nil && topic.Key == parts[1] {
		if said := noSuchService(ctx, parts[1], parts[2], project, streams); said != "" {
			return nil, usagef("%s", said)
		}
	}
	answers := []answer{topicAnswer(topic)}
	if lines, ok := linesOf(ctx, asked, project, streams); ok {
		answers = append(answers, lines)
	}
	return answers, nil
}

// answersTo returns everything that a word means: the code of a finding, a key of the Compose format, a word of Kubernetes. A
// service of the project goes before all others, and so does a word with capitals, such as Secret.
func answersTo(ctx context.Context, asked string, project *projectFlags, streams Streams) ([]answer, error) {
	if parts := serviceName.FindStringSubmatch(asked); parts != nil {
		if a, ok := storyOf(ctx, parts[2], project, streams); ok {
			return []answer{a}, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	if entries := extensionEntries(asked); len(entries) > 0 {
		return []answer{settingsAnswer(entries)}, nil
	}
	if meant, ok := everyday[asked]; ok {
		asked = meant
	}
	word, exact, isWord := explain.Word(asked)
	if isWord && exact && strings.ToLower(asked) != asked {
		return []answer{noteAnswer(word)}, nil
	}
	var answers []answer
	if isWord {
		if topic, err := explain.Find(asked); err == nil && strings.Count(topic.Key, ".") > 1 { // who says service means no service of extends
			return []answer{noteAnswer(word), topicAnswer(topic)}, nil
		}
	}
	for _, code := range codes() {
		if code.Name == asked {
			answers = append(answers, noteAnswer(explain.OfCode(code)))
		}
	}
	topic, err := explain.Find(asked)
	if err == nil {
		ofKey, err := keyAnswers(ctx, asked, topic, project, streams)
		if err != nil {
			return nil, err
		}
		answers = append(answers, ofKey...)
	}
	if isWord && (exact || err != nil) {
		answers = append(answers, noteAnswer(word))
	}
	if len(answers) > 0 {
		return answers, nil
	}
	if a, ok := storyOf(ctx, asked, project, streams); ok {
		return []answer{a}, nil
	}
	if entries := extensionEntries("x-kubernetes." + asked); len(entries) > 0 {
		return []answer{settingsAnswer(entries)}, nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if from := keysOfField(asked); len(from) > 0 {
		return nil, usagef("%q is a field of Kubernetes; explain the keys that become it: %s", asked, strings.Join(from, ", "))
	}
	if meant := closest(asked); meant != "" && !strings.Contains(err.Error(), "did you mean") && !strings.Contains(err.Error(), "name one") {
		return nil, usagef("%q is neither a key of the Compose format nor a finding or a word of Kubernetes: did you mean %q?", asked, meant)
	}
	return nil, usagef("%s", orWord(asked, err.Error()))
}

func settingsAnswer(entries []explain.Setting) answer {
	return answer{entries, func(w io.Writer, in lang.Language, width int) error {
		return explain.WriteEntries(w, entries, in, width)
	}}
}

func noteAnswer(n explain.Note) answer {
	return answer{n, func(w io.Writer, in lang.Language, width int) error { return explain.WriteNote(w, n, in, width) }}
}

func topicAnswer(topic explain.Topic) answer {
	return answer{topic, func(w io.Writer, in lang.Language, width int) error { return explain.WriteText(w, topic, in, width) }}
}

// storyOf converts the project, if there is one, and tells of one of its services.
func storyOf(ctx context.Context, name string, project *projectFlags, streams Streams) (answer, bool) {
	result, err := streams.convert(ctx, convert.Options{Load: project.options(nil, streams.In)})
	if err != nil {
		return answer{}, false
	}
	story, ok := convert.NewStory(result, name)
	if !ok {
		return answer{}, false
	}
	story.Examine(ctx, result, transform.Options{})
	return answer{story, func(w io.Writer, in lang.Language, width int) error { return writeStory(w, story, in, width) }}, true
}

// linesOf tells which lines the project has because of a key of it, such as services.web.ports.
func linesOf(ctx context.Context, key string, project *projectFlags, streams Streams) (answer, bool) {
	if strings.Count(key, ".") < 2 {
		return answer{}, false
	}
	result, err := streams.convert(ctx, convert.Options{Load: project.options(nil, streams.In)})
	if err != nil {
		return answer{}, false
	}
	lines, ok := convert.NewKeyLines(ctx, result, key, transform.Options{})
	return answer{lines, func(w io.Writer, in lang.Language, width int) error { return writeLines(w, lines, in, width) }}, ok
}

// noSuchService says that the project lacks a service or a job, and which one was perhaps meant; nothing where there is no project.
func noSuchService(ctx context.Context, section, name string, project *projectFlags, streams Streams) string {
	result, err := streams.convert(ctx, convert.Options{Load: project.options(nil, streams.In)})
	if err != nil || result.Loaded == nil {
		return ""
	}
	var names []string
	for known := range result.Loaded.Project.Services {
		names = append(names, section+"."+known)
	}
	for known := range result.Loaded.Project.Jobs {
		names = append(names, section+"."+known)
	}
	slices.Sort(names)
	return fmt.Sprintf("the project has no %s.%s%s", section, name, didYouMean(section+"."+name, names))
}

// codes returns every code with what is known of it.
func codes() []explain.Code {
	var list []explain.Code
	for _, c := range convert.Codes() {
		list = append(list, explain.Code{Code: c, CanAllow: convert.CanAllow(c), Changes: slices.Contains(convert.AllowedEffects, c.Name)})
	}
	for _, c := range build.Codes {
		list = append(list, explain.Code{Code: c, CanAllow: build.CanAllow(c), Live: true})
	}
	return list
}

// closest returns the word that was probably meant.
func closest(asked string) string {
	meant := strings.TrimSuffix(strings.TrimPrefix(didYouMean(asked, explainable()), ": did you mean "), "?")
	return meant
}

// explainable are the completions: every key of the schema without its wildcards, every code, every word.
func explainable() []string {
	var names []string
	for _, r := range keys.All() {
		if name := withoutWildcards(r.Path); len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	for _, c := range convert.Codes() {
		names = append(names, c.Name)
	}
	return append(append(names, explain.Words()...), extensionNames()...)
}

func withoutWildcards(path string) string {
	return strings.NewReplacer(".*", "", ".[]", "").Replace(path)
}
