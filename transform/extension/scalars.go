package extension

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"
)

// Port is a container port with its protocol: 7000 or "7000/udp".
type Port struct {
	Number   int32
	Protocol corev1.Protocol
}

// UnmarshalJSON accepts a number and the form "port/protocol".
func (p *Port) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	number, protocol, _ := strings.Cut(text, "/")
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n < 1 || n > 65535 {
		return fmt.Errorf("%q is not a port such as 7000 or 7000/udp", text)
	}
	switch strings.ToUpper(protocol) {
	case "", "TCP":
		p.Protocol = corev1.ProtocolTCP
	case "UDP":
		p.Protocol = corev1.ProtocolUDP
	case "SCTP":
		p.Protocol = corev1.ProtocolSCTP
	default:
		return fmt.Errorf("%q is not a protocol: tcp, udp or sctp", protocol)
	}
	p.Number = int32(n)
	return nil
}

// Probe is false or true (off; as the healthcheck says) or a Kubernetes probe.
type Probe struct {
	Enabled bool
	Probe   *corev1.Probe // nil: made from the healthcheck
}

// UnmarshalJSON accepts a boolean and a Kubernetes probe.
func (p *Probe) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true", "false":
		p.Enabled = string(data) == "true"
		return nil
	}
	p.Enabled, p.Probe = true, &corev1.Probe{}
	return kjson.UnmarshalCaseSensitivePreserveInts(data, p.Probe)
}

// UnmarshalJSON accepts the type alone and a mapping.
func (p *Publish) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &p.Type)
	}
	type mapping Publish
	return json.Unmarshal(data, (*mapping)(p))
}
