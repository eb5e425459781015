package transform

import (
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// Trap 11: an image without a tag must not be pulled at each start.
func TestPullPolicyIsAlwaysWritten(t *testing.T) {
	for policy, want := range map[string]corev1.PullPolicy{
		"":                            corev1.PullIfNotPresent,
		"pull_policy: missing":        corev1.PullIfNotPresent,
		"pull_policy: if_not_present": corev1.PullIfNotPresent,
		"pull_policy: build":          corev1.PullIfNotPresent,
		"pull_policy: never":          corev1.PullNever,
		"pull_policy: always":         corev1.PullAlways,
		"pull_policy: daily":          corev1.PullAlways,
		"pull_policy: every_12h":      corev1.PullAlways,
		"labels: {kompose.image-pull-policy: Never}": corev1.PullNever,
	} {
		r := convertYAML(t, "services:\n  web:\n    image: nginx\n    "+policy+"\n")
		c := find[*appsv1.Deployment](t, r, "web").Spec.Template.Spec.Containers[0]
		if c.ImagePullPolicy != want {
			t.Errorf("%q: %s, want %s", policy, c.ImagePullPolicy, want)
		}
	}
}

// TestBuiltImagesAreSaidByTheirNames: nobody can push to the official images of Docker Hub, and everybody to a name of their own.
func TestBuiltImagesAreSaidByTheirNames(t *testing.T) {
	for image, want := range map[string]string{
		"shop-api:1":             "shop-api:1 is built from this project under a name among the official images of Docker Hub, where nobody can push it",
		"acme/shop-api:1":        "acme/shop-api:1 is built from this project; the cluster pulls it from its registry",
		"example.com/shop-api:1": "example.com/shop-api:1 is built from this project; the cluster pulls it from its registry",
	} {
		r := convertYAML(t, "services: {web: {build: ., restart: always, image: '"+image+"'}}")
		if got := slices.Concat(messages(r, "image-not-pullable"), messages(r, "image-to-push")); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", image, got, want)
		}
	}
}

func TestBuiltImageHasTheNameOfCompose(t *testing.T) {
	r := convertYAML(t, "services: {my_api: {build: .}, web: {build: ., image: 'example.com/web:2'}}")
	if got := find[*appsv1.Deployment](t, r, "my-api").Spec.Template.Spec.Containers[0].Image; got != "shop-my_api:latest" {
		t.Errorf("image %q", got)
	}
	if got := find[*appsv1.Deployment](t, r, "web").Spec.Template.Spec.Containers[0].Image; got != "example.com/web:2" {
		t.Errorf("image %q", got)
	}
	finding(t, r, "image-not-pullable")
}

func TestSpaceAroundAnImage(t *testing.T) {
	r := convertYAML(t, "services: {web: {image: 'nginx:1 '}}")
	if got := find[*appsv1.Deployment](t, r, "web").Spec.Template.Spec.Containers[0].Image; got != "nginx:1" {
		t.Errorf("image %q, which the API server refuses", got)
	}
	finding(t, r, "image-name")
}

func TestImagesThatAreNeverPulled(t *testing.T) {
	for service, want := range map[string]string{
		`{image: 'a:1', pull_policy: never}`:           "services.web.pull_policy",
		`{image: 'a:1', build: ., pull_policy: never}`: "services.web.pull_policy",
		`{build: ., pull_policy: never}`:               "services.web.build",
	} {
		r := convertYAML(t, "services: {web: "+service+"}")
		if f := finding(t, r, "image-not-pullable"); f.Path.String() != want {
			t.Errorf("%s: reported at %s, want %s", service, f.Path, want)
		}
		if n := strings.Count(strings.Join(codes(r), " "), "image-not-pullable"); n != 1 {
			t.Errorf("%s: said %d times", service, n)
		}
	}
}

func TestLocalImageIDIsAnError(t *testing.T) {
	id := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	finding(t, convertYAML(t, "services: {web: {image: '"+id+"'}}"), "local-image-id")
}

func TestImagesThatNoRegistryHas(t *testing.T) {
	for image, valid := range map[string]bool{
		"nginx": true, "nginx:1.27-alpine": true, "a/b/c_d__e--f.g:T_1.0": true, "localhost:5000/a": true, "Registry.example.com:80/a/b@sha256:" + strings.Repeat("a", 64): true,
		"app:": false, "UPPER": false, "a b": false, "a:b:c": false, "-a": false, "a//b": false, "a@sha256:1": false, "https://example.com/a": false,
	} {
		r := convertYAML(t, "services: {web: {image: '"+image+"'}}")
		if hasCode(r, "image-name") == valid {
			t.Errorf("%s: %v", image, codes(r))
		}
	}
}
