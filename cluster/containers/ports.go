package containers

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Ports renders ports as docker compose lists them: 127.0.0.1:8080->80/tcp, and 80/tcp for one that is not published, or
// not at a port that is known.
func Ports(list []Publisher) string {
	out := make([]string, 0, len(list))
	for _, p := range list {
		inside := fmt.Sprintf("%d/%s", p.TargetPort, p.Protocol)
		if p.URL == "" || p.PublishedPort == 0 {
			out = append(out, inside)
			continue
		}
		out = append(out, net.JoinHostPort(p.URL, strconv.Itoa(p.PublishedPort))+"->"+inside)
	}
	return strings.Join(out, ", ")
}
