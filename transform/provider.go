package transform

import "strings"

// providerVariables returns the variables that the providers a container depends on hand to it, as far as
// x-kubernetes.env of the provider says what they are.
//
// On Docker a program on the host makes the resource and names variables, which docker compose gives to the dependents as
// <SERVICE>_<NAME>. No such program runs in a cluster. Source: docker/compose internal/provider.
func (u *unit) providerVariables() map[string]string {
	variables := map[string]string{}
	for _, name := range sortedKeys(u.config.DependsOn) {
		provider := u.byName[name]
		if provider == nil || provider.config.Provider == nil {
			continue
		}
		prefix := strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_"
		for _, key := range sortedKeys(provider.ext.Env) {
			variables[prefix+key] = provider.ext.Env[key]
		}
	}
	return variables
}

// reportProvider reports a service that a program on the host provides.
func (s *service) reportProvider() {
	if s.ext.ExternalName != "" && len(s.ext.Env) > 0 {
		s.reportf("provider-external", s.key("provider"), "", "%s is %s, outside of the project; its dependents get the variables in x-kubernetes.env", s.name, s.ext.ExternalName)
		return
	}
	var missing []string
	if s.ext.ExternalName == "" {
		missing = append(missing, "externalName: db.example.com makes its name resolve")
	}
	if len(s.ext.Env) == 0 {
		missing = append(missing, "env: {URL: …} gives its dependents their variables")
	}
	options := ""
	if len(s.config.Provider.Options) > 0 {
		options = " with " + strings.Join(sortedKeys(s.config.Provider.Options), ", ")
	}
	s.reportf("provider", s.key("provider"), "x-kubernetes on the service: "+strings.Join(missing, "; "),
		"nothing in a cluster runs the provider %q%s: %s is not made", s.config.Provider.Type, options, s.name)
}
