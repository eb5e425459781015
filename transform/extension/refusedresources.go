package extension

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/internal/sorted"
)

const hugePages = "hugepages-"

// resources refuses names and amounts of resources that no container can have. Source: pkg/apis/core/validation of Kubernetes,
// validateContainerResourceName and validateResourceQuantityHugePageValue.
func (r *refusal) resources(s *Service) {
	for _, path := range sorted.Keys(s.Devices) {
		if name := s.Devices[path]; !IsDevice(name) {
			r.refuse(r.at.Key("devices", path), "write the resource of a device plugin, such as gpu.intel.com/i915", "%q is not the name of an extended resource", name)
			delete(s.Devices, path)
		}
	}
	if e := s.EphemeralStorage; e != nil {
		r.size(&e.Limit, false, "ephemeralStorage", "limit")
		r.size(&e.Request, false, "ephemeralStorage", "request")
	}
	for _, name := range sorted.Keys(s.Requests) {
		problem, help := requestProblem(name, s.Requests[name])
		if problem != "" {
			r.refuse(r.at.Key("requests", name), help, "%s", problem)
			delete(s.Requests, name)
		}
	}
}

// IsDevice reports whether a device plugin can hand out a resource of this name: one with a domain, which is not Kubernetes' own, and
// short enough to be counted by a quota.
func IsDevice(name string) bool {
	return strings.Contains(name, "/") && !strings.Contains(name, "kubernetes.io/") && !strings.HasPrefix(name, "requests.") &&
		len(validation.IsQualifiedName(name)) == 0 && len(validation.IsQualifiedName("requests."+name)) == 0
}

// size refuses a size that is nothing, where there must be something, and one in parts of a byte: 512m is half a byte in Kubernetes,
// and 512 MiB in Compose.
func (r *refusal) size(field **resource.Quantity, above0 bool, keys ...string) {
	q := *field
	switch {
	case q == nil:
		return
	case above0 && q.Sign() == 0:
		r.refuse(r.at.Key(keys...), "write a quantity such as 10Gi", "a volume needs a size above 0")
	case isFraction(*q):
		r.refuse(r.at.Key(keys...), bytesHelp, "%s", partOfByte(*q))
	default:
		return
	}
	*field = nil
}

const bytesHelp = "write Mi or Gi for what Compose calls m or g"

func partOfByte(q resource.Quantity) string {
	return q.String() + " is not a whole number of bytes: m stands for a thousandth"
}

func isFraction(q resource.Quantity) bool {
	return q.Cmp(*resource.NewQuantity(q.Value(), q.Format)) != 0
}

func requestProblem(name string, amount resource.Quantity) (problem, help string) {
	if size, huge := strings.CutPrefix(name, hugePages); huge {
		page, err := resource.ParseQuantity(size)
		switch {
		case err != nil || page.Sign() <= 0:
			return "\"" + size + "\" is not the size of a page", "write a size that the nodes have, such as hugepages-2Mi"
		case amount.Value()%page.Value() != 0:
			return amount.String() + " is not a whole number of pages of " + size, "write a multiple of " + size
		}
		return "", ""
	}
	switch {
	case isFraction(amount) && slices.Contains([]string{"memory", "ephemeral-storage"}, name):
		return partOfByte(amount), bytesHelp
	case slices.Contains([]string{"cpu", "memory", "ephemeral-storage"}, name):
		return "", ""
	case !IsDevice(name):
		return "\"" + name + "\" is not a resource", "write cpu, memory, ephemeral-storage or the resource of a device plugin"
	case isFraction(amount):
		return amount.String() + " is not a whole number: devices cannot be shared", "write how many"
	}
	return "", ""
}
