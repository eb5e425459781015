package cmd

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/transform/keys"
)

// everyday has, for words that people say, the key or the word of Kubernetes that answers them. A key of the same name that
// stands deep in the format, such as build.network, would answer another question.
var everyday = map[string]string{
	"port": "ports", "publish": "ports", "localhost": "ports",
	"volume": "services.volumes", "mount": "services.volumes", "mounts": "services.volumes", "bind": "services.volumes",
	"network": "services.networks",
	"env":     "environment", "variable": "environment", "variables": "environment",
	"health": "healthcheck", "depends": "depends_on",
	"cpu": "cpus", "ram": "deploy.resources.limits.memory", "memory": "deploy.resources.limits.memory",
	"storage": "PersistentVolume", "disk": "PersistentVolume",
	"domain": "Ingress", "https": "Ingress", "tls": "Ingress", "proxy": "Ingress",
	"yaml": "object", "rbac": "ServiceAccount",
	"logs": "logging", "log": "logging",
	"user": "services.user",
	"再起動":  "restart", "ヘルスチェック": "healthcheck", "環境変数": "environment", "ポート": "ports", "ネットワーク": "services.networks",
	"依存関係": "depends_on", "イメージ": "image", "マウント": "services.volumes",
}

// orWord adds the word of Kubernetes that was perhaps meant to what is said of an unknown key.
func orWord(asked, said string) string {
	var small []string
	written := map[string]string{}
	for _, w := range explain.Words() {
		small = append(small, strings.ToLower(w))
		written[strings.ToLower(w)] = w
	}
	meant := suggest.Closest(strings.ToLower(asked), small)
	before, isQuestion := strings.CutSuffix(said, "?")
	switch {
	case meant == "", strings.Contains(said, fmt.Sprintf("%q", written[meant])):
		return said
	case isQuestion:
		return fmt.Sprintf("%s or %q?", before, written[meant])
	default:
		return fmt.Sprintf("%s: did you mean the word %q?", said, written[meant])
	}
}

// keysOfField returns the keys of a service that become a field of Kubernetes, such as imagePullPolicy. Words in small letters are
// words of many things; the keys of pre_start are those of a service once more.
func keysOfField(field string) []string {
	if field == strings.ToLower(field) {
		return nil
	}
	var found []string
	for _, r := range keys.All() {
		if !strings.HasPrefix(r.Path, "services.*.") || strings.Contains(r.Path, ".pre_start.") {
			continue
		}
		if slices.Contains(strings.FieldsFunc(r.Kubernetes, func(c rune) bool { return !unicode.IsLetter(c) }), field) {
			found = append(found, withoutWildcards(r.Path))
		}
	}
	return slices.Compact(found)
}
