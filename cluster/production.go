package cluster

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// ProductionName returns the name by which the cluster looks like one that people depend on: that of the context, or that of
// the cluster in the kubeconfig. Empty means that neither does.
func (c *Client) ProductionName() string {
	for _, name := range []string{c.Context, c.cluster} {
		if looksLikeProduction(name) {
			return name
		}
	}
	return ""
}

// Words that say what a cluster is for, and words before them that say the opposite.
var (
	productionWords = []string{"prod", "prd", "production", "live"}
	negations       = []string{"no", "non", "not", "pre", "post", "test", "fake", "pseudo", "like"}
	// localPrefixes are those that tools for clusters on one machine give to every context.
	localPrefixes = []string{"kind-", "k3d-", "minikube", "docker-desktop", "rancher-desktop", "orbstack", "colima"}
)

// IsLocal reports whether the cluster is one of this machine: by the address of its server, or by the name that the tools
// for such clusters give to the context.
func (c *Client) IsLocal() bool {
	if slices.ContainsFunc(localPrefixes, func(prefix string) bool { return strings.HasPrefix(c.Context, prefix) }) {
		return true
	}
	server, err := url.Parse(c.Server)
	if err != nil {
		return false
	}
	host := server.Hostname()
	address, err := netip.ParseAddr(host)
	return err == nil && (address.IsLoopback() || address.IsUnspecified()) || host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".docker.internal")
}

// looksLikeProduction reports whether one of the words of a name says production. A word is a run of letters, so that
// product-api and delivery are none, and prod2 and eksProd are; nonprod, pre-prod and whatever is on this machine are not.
func looksLikeProduction(name string) bool {
	if slices.ContainsFunc(localPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
		return false
	}
	words := wordsOf(name)
	for i, word := range words {
		if slices.Contains(productionWords, word) && (i == 0 || !slices.Contains(negations, words[i-1])) {
			return true
		}
	}
	return false
}

// wordsOf splits a name at everything that is no letter and before capitals that follow small letters.
func wordsOf(name string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	small := false
	for _, r := range name {
		if !unicode.IsLetter(r) || unicode.IsUpper(r) && small {
			end()
		}
		if unicode.IsLetter(r) {
			word.WriteRune(r)
		}
		small = unicode.IsLower(r)
	}
	end()
	return words
}
