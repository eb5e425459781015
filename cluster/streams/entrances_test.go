package streams

import (
	"slices"
	"testing"
)

func TestEntrancesAreWhatTheClusterOpens(t *testing.T) {
	balanced := `
kind: Service
metadata: {name: web-published, annotations: {transship/compose-service: web}}
spec: {type: LoadBalancer, ports: [{port: 80}, {port: 443}]}
`
	cases := map[string][]Entrance{
		balanced: {
			{Service: "web", Target: 80, Hint: "its load balancer (service/web-published) has no address yet"},
			{Service: "web", Target: 443, Hint: "its load balancer (service/web-published) has no address yet"},
		},
		balanced + `status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}`: {
			{Service: "web", Target: 80, Address: "192.0.2.1:80"}, {Service: "web", Target: 443, Address: "192.0.2.1:443"},
		},
		`{kind: Service, metadata: {name: db, labels: {app.kubernetes.io/name: db}}, spec: {type: NodePort, ports: [{port: 5432, nodePort: 30001}]}}`: {
			{Service: "db", Target: 5432, Hint: "port 30001 of every node"},
		},
		`{kind: Service, metadata: {name: db, labels: {app.kubernetes.io/name: db}}, spec: {ports: [{port: 5432}]}}`: nil,
	}
	for text, want := range cases {
		if got := serviceEntrances(read(t, text)); !slices.Equal(got, want) {
			t.Errorf("%s\nis entered by %+v, want %+v", text, got, want)
		}
	}
	got := ingressEntrances(read(t, `
kind: Ingress
metadata: {name: web, annotations: {transship/compose-service: web}}
spec:
  tls: [{hosts: [shop.example]}]
  rules:
  - {host: shop.example, http: {paths: [{path: /}]}}
  - {host: old.example, http: {paths: [{path: /shop}]}}
  - {http: {paths: [{path: /}]}}
`))
	want := []Entrance{
		{Service: "web", Address: "https://shop.example/"},
		{Service: "web", Address: "http://old.example/shop"},
		{Service: "web", Hint: "path / of ingress/web, at the address of its controller"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("an Ingress is %+v, want %+v", got, want)
	}
}
