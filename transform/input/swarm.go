package input

import "github.com/transship/transship/internal/pattern"

var swarmTemplate = pattern.New(`\{\{-? *\.(Service|Node|Task)\.`).Holding("{{")

// IsSwarmTemplate reports whether a text has a place that Swarm fills in, in variables, mounts and host names.
// Source: https://docs.docker.com/reference/cli/docker/service/create/#create-services-using-templates
func IsSwarmTemplate(text string) bool { return swarmTemplate.MatchString(text) }
