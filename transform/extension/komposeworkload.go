package extension

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
)

// commandWords reads a JSON list, or words as a shell parts them.
func commandWords(v string) []string {
	var words []string
	if json.Unmarshal([]byte(v), &words) == nil {
		return words
	}
	var command types.ShellCommand
	if err := command.DecodeMapstructure(v); err != nil {
		return strings.Fields(v)
	}
	return command
}

// komposeAutoscale completes an autoscaler that labels ask for: Kompose scales up to 3 and by CPU at 50 % where no label says
// otherwise. Source: pkg/transformer/kubernetes/k8sutils.go of Kompose.
func (r *reader) komposeAutoscale(at diag.Path, s *Service) {
	a := s.Autoscale
	if a == nil {
		return
	}
	if a.CPU == nil && a.Memory == nil && a.Min == nil && a.Max == 0 { // labels without a usable value
		s.Autoscale = nil
		return
	}
	lowest := int32(1)
	if a.Min != nil {
		lowest = max(*a.Min, 1)
		a.Min = &lowest
	}
	if a.Max == 0 {
		a.Max = max(3, lowest)
	}
	if a.Max < lowest {
		r.report(Problem{"kompose-value", at.Key("kompose.hpa.replicas.max"), fmt.Sprintf("kompose.hpa.replicas.max: %d is less than the minimum; %d is used", a.Max, lowest), ""})
		a.Max = lowest
	}
	if a.CPU == nil && a.Memory == nil {
		a.CPU = new(int32(50))
	}
}

// komposeInitContainer completes the initContainer that labels ask for, or drops it: Kompose calls it init-service where no label
// does, and makes none without an image.
func (r *reader) komposeInitContainer(at diag.Path, s *Service) {
	if len(s.InitContainers) == 0 {
		return
	}
	c := &s.InitContainers[0]
	if c.Image == "" {
		r.report(Problem{"kompose-value", at.Key("kompose.init.containers.image"), "the initContainer has no image and is left out", "add the label kompose.init.containers.image"})
		s.InitContainers = nil
		return
	}
	if c.Name == "" {
		c.Name = "init-service"
	}
}
