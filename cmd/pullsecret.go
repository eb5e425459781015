package cmd

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/build"
	"github.com/transship/transship/cluster"
	"github.com/transship/transship/transform/names"
)

// login adds the login of the registry to Pods whose images were pushed, as the flags want it.
func (f *imageFlags) login(p *converted) error {
	if len(f.pushed) == 0 || f.pullSecret == "none" || f.pullSecret == "" {
		return nil
	}
	name := f.pullSecret
	if name == "copy" {
		secret, err := f.copyLogin(p)
		if err != nil {
			return err
		}
		p.objects, name = append([]*unstructuredObject{secret}, p.objects...), secret.GetName()
	}
	cluster.AddPullSecret(p.objects, f.pushed, name)
	return nil
}

// copyLogin returns a Secret with the logins of the registries that were pushed to, and says whose they are.
func (f *imageFlags) copyLogin(p *converted) (*unstructuredObject, error) {
	name := pullSecretName(p)
	logins, err := build.LoginsFor(f.pushed)
	if err != nil {
		return nil, fmt.Errorf("--pull-secret=copy: %w", err)
	}
	for _, login := range logins {
		fmt.Fprintf(f.streams.Err, "the login of %s at %s goes into Secret %s: whoever may read Secrets of namespace %s can use it\n",
			login.Account, login.Registry, name, p.namespace)
	}
	config, err := build.DockerConfig(logins)
	if err != nil {
		return nil, err
	}
	return cluster.NewPullSecret(p.project, name, config), nil
}

// pullSecretName is the name of the Secret with the logins of this machine: another one than those of the project.
func pullSecretName(p *converted) string {
	wish := p.project + "-pull"
	name := names.Normalize(wish, names.MaxLabel)
	if slices.ContainsFunc(p.objects, func(o *unstructuredObject) bool { return o.GetKind() == "Secret" && o.GetName() == name }) {
		return names.WithHash(name, wish, names.MaxLabel)
	}
	return name
}

// ahead adds the Secret that login is going to add, so that it is known before images are built whether it is somebody
// else's.
func (f *imageFlags) ahead(p *converted) {
	if f.pullSecret == "copy" {
		p.objects = append(slices.Clone(p.objects), cluster.NewPullSecret(p.project, pullSecretName(p), []byte(`{"auths":{}}`)))
	}
}

type unstructuredObject = unstructured.Unstructured
