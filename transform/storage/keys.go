package storage

import (
	"cmp"
	"path"
	"slices"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// madeKeys are images whose program makes a key at its first start, unless a variable has one, and keeps it in a file beside its data. Cookies
// of before are refused when the key is another. Source: https://github.com/open-webui/open-webui/blob/main/backend/start.sh
var madeKeys = []struct {
	image     *pattern.Pattern
	variables []string
	file      string
}{
	{pattern.New(`(^|/)open-webui(:|@|$)`).Holding("open-webui"), []string{"WEBUI_SECRET_KEY", "WEBUI_JWT_SECRET_KEY"}, "/app/backend/.webui_secret_key"},
}

// holds reports whether one of some mounts has a file or directory in it.
func holds(mounts []plan.Mount, place string) bool {
	return slices.ContainsFunc(mounts, func(m plan.Mount) bool { return source.Within(place, m.Target) })
}

// reportKeys reports a program that keeps a key which it has made in the container itself.
func reportKeys(u *input.Container, mounts []plan.Mount, findings *report.Findings) {
	for _, known := range madeKeys {
		isTold := slices.ContainsFunc(known.variables, func(name string) bool { value := u.Spec.Environment[name]; return value != nil && *value != "" })
		if !known.image.MatchAny(u.ImageNames()) || isTold || holds(mounts, known.file) {
			continue
		}
		findings.Addf("ephemeral-data", u.At.Key("image"), "give it a key with "+known.variables[0],
			"%s makes a key at its first start and keeps it in %s, which is in no volume: whenever the container starts again the cookies of before are refused, where Docker keeps it until the container is removed", u.Service.Name, known.file)
		return
	}
	keys, home := u.Service.Facts.CookieKeys, cmp.Or(u.Facts.Env["HOME"], "/root")
	if keys.File == "" || u.Service.Build() == nil || slices.ContainsFunc(mounts, func(m plan.Mount) bool { return isWritableClaim(m) && path.Base(m.Target) == "DataProtection-Keys" }) || holds(mounts, home+"/.aspnet/DataProtection-Keys") {
		return
	}
	findings.Addf("ephemeral-data", u.Service.Key("build"), "keep them in a volume: PersistKeysToFileSystem with its directory",
		"%s makes keys for its cookies and keeps them in the container, as ASP.NET Core does unless it is told where (%s, line %d): whenever the container starts again the cookies of before are refused, where Docker keeps them until the container is removed",
		u.Service.Name, keys.File, keys.Line)
}
