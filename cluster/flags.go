package cluster

import (
	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"
)

// BindFlags adds kubectl's flags for choosing a cluster, with kubectl's names. The time that a request may take is not
// among them: see [Settings].
func (a *Access) BindFlags(flags *pflag.FlagSet) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	all.StringVar(&a.Kubeconfig, "kubeconfig", "", "kubeconfig `FILE` (default: $KUBECONFIG, ~/.kube/config, or the cluster that the program runs in)")
	names := clientcmd.RecommendedConfigOverrideFlags("")
	names.Timeout.LongName = ""
	ordered := []string{"kubeconfig"}
	for _, f := range flagTexts(&names) {
		f.flag.ShortName, f.flag.Description = f.shorthand, f.text
		ordered = append(ordered, f.flag.LongName)
	}
	clientcmd.BindOverrideFlags(&a.Overrides, all, names)
	for _, name := range ordered {
		flags.AddFlag(all.Lookup(name))
	}
}

type flagText struct {
	flag            *clientcmd.FlagInfo
	shorthand, text string
}

// flagTexts says what each flag is for, in the order of the help: what is used often comes first.
func flagTexts(names *clientcmd.ConfigOverrideFlags) []flagText {
	place, server, user := &names.ContextOverrideFlags, &names.ClusterOverrideFlags, &names.AuthOverrideFlags
	return []flagText{
		{&names.CurrentContext, "", "`NAME` of the kubeconfig context"},
		{&place.Namespace, "n", "`NAME` of the namespace (default: the one that the context names, else one named after the project)"},
		{&place.ClusterName, "", "`NAME` of the kubeconfig cluster"},
		{&place.AuthInfoName, "", "`NAME` of the kubeconfig user"},
		{&server.APIServer, "s", "`ADDRESS` of the API server"},
		{&server.CertificateAuthority, "", "`FILE` with the certificates that the API server's has to come from"},
		{&server.TLSServerName, "", "`NAME` that the certificate of the API server has to carry (default: the host of its address)"},
		{&server.InsecureSkipTLSVerify, "", "do not check the certificate of the API server: whoever stands between can read and change everything"},
		{&server.ProxyURL, "", "`URL` of a proxy for the connection"},
		{&server.DisableCompression, "", "ask the API server for answers without compression"},
		{&user.Token, "", "bearer `TOKEN` for the API server"},
		{&user.ClientCertificate, "", "`FILE` with a client certificate"},
		{&user.ClientKey, "", "`FILE` with the key of the client certificate"},
		{&user.Username, "", "`NAME` for basic authentication"},
		{&user.Password, "", "`PASSWORD` for basic authentication"},
		{&user.Impersonate, "", "`USER` to impersonate"},
		{&user.ImpersonateGroups, "", "`GROUP` to impersonate (repeatable)"},
		{&user.ImpersonateUID, "", "`UID` to impersonate"},
	}
}
