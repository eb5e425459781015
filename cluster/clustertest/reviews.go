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
