package network

import (
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/workload"
)

// What lists the peers from whose addresses a program takes calls, or believes what they say of their callers: variables, a line of nginx, and the server of
// an agent of Zabbix. Sources: https://www.zabbix.com/documentation/current/en/manual/appendix/config/zabbix_agent2 (Server),
// https://github.com/zabbix/zabbix-docker (ZBX_SERVER_HOST becomes a part of it), https://www.keycloak.org/server/reverseproxy,
// https://nginx.org/en/docs/http/ngx_http_realip_module.html, https://docs.gunicorn.org/en/stable/settings.html#forwarded-allow-ips
var (
	admitting   = pattern.New(`(?i)(^|_)(allow(ed)?_?(ips?|from|clients?|peers?|networks?|addresses)|trusted_?(prox(y|ies)|ips?|networks?|peers?|addresses)|forwarded_allow_ips|passiveservers)$`).Holding("allow", "trusted", "passiveservers")
	admitted    = pattern.New(`(?:^|[\s;{])set_real_ip_from\s+$`).Holding("set_real_ip_from")
	zabbixAgent = pattern.New(`(^|/)zabbix-agent2?(:|@|$)`).Holding("zabbix-agent")
)

// admittedAt returns where a peer of a service lets it in by its name, nil if none does. The name has to lead to the addresses from which the service
// calls: those of its Pods.
func admittedAt(w *workload.Workloads, n *naming.Names, s *input.Service) diag.Path {
	for _, name := range namesOf(n, s) {
		for _, m := range n.Mentions(name) {
			if w.Pod(m.By) != w.Pod(s) && admits(m) {
				return m.At
			}
		}
	}
	return nil
}

// admits reports whether a program lets in by its name who is mentioned.
func admits(m naming.Mention) bool {
	return admitting.MatchString(m.Variable) || admitted.MatchString(m.Before) || m.Variable == "ZBX_SERVER_HOST" && zabbixAgent.MatchAny(m.By.ImageNames())
}
