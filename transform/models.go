package transform

import (
	"strings"

	"github.com/transship/transship/diag"
)

// modelVariables returns the variables that tell a container where its models are.
//
// docker compose has Docker Model Runner serve a model on the host and injects its address and name. Nothing in a cluster
// does that, and guessing a server would choose hardware and weights, so the address comes from x-kubernetes.endpoint of the
// model. Source: docker/compose pkg/compose, model.go; https://docs.docker.com/ai/compose/models-and-compose/
func (u *unit) modelVariables() map[string]string {
	variables := map[string]string{}
	for _, name := range sortedKeys(u.spec.Models) {
		prefix := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		endpointVar, modelVar := prefix+"_URL", prefix+"_MODEL"
		if binding := u.spec.Models[name]; binding != nil {
			if binding.EndpointVariable != "" {
				endpointVar = binding.EndpointVariable
			}
			if binding.ModelVariable != "" {
				modelVar = binding.ModelVariable
			}
		}
		wish := u.project.ext.Models[name]
		if wish.Endpoint == "" {
			u.reportf("models", u.at.Key("models", name), "serve the model in the cluster and name its address: x-kubernetes: {endpoint: http://…/v1} on the model",
				"nothing serves the model %s in a cluster: %s and %s are not set", name, endpointVar, modelVar)
			continue
		}
		variables[endpointVar] = wish.Endpoint
		variables[modelVar] = wish.Model
		if wish.Model == "" {
			variables[modelVar] = u.in.Project.Models[name].Model
		}
	}
	return variables
}

// checkModels reports declared models that no service uses: nothing is made of them.
func (p *project) checkModels() {
	used := map[string]bool{}
	for _, s := range p.services {
		for name := range s.config.Models {
			used[name] = true
		}
		for i := range s.config.PreStart {
			for name := range s.config.PreStart[i].Models {
				used[name] = true
			}
		}
	}
	for _, name := range sortedKeys(p.in.Project.Models) {
		if !used[name] {
			p.reportf("model-unused", diag.At("models", name), "", "no service uses the model %s, so nothing is made of it", name)
		}
	}
}
