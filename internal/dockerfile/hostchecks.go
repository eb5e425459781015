package dockerfile

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/source"
)

// The sources of programs that answer only requests for hosts which they know. Sources: https://vite.dev/config/server-options#server-allowedhosts,
// https://guides.rubyonrails.org/configuring.html#actiondispatch-hostauthorization, https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts
var (
	viteVersion  = pattern.New(`"vite"\s*:\s*"[^\d"]*(\d+)`).Holding("vite")
	railsGem     = pattern.New(`(?m)^\s*gem\s*\(?\s*["']rails["']`).Holding("rails")
	railsLetsIn  = pattern.New(`hosts\.clear|\.hosts\s*=\s*(?:nil|\[\s*\])|host_authorization|hosts\s*<<\s*(?:/|\.)`).Holding("host")
	allowedHosts = pattern.New(`(?m)^\s*ALLOWED_HOSTS(?:\s*:[^=\n]*)?\s*=\s*`).Holding("allowed_hosts")
	asksEnv      = pattern.New(`environ|getenv|\benv\b|\bconfig\b`)
	quoted       = pattern.New(`["']([A-Z][A-Z0-9_]*)["']`)
)

// viteConfigs are the names of the settings of Vite.
var viteConfigs = []string{"vite.config.ts", "vite.config.js", "vite.config.mts", "vite.config.mjs"}

// hostChecks returns where the sources in the build context say which hosts a program answers for, as far as one of the sources of a copy has
// them.
func (c buildContext) hostChecks(sources []string) []source.HostCheck {
	if c.dir == "" {
		return nil
	}
	var list []source.HostCheck
	add := func(check source.HostCheck, name string) {
		rel, err := filepath.Rel(c.dir, name)
		if check.File = filepath.ToSlash(rel); err == nil && !c.isIgnored(check.File) && isOf(sources, check.File) && len(list) < maxPages {
			list = append(list, check)
		}
	}
	for _, root := range c.frontEnds() {
		name := filepath.Join(root, "package.json")
		if m := viteVersion.FindStringSubmatch(readText(name)); m != nil {
			version, _ := strconv.Atoi(m[1])
			letsIn := slices.ContainsFunc(viteConfigs, func(config string) bool {
				return strings.Contains(readText(filepath.Join(root, config)), "allowedHosts")
			})
			if version >= 4 && !letsIn {
				add(source.HostCheck{Program: source.Vite}, name)
			}
		}
	}
	for _, gemfile := range c.found("Gemfile") {
		config := filepath.Join(filepath.Dir(gemfile), "config")
		development := filepath.Join(config, "environments", "development.rb")
		text := readText(development) + readText(filepath.Join(config, "application.rb"))
		if railsGem.MatchString(readText(gemfile)) && text != "" && !railsLetsIn.MatchString(text) {
			add(source.HostCheck{Program: source.Rails, Hosts: text}, development)
		}
	}
	for _, manage := range c.found("manage.py") {
		for _, below := range []string{"*/settings.py", "*/settings/*.py"} {
			settings, _ := filepath.Glob(filepath.Join(filepath.Dir(manage), filepath.FromSlash(below)))
			for _, name := range settings {
				if check, found := checkOfDjango(readText(name)); found {
					add(check, name)
				}
			}
		}
	}
	return list
}

// checkOfDjango reads the settings of Django.
func checkOfDjango(text string) (check source.HostCheck, found bool) {
	at := allowedHosts.FindStringSubmatchIndex(text)
	if at == nil {
		return check, false
	}
	value := text[at[1]:]
	end := strings.IndexByte(value, '\n')
	if strings.HasPrefix(value, "[") || strings.HasPrefix(value, "(") {
		end = strings.IndexAny(value, "])") + 1
	}
	if end > 0 {
		value = value[:end]
	}
	if strings.Contains(value, "*") {
		return check, false
	}
	check = source.HostCheck{Program: source.Django, Line: 1 + strings.Count(text[:at[1]], "\n"), Hosts: value}
	if asksEnv.MatchString(value) {
		m := quoted.FindStringSubmatch(value)
		if m == nil {
			return check, false
		}
		check.Variable = m[1]
	} else if !strings.HasPrefix(value, "[") && !strings.HasPrefix(value, "(") {
		return check, false // an expression
	}
	return check, true
}

// maxFolders bounds how many directories of a context are looked into for sources.
const maxFolders = 300

// found returns the files of some names in the context and in the directories at most two below it, without those of tools that are installed
// there, from the top down.
func (c buildContext) found(names ...string) []string {
	var list []string
	level, seen := []string{c.dir}, 0
	for range 3 {
		var below []string
		for _, dir := range level {
			if seen++; seen > maxFolders {
				return list
			}
			entries, _ := os.ReadDir(dir)
			for _, e := range entries {
				switch full := filepath.Join(dir, e.Name()); {
				case e.IsDir() && !slices.Contains(skippedDirs, e.Name()) && !strings.HasPrefix(e.Name(), ".") && e.Name() != "site-packages":
					below = append(below, full)
				case slices.Contains(names, e.Name()):
					list = append(list, full)
				}
			}
		}
		level = below
	}
	return list
}

// readText returns the text of a file, "" where there is none.
func readText(name string) string {
	data, err := disk.Read(name, maxTextSize)
	if err != nil || !source.IsText(data) {
		return ""
	}
	return string(data)
}
