package clustertest

import (
	"encoding/json"
	"net/http"
)

// methods are those of the requests that verbs stand for.
var methods = map[string]string{
	"get": http.MethodGet, "list": http.MethodGet, "watch": http.MethodGet, "create": http.MethodPost, "update": http.MethodPut,
	"patch": http.MethodPatch, "delete": http.MethodDelete,
}

// review answers a SelfSubjectAccessReview: permitted is what [Server.Refuse] does not refuse. The lock is held.
func (s *Server) review(r Request) any {
	var asked struct {
		Spec struct {
			ResourceAttributes struct{ Namespace, Verb, Group, Resource string }
		}
	}
	if err := json.Unmarshal(r.body, &asked); err != nil {
		return nil
	}
	a := asked.Spec.ResourceAttributes
	allowed := s.refuse == nil || s.refuse(Request{Method: methods[a.Verb], Group: a.Group, Version: "v1", Resource: a.Resource, Namespace: a.Namespace}) == nil
	return map[string]any{
		"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "metadata": map[string]any{},
		"status": map[string]any{"allowed": allowed},
	}
}

// rules answers a SelfSubjectRulesReview: everything is permitted, unless [Server.LimitNames] said otherwise. The lock is held.
func (s *Server) rules() any {
	rule := map[string]any{"verbs": []any{"*"}, "apiGroups": []any{"*"}, "resources": []any{"*"}}
	if len(s.names) > 0 {
		rule["resourceNames"] = s.names
	}
	return map[string]any{
		"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "metadata": map[string]any{},
		"status": map[string]any{"resourceRules": []any{rule}},
	}
}

// LimitNames lets the server say that the caller may only change objects of these names. It does not enforce it: see
// [Server.Refuse].
func (s *Server) LimitNames(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = names
}

// admissionKinds is the server's table of what says who judges objects.
func admissionKinds() any {
	var list []any
	for _, kind := range []string{"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"} {
		list = append(list, map[string]any{"name": resourceOf(kind), "kind": kind, "namespaced": false})
	}
	return map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "admissionregistration.k8s.io/v1", "resources": list}
}
