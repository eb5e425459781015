package naming

import "strings"

// isDashboard reports whether a text is a dashboard, as Grafana, Kibana and OpenSearch Dashboards have them in JSON. The addresses in it are in the names of
// series that were measured somewhere, or in links for people; no program calls them. The queries of one plugin of Grafana have URLs that it asks.
// Sources: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/,
// https://www.elastic.co/docs/api/doc/kibana/group/endpoint-saved-objects (panelsJSON), https://grafana.com/docs/plugins/yesoreyeram-infinity-datasource/
func isDashboard(text string) bool {
	start := strings.TrimLeft(text[:min(len(text), 64)], " \t\r\n\ufeff[")
	if !strings.HasPrefix(start, "{") {
		return false
	}
	hasPanels := strings.Contains(text, `"panels"`) || strings.Contains(text, `"rows"`)
	isOfGrafana := hasPanels && (strings.Contains(text, `"schemaVersion"`) || strings.Contains(text, `"gridPos"`))
	isOfKibana := strings.Contains(text, `"panelsJSON"`) || strings.Contains(text, `"visState"`)
	return (isOfGrafana || isOfKibana) && !strings.Contains(text, "infinity-datasource")
}
