package apply

import (
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
)

// graph builds tasks from "service: dependencies".
func graph(edges ...string) ([]*task, map[string][]*task) {
	var tasks []*task
	byService := map[string][]*task{}
	for _, edge := range edges {
		name, rest, _ := strings.Cut(edge, ":")
		t := &task{step: &plan.Step{Ref: resource.Ref{Kind: "Deployment", Name: name}}, dependencies: map[string]resource.Dependency{}}
		for d := range strings.FieldsSeq(rest) {
			t.dependencies[d] = resource.Dependency{}
		}
		tasks = append(tasks, t)
		byService[name] = append(byService[name], t)
	}
	return tasks, byService
}

func TestBreakCycles(t *testing.T) {
	cases := map[string]struct {
		edges, left []string
		messages    int
	}{
		"a chain stays":            {[]string{"a: b", "b: c", "c:"}, []string{"a: b", "b: c", "c:"}, 0},
		"a diamond stays":          {[]string{"a: b c", "b: d", "c: d", "d:"}, []string{"a: b c", "b: d", "c: d", "d:"}, 0},
		"itself is let go":         {[]string{"a: a b", "b:"}, []string{"a: b", "b:"}, 0},
		"a cycle loses one edge":   {[]string{"a: b", "b: c", "c: a"}, []string{"a: b", "b: c", "c:"}, 1},
		"two cycles lose one each": {[]string{"a: b", "b: a c", "c: b"}, []string{"a: b", "b: c", "c:"}, 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			tasks, byService := graph(c.edges...)
			messages := breakCycles(tasks, byService)
			var left []string
			for _, task := range tasks {
				left = append(left, strings.TrimSuffix(task.step.Ref.Name+": "+strings.Join(resource.SortedKeys(task.dependencies), " "), " "))
			}
			if !slices.Equal(left, c.left) || len(messages) != c.messages {
				t.Errorf("left are %q, messages %q", left, messages)
			}
		})
	}
}
