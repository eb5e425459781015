package build_test

import (
	"os"
	"strings"
	"testing"

	"github.com/transship/transship/build"
)

func TestLoadedByTheCommandOfTheProduct(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(*build.Cluster)
		program string
		want    string
	}{
		{"kind-dev", nil, "kind", "kind load image-archive ARCHIVE --name dev <>"},
		{"kind-kind", nil, "kind", "kind load image-archive ARCHIVE --name kind <>"},
		{"renamed", func(c *build.Cluster) { c.Nodes[0].ProviderID = "kind://docker/dev/dev-control-plane" }, "kind", "kind load image-archive ARCHIVE --name dev <>"},
		{"k3d-dev", nil, "k3d", "k3d image import --cluster dev ARCHIVE <>"},
		{"renamed", func(c *build.Cluster) {
			c.Nodes[0].Name, c.Nodes[0].KubeletVersion = "k3d-my-dev-server-0", "v1.33.1+k3s1"
		}, "k3d", "k3d image import --cluster my-dev ARCHIVE <>"},
		{"minikube", nil, "minikube", "minikube --profile minikube image load ARCHIVE <>"},
		{"other", func(c *build.Cluster) { c.CertificateAuthority = "/home/somebody/.minikube/ca.crt" }, "minikube", "minikube --profile other image load ARCHIVE <>"},
		{"renamed", func(c *build.Cluster) { c.Nodes[0].Labels = map[string]string{"minikube.k8s.io/name": "p1"} }, "minikube", "minikube --profile p1 image load ARCHIVE <>"},
		{"rancher-desktop", nil, "nerdctl", "nerdctl --namespace k8s.io load --input ARCHIVE <>"},
		{"colima", nil, "colima", "colima --profile default nerdctl -- --namespace k8s.io load --input ARCHIVE <>"},
		{"colima-dev", nil, "colima", "colima --profile dev nerdctl -- --namespace k8s.io load --input ARCHIVE <>"},
		{"microk8s-cluster", nil, "microk8s", "microk8s images import <archive>"},
	} {
		t.Run(tt.name+" "+tt.program, func(t *testing.T) {
			e := newEngine(t)
			e.builds()
			e.records(tt.program)
			c := clusterCalled(tt.name)
			if tt.change != nil {
				tt.change(c)
			}
			made := provide(t, request(shop(t), c))
			e.called(tt.want)
			e.called("docker image save -o ARCHIVE --platform linux/amd64 docker.io/library/shop-web:0123456789ab docker.io/acme/worker:fedcba987654")
			if made.Images[0].IsPushed {
				t.Error("it counts as pushed")
			}
			e.notCalled("push")
		})
	}
}

func TestK3sLoadsForRootOnly(t *testing.T) {
	e := newEngine(t)
	e.builds()
	e.records("k3s")
	c := clusterCalled("default")
	c.Server, c.Nodes[0].KubeletVersion = "https://127.0.0.1:6443", "v1.33.1+k3s1"
	if os.Geteuid() == 0 {
		provide(t, request(shop(t), c))
		e.called("k3s ctr images import ARCHIVE <>")
	} else {
		refused(t, request(shop(t), c), "build-load", "web", "| sudo k3s ctr images import -", "`transship up`")
	}
	c.Server = "https://192.0.2.1:6443" // on another machine
	refused(t, request(shop(t), c), "build-needs-registry", "web")
}

func TestClustersThatShareTheEngine(t *testing.T) {
	docker := func(c *build.Cluster) { c.Nodes[0].ContainerRuntime = "docker://28.0.0" }
	for name, change := range map[string]func(*build.Cluster){
		"docker-desktop": nil, "orbstack": nil, "rancher-desktop": docker, "colima": docker,
	} {
		e := newEngine(t)
		e.builds()
		c := clusterCalled(name)
		if change != nil {
			change(c)
		}
		made := provide(t, request(shop(t), c))
		if len(made.Findings) != 1 || made.Findings[0].Code != "build-shared" || made.References()["web"] != "shop-web:0123456789ab" {
			t.Errorf("%s: %v %v", name, made.Findings, made.References())
		}
		e.notCalled("save")
		e.notCalled("push")
	}
	e := newEngine(t)
	e.builds()
	t.Setenv("MINIKUBE_ACTIVE_DOCKERD", "minikube")
	provide(t, request(shop(t), clusterCalled("minikube")))
	e.notCalled("save")
}

func TestRegistryOfTheCluster(t *testing.T) {
	e := newEngine(t)
	e.write("built/ghcr.io_acme_web_1", webID+" linux/amd64\n")
	c := clusterCalled("kind-dev")
	c.Registry = &build.LocalRegistry{Host: "localhost:5001", HostFromContainerRuntime: "registry:5000"}
	r := request(read(t, "services: {web: {build: ., image: 'ghcr.io/acme/web:1'}}"), c)
	r.Options.Mode, r.Options.KnowsPullSecret = build.Always, true
	if got := provide(t, r).References()["web"]; got != "registry:5000/acme/web:0123456789ab" {
		t.Errorf("reference %s", got)
	}
	e.called("docker image push localhost:5001/acme/web:0123456789ab")
	e.records("kind")
	r.Options.Load = "always"
	if got := provide(t, r).References()["web"]; got != "ghcr.io/acme/web:0123456789ab" {
		t.Errorf("reference %s", got)
	}
	e.called("kind load image-archive ARCHIVE --name dev <>")
}

func TestLoadModes(t *testing.T) {
	e := newEngine(t)
	e.builds()
	r := request(shop(t), clusterCalled("kind-dev"))
	refused(t, r, "build-load", "web", "install kind", "`transship up --registry HOST/PATH`")
	e.records("kind")
	r.Options.Load = "never"
	refused(t, r, "build-needs-registry", "web")
	r.Cluster, r.Options.Load = clusterCalled("production"), "always"
	refused(t, r, "build-needs-registry", "web")
	r.Cluster = clusterCalled("kind-dev")
	e.write("load-error", "ERROR: no nodes found for cluster \"dev\"\n")
	refused(t, r, "build-load", "web", "`transship up --load never --registry HOST/PATH`")
}

func TestNothingIsLoadedTwice(t *testing.T) {
	e := newEngine(t)
	e.builds()
	e.records("kind")
	c := clusterCalled("kind-dev")
	c.Nodes[0].Images = []string{"docker.io/library/shop-web:0123456789ab", "docker.io/library/shop-web@sha256:" + strings.Repeat("a", 64)}
	provide(t, request(shop(t), c))
	e.called("docker image save -o ARCHIVE --platform linux/amd64 docker.io/acme/worker:fedcba987654")
	second := clusterCalled("kind-dev").Nodes[0]
	c.Nodes = append(c.Nodes, second) // a node that does not have it
	provide(t, request(shop(t), c))
	e.called("docker image save -o ARCHIVE --platform linux/amd64 docker.io/library/shop-web:0123456789ab docker.io/acme/worker:fedcba987654")
}

// Docker before version 28 has no word for the platform of what it saves.
func TestOlderDocker(t *testing.T) {
	e := newEngine(t)
	e.builds()
	e.records("kind")
	e.write("version", "27.5.1\n")
	provide(t, request(shop(t), clusterCalled("kind-dev")))
	e.called("docker image save -o ARCHIVE docker.io/library/shop-web:0123456789ab docker.io/acme/worker:fedcba987654")
}
