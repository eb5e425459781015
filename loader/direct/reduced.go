package direct

// reduced is a model with only those keys of another one that a function of compose-go acts on. These functions compare
// the path of every value with every pattern they know, which takes most of the time of a load; most values of a project
// are of no interest to them.
type reduced struct {
	model map[string]any
	puts  []put
}

// put says where a value of the reduced model belongs.
type put struct {
	from, to map[string]any
	key      string
}

func newReduced() *reduced { return &reduced{model: map[string]any{}} }

// share makes the mapping at a path of the reduced model hold what a mapping of the whole model has at a key.
func (r *reduced) share(to map[string]any, key string, path ...string) {
	at := r.model
	for _, part := range path {
		below, ok := at[part].(map[string]any)
		if !ok {
			below = map[string]any{}
			at[part] = below
		}
		at = below
	}
	at[key] = to[key]
	r.puts = append(r.puts, put{at, to, key})
}

// apply runs a function on the reduced model, and puts what becomes of the values into the whole model.
func (r *reduced) apply(function func(map[string]any) error) error {
	if len(r.puts) == 0 {
		return nil
	}
	if err := function(r.model); err != nil {
		return err
	}
	for _, p := range r.puts {
		p.to[p.key] = p.from[p.key]
	}
	return nil
}

// containers calls visit for every service and job of a model. What is no mapping is left out: the schema refuses it.
func containers(model map[string]any, visit func(section, name string, container map[string]any)) {
	for _, section := range []string{"services", "jobs"} {
		all, _ := model[section].(map[string]any)
		for name, value := range all {
			if container, ok := value.(map[string]any); ok {
				visit(section, name, container)
			}
		}
	}
}

// resources calls visit for every network, volume, secret and config of a model that is a mapping.
func resources(model map[string]any, visit func(section, name string, all, resource map[string]any)) {
	for _, section := range []string{"networks", "volumes", "secrets", "configs"} {
		all, _ := model[section].(map[string]any)
		for name, value := range all {
			if resource, ok := value.(map[string]any); ok {
				visit(section, name, all, resource)
			}
		}
	}
}
