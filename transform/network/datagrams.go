package network

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/texts"
)

// inferDatagrams adds the port to which a peer sends datagrams: over UDP, also where the file has it over TCP, which is what `ports: ["514:514"]`
// says and hardly ever what is meant. On Docker a container is open to its peers over both. Where the peer says no port, the usual ones of
// such protocols that the service has over TCP are meant. It reports whether nothing but datagrams is sent.
func (d *inference) inferDatagrams(s *input.Service, m naming.Mention) (nothingElse bool) {
	number := mentionedPort(s, m)
	if !m.Host && !m.Bare || m.Datagrams == texts.NoDatagrams && (m.Scheme != "" || !texts.IsDatagramPort(number)) {
		return false
	}
	nothingElse = m.Datagrams == texts.OnlyDatagrams
	if number != 0 {
		d.inferDatagram(s, m, number)
		return nothingElse
	}
	for _, x := range slices.Clone(d.ports.own[s]) {
		if x.Protocol == corev1.ProtocolTCP && texts.IsDatagramPort(x.Number) {
			d.inferDatagram(s, m, x.Number)
		}
	}
	return nothingElse
}

func (d *inference) inferDatagram(s *input.Service, m naming.Mention, number int32) {
	for _, member := range d.workloads.NetworkMembers(d.workloads.NetworkOwner(s)) {
		if slices.ContainsFunc(d.ports.own[member], func(have input.Port) bool { return have.Number == number && have.Protocol == corev1.ProtocolUDP }) {
			return
		}
	}
	why := "%s may send datagrams there"
	if m.Datagrams == texts.OnlyDatagrams {
		why = "%s sends datagrams there"
	}
	d.addPort(s, input.Port{Number: number, Protocol: corev1.ProtocolUDP, Inferred: fmt.Sprintf(why, m.At)})
}
