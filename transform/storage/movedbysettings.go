package storage

import (
	"encoding/xml"
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// dataSettings are the lines of settings by which servers are told where to keep their data, with the programs that read them.
var dataSettings = []struct{ program, line *pattern.Pattern }{
	{mysqlProgram, pattern.New(`(?m)^\s*datadir\s*=\s*["']?(/[\w./-]+)`).Holding("datadir")},
	{postgresProgram, pattern.New(`(?m)^\s*data_directory\s*=\s*["']?(/[\w./-]+)`).Holding("data_directory")},
	{pattern.New(`elastic|opensearch`), pattern.New(`(?m)^(?:path\.data\s*:|path\s*:\s*\n(?:\s+\w+:.*\n)*?\s+data\s*:)\s*["']?(/[\w./-]+)`).Holding("path")},
	{pattern.New(`redis|valkey|keydb`), pattern.New(`(?m)^\s*dir\s+["']?(/[\w./-]+)`).Holding("dir")},
	{pattern.New(`mongo`), pattern.New(`(?m)^\s*db[pP]ath\s*[:=]\s*["']?(/[\w./-]+)`).Holding("dbpath")},
	{pattern.New(`mosquitto`), pattern.New(`(?m)^\s*persistence_location\s+(/[\w./-]+)`).Holding("persistence_location")},
	{pattern.New(`clickhouse`), pattern.New(`<path>\s*(/[\w./-]+)\s*</path>`).Holding("<path>")},
	{pattern.New(`loki`), pattern.New(`(?m)^\s*path_prefix\s*:\s*["']?(/[\w./-]+)`).Holding("path_prefix")},
	{pattern.New(`tempo`), pattern.New(`(?m)^\s*local\s*:\s*\n(?:\s+\w+\s*:.*\n)*?\s+path\s*:\s*["']?(/[\w./-]+)`).Holding("local")},
	{pattern.New(`grafana`), pattern.New(`(?m)^\s*data\s*=\s*(/[\w./-]+)`).Holding("data")},
	{pattern.New(`nats`), pattern.New(`(?m)^\s*store_dir\s*[:=]?\s*["']?(/[\w./-]+)`).Holding("store_dir")},
	{pattern.New(`etcd`), pattern.New(`(?m)^\s*data-dir\s*:\s*["']?(/[\w./-]+)`).Holding("data-dir")},
	{pattern.New(`consul`), pattern.New(`data_dir["']?\s*[:=]\s*["']?(/[\w./-]+)`).Holding("data_dir")},
	{pattern.New(`influx`), pattern.New(`(?m)^\s*(?:dir|engine-path|bolt-path)\s*=\s*["']?(/[\w./-]+)`).Holding("dir", "-path")},
}

// settledDirectory returns the directory in which the settings of a server, which the project has, keep its data, "" if they name none. What variables
// and options move is told by movedData.
func settledDirectory(p *input.Project, u *input.Container) string {
	settings := p.SettingsText(u.Service)
	if settings == "" {
		return ""
	}
	if dirs, _ := movedDirs(u); len(dirs) > 0 || strings.Contains(strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " "), "sentinel") { // which keeps no data of others
		return ""
	}
	program := strings.ToLower(strings.Join(slices.Concat(u.Service.Facts.DataDirs, u.ImageNames()), " "))
	for _, s := range dataSettings {
		if !s.program.MatchString(program) {
			continue
		}
		found := s.line.FindStringSubmatch(settings)
		if found == nil {
			continue
		}
		dir := found[1]
		if strings.HasPrefix(found[0], "<") {
			if dir = topElement(settings, "path"); dir == "" {
				return ""
			}
		}
		if dir = path.Clean(dir); dir != "/" && !slices.Contains(u.Service.Facts.DataDirs, dir) {
			return dir
		}
		return ""
	}
	return ""
}

// reportMovedBySettings reports a server whose settings keep its data in a directory in no volume.
func reportMovedBySettings(p *input.Project, u *input.Container, mounts []plan.Mount, findings *report.Findings) {
	if dir := settledDirectory(p, u); dir != "" && !isKept(u, mounts, dir) {
		findings.Addf("ephemeral-data", u.At, "mount a named volume there",
			"the settings of %s keep its data in %s, which lies in no volume: it is lost whenever the container starts again, where Docker keeps it until the container is removed", u.Service.Name, dir)
	}
}

// topElement returns the text of an element directly below the first one of settings in XML, as ClickHouse has its directory of data: further down it
// has paths in ZooKeeper and others. It is "" where there is none. Several documents may stand in a row.
// Source: https://clickhouse.com/docs/operations/server-configuration-parameters/settings#path
func topElement(settings, name string) string {
	decoder := xml.NewDecoder(strings.NewReader(settings))
	decoder.Strict = false
	depth, inside, text := 0, false, ""
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			inside, text = depth == 2 && t.Name.Local == name, ""
		case xml.CharData:
			text += string(t)
		case xml.EndElement:
			if inside {
				return strings.TrimSpace(text)
			}
			depth--
		}
	}
}
