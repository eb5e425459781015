package container

import (
	"strings"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// modelVariables returns the variables that tell a container where its models are.
//
// docker compose has Docker Model Runner serve a model on the host and injects its address and name. Nothing in a cluster
// does that, and guessing a server would choose hardware and weights, so the address comes from x-kubernetes.endpoint of the
// model. Source: docker/compose pkg/compose, model.go; https://docs.docker.com/ai/compose/models-and-compose/
func modelVariables(p *input.Project, u *input.Container, findings *report.Findings) map[string]string {
	variables := map[string]string{}
	for _, name := range sorted.Keys(u.Spec.Models) {
		prefix := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		endpointVar, modelVar := prefix+"_URL", prefix+"_MODEL"
		if binding := u.Spec.Models[name]; binding != nil {
			if binding.EndpointVariable != "" {
				endpointVar = binding.EndpointVariable
			}
			if binding.ModelVariable != "" {
				modelVar = binding.ModelVariable
			}
		}
		wish := p.Ext.Models[name]
		if wish.Endpoint == "" {
			findings.Addf("models", u.At.Key("models", name), "serve the model in the cluster and name its address: x-kubernetes: {endpoint: http://…/v1} on the model",
				"nothing serves the model %s in a cluster: %s and %s are not set", name, endpointVar, modelVar)
			continue
		}
		variables[endpointVar] = wish.Endpoint
		variables[modelVar] = wish.Model
		if wish.Model == "" {
			variables[modelVar] = p.Compose.Models[name].Model
		}
	}
	return variables
}

// providerVariables returns the variables that the providers a container depends on hand to it, as far as
// x-kubernetes.env of the provider says what they are.
//
// On Docker a program on the host makes the resource and names variables, which docker compose gives to the dependents as
// <SERVICE>_<NAME>. No such program runs in a cluster. Source: docker/compose internal/provider.
func providerVariables(p *input.Project, u *input.Container) map[string]string {
	variables := map[string]string{}
	for _, name := range sorted.Keys(u.Service.Config.DependsOn) {
		provider := p.ByName[name]
		if provider == nil || provider.Config.Provider == nil {
			continue
		}
		prefix := strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_"
		for _, key := range sorted.Keys(provider.Ext.Env) {
			variables[prefix+key] = provider.Ext.Env[key]
		}
	}
	return variables
}
