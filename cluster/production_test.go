package cluster

import "testing"

func TestProductionIsSeenByItsName(t *testing.T) {
	for name, want := range map[string]bool{
		"prod": true, "production": true, "prod-eu-1": true, "shop_production": true, "PROD": true, "eksProd": true, "prod2": true, "prd-eu": true, "live": true, "eu.live.shop": true,
		"arn:aws:eks:eu-west-1:123456789012:cluster/shop-prod": true, "gke_shop-prod_europe-west1_main": true, "admin@prod": true,
		"": false, "staging": false, "nonprod": false, "non-prod": false, "preprod": false, "pre-production": false, "test-prod": false,
		"product-api": false, "delivery": false, "olive": false, "liveness": false, "reproduction": false,
		"kind-prod": false, "k3d-live": false, "minikube": false, "minikube-prod": false, "docker-desktop": false, "in-cluster": false, "testcluster": false,
	} {
		if got := looksLikeProduction(name); got != want {
			t.Errorf("%q looks like production: %t, want %t", name, got, want)
		}
	}
	if name := (&Client{Context: "admin", cluster: "shop-prod"}).ProductionName(); name != "shop-prod" {
		t.Errorf("a context with a harmless name hides the cluster %q", name)
	}
}

func TestClustersOfThisMachineAreKnown(t *testing.T) {
	for server, want := range map[string]bool{
		"https://127.0.0.1:6443": true, "https://[::1]:6443": true, "https://localhost": true, "https://0.0.0.0:41234": true,
		"https://kubernetes.docker.internal:6443": true, "https://k3s.localhost:6443": true,
		"https://10.0.0.1:6443": false, "https://192.168.1.4:6443": false, "https://prod.example.com": false, "https://localhost.example.com": false,
		"https://127.0.0.1.example.com": false, "": false,
	} {
		if got := (&Client{Context: "staging", Server: server}).IsLocal(); got != want {
			t.Errorf("%q is of this machine: %t, want %t", server, got, want)
		}
	}
	if !(&Client{Context: "minikube", Server: "https://192.168.49.2:8443"}).IsLocal() {
		t.Error("minikube is not of this machine")
	}
}
