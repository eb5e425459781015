package pki

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Kubeconfig returns the kubeconfig with which user, member of groups, reaches the API server at url.
func (a *Authority) Kubeconfig(url, user string, groups ...string) ([]byte, error) {
	pair, err := a.User(user, groups...)
	if err != nil {
		return nil, err
	}
	const name = "testcluster"
	data, err := clientcmd.Write(api.Config{
		Clusters:       map[string]*api.Cluster{name: {Server: url, CertificateAuthorityData: a.CertPEM}},
		AuthInfos:      map[string]*api.AuthInfo{user: {ClientCertificateData: pair.Cert, ClientKeyData: pair.Key}},
		Contexts:       map[string]*api.Context{name: {Cluster: name, AuthInfo: user}},
		CurrentContext: name,
	})
	if err != nil {
		return nil, fmt.Errorf("encode kubeconfig of %s: %w", user, err)
	}
	return data, nil
}
