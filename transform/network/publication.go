package network

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// publication is one port of a service on its way to the outside.
type publication struct {
	at          diag.Path
	written     string // as the short form of Compose has it
	first, last int32  // the ports that the file allows, 0 if it leaves the choice to Docker
	outside     int32  // the port that users know
	target      int32
	protocol    corev1.Protocol
	name        string
	appProtocol string
}
