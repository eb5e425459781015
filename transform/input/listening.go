package input

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// listens are the programs whose mounted settings say on which ports they listen, and what their settings say it with. Sources:
// https://nginx.org/en/docs/http/ngx_http_core_module.html#listen, https://docs.haproxy.org/3.2/configuration.html#4-bind,
// https://mosquitto.org/man/mosquitto-conf-5.html (listener), https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/ (port),
// https://httpd.apache.org/docs/2.4/mod/mpm_common.html#listen
var listens = []struct{ image, port *pattern.Pattern }{
	{pattern.New(`(?i)nginx|openresty|angie|tengine`), pattern.New(`(?m)(?:^|[{;])\s*listen\s+["']?([\w.*-]+:|\[[0-9a-fA-F:]*\]:)?(\d{2,5})\b[^;\n]*;`).Holding("listen")},
	{pattern.New(`(?i)haproxy`), pattern.New(`(?m)^\s*bind\s+["']?([\w.*-]*:)(\d{2,5})\b`).Holding("bind")},
	{pattern.New(`(?i)mosquitto`), pattern.New(`(?m)^\s*(?:listener|port)\s+()(\d{2,5})\b`).Holding("listener", "port")},
	{pattern.New(`(?i)redis|valkey`), pattern.New(`(?m)^\s*port\s+()(\d{2,5})\s*$`).Holding("port")},
	{pattern.New(`(?i)httpd|apache`), pattern.New(`(?m)^\s*Listen\s+["']?([\w.*-]+:|\[[0-9a-fA-F:]*\]:)?(\d{2,5})\b`).Holding("listen")},
}

// listenedPorts returns the ports, as text, on which the mounted settings of a service tell its program to listen for others.
func (p *Project) listenedPorts(s *Service) []string {
	if len(s.Facts.Ports) == 0 {
		return nil
	}
	var ports []string
	for _, l := range listens {
		if !l.image.MatchAny(s.ImageNames()) {
			continue
		}
		for _, m := range l.port.FindAllStringSubmatch(p.SettingsText(s), -1) {
			isLocal := strings.HasPrefix(m[1], "127.") || m[1] == "localhost:" || m[1] == "[::1]:"
			if !isLocal && !slices.Contains(ports, m[2]) {
				ports = append(ports, m[2])
			}
		}
	}
	return ports
}
