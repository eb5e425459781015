package extension

import (
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/internal/pattern"
)

// semanticVersion matches what Helm takes as the version of a chart.
var semanticVersion = pattern.New(`^v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$`)

// storeKinds are the kinds of a store of External Secrets, the default first.
var storeKinds = []string{"SecretStore", "ClusterSecretStore"}

// Store splits the reference to a store: NAME, or KIND/NAME. Nothing is ok about another kind, or a name that no object can have.
func Store(text string) (kind, name string, ok bool) {
	kind, name, found := strings.Cut(text, "/")
	if !found {
		kind, name = storeKinds[0], text
	}
	return kind, name, (kind == storeKinds[0] || kind == storeKinds[1]) && len(validation.IsDNS1123Subdomain(name)) == 0
}

func (r *refusal) store(text *string) {
	if *text == "" {
		return
	}
	if _, _, ok := Store(*text); !ok {
		r.refuse(r.at.Key("secretStore"), "write the name of a SecretStore, or ClusterSecretStore/NAME", "%q is not the name of a store", *text)
		*text = ""
	}
}

// chart refuses what Helm would.
func (r *refusal) chart(c *Chart) {
	at := r.at.Key("chart")
	if c.Name != "" && (len(c.Name) > 53 || len(validation.IsDNS1123Label(c.Name)) > 0) {
		r.refuse(at.Key("name"), "write lower-case letters, digits and dashes, at most 53", "%q is not the name of a chart", c.Name)
		c.Name = ""
	}
	if c.Version != "" && !semanticVersion.MatchString(c.Version) {
		r.refuse(at.Key("version"), "write a semantic version such as 1.2.3", "%q is not the version of a chart", c.Version)
		c.Version = ""
	}
	link := func(key string, value *string) {
		if u, err := url.Parse(*value); *value != "" && (err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "") {
			r.refuse(at.Key(key), "write a URL such as https://example.com/shop", "%q is not a URL", *value)
			*value = ""
		}
	}
	link("home", &c.Home)
	link("icon", &c.Icon)
	for i := range c.Sources {
		link("sources", &c.Sources[i])
	}
	for i, m := range c.Maintainers {
		if m.Name == "" {
			r.refuse(at.Key("maintainers").Index(i), "write name: NAME", "the maintainer has no name")
		}
	}
}
