package extension

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// komposeVolumeLabels are read on a volume; Kompose also accepts some of them on a service.
var komposeVolumeLabels = []string{
	"kompose.volume.selector", "kompose.volume.size", "kompose.volume.storage-class-name", "kompose.volume.subpath",
}

func isVolumeLabel(name string) bool { return slices.Contains(komposeVolumeLabels, name) }

// volumeLabels returns the kompose.volume.* labels of a service, which apply to every volume it mounts.
func volumeLabels(labels types.Labels) types.Labels {
	out := types.Labels{}
	for name, value := range labels {
		if isVolumeLabel(name) {
			out[name] = value
		}
	}
	return out
}

// komposeVolume applies the kompose.volume.* labels of a volume.
func (r *reader) komposeVolume(labels types.Labels, at diag.Path, v *Volume) {
	for _, name := range sorted.Keys(labels) {
		if !strings.HasPrefix(name, komposePrefix) {
			continue
		}
		value := labels[name]
		var (
			err   error
			means string
		)
		switch name {
		case "kompose.volume.size":
			means, err = "x-kubernetes.size", setQuantity(&v.Size, value)
		case "kompose.volume.storage-class-name":
			means, err = "x-kubernetes.storageClass", setStorageClass(v, value)
		case "kompose.volume.selector":
			means, err = "x-kubernetes.selector: {service: …}", setSelector(v, value)
		case "kompose.volume.subpath":
			means, err = "volumes[].volume.subpath", setSubPath(v, value)
		default:
			r.unknownKompose(name, at)
			continue
		}
		if err != nil {
			r.report(Problem{"kompose-value", at.Key(name), fmt.Sprintf("%s: %s; the label has no effect", name, err), "use " + means})
			continue
		}
		r.report(Problem{"kompose-label", at.Key(name), name + " is read as " + means, ""})
	}
}

func setStorageClass(v *Volume, value string) error {
	if value != "" && len(validation.IsDNS1123Subdomain(value)) > 0 {
		return fmt.Errorf("%q is not a name that Kubernetes takes", value)
	}
	if v.StorageClass == nil {
		v.StorageClass = &value
	}
	return nil
}

func setSelector(v *Volume, value string) error {
	if len(validation.IsValidLabelValue(value)) > 0 {
		return fmt.Errorf("%q cannot be the value of a label", value)
	}
	if v.Selector == nil {
		v.Selector = map[string]string{"service": value}
	}
	return nil
}

func setSubPath(v *Volume, value string) error {
	if path.IsAbs(value) || slices.Contains(strings.Split(value, "/"), "..") {
		return fmt.Errorf("%q does not stay inside the volume", value)
	}
	return setString(&v.SubPath, value)
}

func setBool(field *bool, v string) error {
	b, err := strconv.ParseBool(v)
	if err != nil {
		return fmt.Errorf("%q is not true or false", v)
	}
	*field = *field || b
	return nil
}

func setInt32(field **int32, v string) error {
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not a number", v)
	}
	if *field == nil {
		value := int32(n)
		*field = &value
	}
	return nil
}

// setPercent reads a share of a request, which may be more than all of it.
func setPercent(field **int32, v string) error {
	if n, err := strconv.ParseInt(v, 10, 32); err != nil || n < 1 {
		return fmt.Errorf("%q is not a number of percent", v)
	}
	return setInt32(field, v)
}

func setFSGroup(s *Service, v string) error {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt32 {
		return fmt.Errorf("%q is not a group id", v)
	}
	if s.FSGroup == nil {
		s.FSGroup = &n
	}
	return nil
}

// setSeconds reads a duration such as 30s, or a bare number of seconds, as Kompose does; parts of a second round up.
func setSeconds(field *int32, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil {
		d, err = time.ParseDuration(v + "s")
	}
	if err != nil || d < 0 {
		return fmt.Errorf("%q is not a duration such as 30s", v)
	}
	*field = int32(min(max(1, math.Ceil(d.Seconds())), math.MaxInt32))
	return nil
}

func oneOf(v string, values ...string) (string, error) {
	for _, value := range values {
		if strings.EqualFold(v, value) {
			return value, nil
		}
	}
	return "", fmt.Errorf("%q is not one of %s", v, strings.Join(values, ", "))
}

func setKind(s *Service, v string) error {
	kind, err := oneOf(v, "Deployment", "DaemonSet", "StatefulSet", "ReplicationController")
	if kind == "ReplicationController" {
		kind = "Deployment" // its successor
	}
	if err == nil && s.Kind == "" {
		s.Kind = kind
	}
	return err
}

func setSchedule(s *Service, v string) error {
	if s.Kind == "" {
		s.Kind = "CronJob"
	}
	return setString(&s.Schedule, v)
}

func setConcurrency(s *Service, v string) error {
	policy, err := oneOf(v, "Allow", "Forbid", "Replace")
	s.CronConcurrency = policy
	return err
}

func setPullPolicy(s *Service, v string) error {
	policy, err := oneOf(v, "Always", "IfNotPresent", "Never")
	s.PullPolicy = policy
	return err
}

func setVolumeType(s *Service, v string) error {
	as := map[string]string{"persistentVolumeClaim": "pvc", "emptyDir": "emptydir", "hostPath": "hostpath", "configMap": "configmap"}
	value, ok := as[v]
	if !ok {
		return fmt.Errorf("%q is not one of persistentVolumeClaim, emptyDir, hostPath, configMap", v)
	}
	s.VolumeType = value
	return nil
}

// setServiceType: Kompose makes one Service of this type; here the Service inside the cluster and outside access are
// two choices.
func setServiceType(s *Service, v string) error {
	kind, err := oneOf(v, "ClusterIP", "NodePort", "LoadBalancer", "Headless")
	if err != nil {
		return err
	}
	switch kind {
	case "ClusterIP", "Headless":
		if s.Service == "" {
			s.Service = strings.ToLower(kind)
		}
	default:
		wish := strings.ToLower(kind)
		if have := s.publish().Type; have != "" && have != wish {
			return fmt.Errorf("the ports are published by %s already", have)
		}
		s.Publish.Type = wish
	}
	return nil
}

func setNodePort(s *Service, v string) error {
	port, err := parsePort(v)
	if err != nil || port < firstNodePort || port > lastNodePort {
		return fmt.Errorf("%q is not a node port: they are %d to %d", v, firstNodePort, lastNodePort)
	}
	if s.publish().NodePort == 0 {
		s.Publish.NodePort = port
	}
	if s.Publish.Type == "" {
		s.Publish.Type = "nodeport"
	}
	return nil
}

// setExpose reads "true" (a route for every host) or host names, each with an optional path, which x-kubernetes.publish.host
// takes as they are.
func setExpose(s *Service, v string) error {
	if v == "false" || v == "" {
		return nil
	}
	if s.publish().Type == "" {
		s.Publish.Type = "ingress"
	}
	if v == "true" || s.Publish.Host != "" {
		return nil
	}
	var hosts []string
	for host := range strings.SplitSeq(v, ",") {
		host = strings.TrimSpace(host)
		if s.Publish.Path != "" { // x-kubernetes has said where
			host, _, _ = strings.Cut(host, "/")
		}
		if host != "" {
			hosts = append(hosts, host)
		}
	}
	s.Publish.Host = strings.Join(hosts, ",")
	return nil
}

func parsePort(v string) (int32, error) {
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil || n < 1 || n > 65535 {
		return 0, fmt.Errorf("%q is not a port", v)
	}
	return int32(n), nil
}
