package convert

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/lockfile"
	"github.com/transship/transship/transform"
)

// ownCodes are those that are found when everything else is.
var ownCodes = []diag.Code{
	{Name: "accept-unused", Severity: diag.Info, Title: "an item of x-kubernetes.accept that accepts nothing"},
	{Name: "secret-in-object", Severity: diag.Warning, Title: "the value of a secret in an object that is no Secret"},
	{Name: "secret-is-name", Severity: diag.Warning, Title: "the value of a secret that is a name of the project as well"},
}

// severityOf returns the severity of a code.
func severityOf(code string) diag.Severity {
	for _, c := range Codes() {
		if c.Name == code {
			return c.Severity
		}
	}
	return 0
}

// Codes returns every code that a conversion can report, sorted by name. A code that loading and transformation share
// is listed once, with the higher severity.
func Codes() []diag.Code { return slices.Clone(sortedCodes()) }

var sortedCodes = sync.OnceValue(func() []diag.Code {
	all := slices.Concat(loader.Codes, lockfile.Codes, transform.Codes, ownCodes, chartCodes)
	slices.SortFunc(all, func(a, b diag.Code) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), int(b.Severity)-int(a.Severity), strings.Compare(a.Title, b.Title))
	})
	return slices.CompactFunc(all, func(a, b diag.Code) bool { return a.Name == b.Name })
})

// CanAllow reports whether a conversion can go on in spite of an error: the project has been read, and what is written is
// valid, if not what Docker would do.
func CanAllow(c diag.Code) bool {
	ofLoader := slices.ContainsFunc(slices.Concat(loader.Codes, lockfile.Codes), func(l diag.Code) bool { return l.Name == c.Name })
	return !ofLoader || c.Severity != diag.Error || c.Name == "missing-file" || c.Name == "no-services"
}

// chartCodes are those of package chart, which stands above this one.
var chartCodes = []diag.Code{
	{Name: "helm-file-kept", Severity: diag.Info, Title: "a file of a chart that the user has taken over"},
	{Name: "helm-key-renamed", Severity: diag.Info, Title: "two services whose values would have one key"},
	{Name: "helm-overlay-differs", Severity: diag.Warning, Title: "a difference of an overlay that no value of a chart can express"},
	{Name: "helm-profile-differs", Severity: diag.Warning, Title: "an object that is another one when all profiles are enabled"},
	{Name: "helm-value-gone", Severity: diag.Warning, Title: "a changed value of a chart that the project has no use for any more"},
}
