package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/cluster/resource"
)

// breakCycles takes out the dependencies that would make workloads wait for each other, and for themselves, forever.
// Compose refuses cycles between services, but services that share a Pod depend on what each of them depends on. It
// returns a sentence for each cycle between different workloads.
func breakCycles(tasks []*task, byService map[string][]*task) []string {
	const unvisited, open, done = 0, 1, 2
	state := map[*task]int{}
	var path []*task
	var messages []string
	var visit func(t *task)
	visit = func(t *task) {
		state[t] = open
		path = append(path, t)
		for _, name := range resource.SortedKeys(t.dependencies) {
			for _, other := range byService[name] {
				switch {
				case other == t:
					delete(t.dependencies, name)
				case state[other] == open:
					delete(t.dependencies, name)
					messages = append(messages, cycleMessage(path, other, name))
				case state[other] == unvisited:
					visit(other)
				}
			}
		}
		path = path[:len(path)-1]
		state[t] = done
	}
	for _, t := range tasks {
		if state[t] == unvisited {
			visit(t)
		}
	}
	return messages
}

func cycleMessage(path []*task, first *task, dropped string) string {
	var names []string
	for _, t := range path[slices.Index(path, first):] {
		names = append(names, t.step.Ref.String())
	}
	return fmt.Sprintf("%s wait for each other; %s does not wait for %s", strings.Join(names, ", "), names[len(names)-1], dropped)
}
