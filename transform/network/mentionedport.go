package network

import (
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/texts"
)

// mentionedPort returns the port with which a text names a service, 0 if it does not say which.
func mentionedPort(s *input.Service, m naming.Mention) int32 {
	if m.Beside != 0 {
		return m.Beside
	}
	if m.Port != 0 {
		return m.Port
	}
	if number, _ := m.PortVariable(); number != 0 && !isHostSide(s, number) {
		return number
	}
	if m.Unknown {
		return 0
	}
	return texts.SchemePort(m.Scheme)
}

// isHostSide reports whether a number is the host's side of a published port: a variable that all services share, such as
// DB_PORT in .env, often holds that one, and nothing listens on it in the container.
func isHostSide(s *input.Service, number int32) bool {
	return slices.ContainsFunc(s.Config.Ports, func(p types.ServicePortConfig) bool {
		return p.Published == strconv.Itoa(int(number)) && p.Target != uint32(number)
	})
}
