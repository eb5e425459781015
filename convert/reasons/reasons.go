// Package reasons says why a conversion writes a field as it does, where that is a decision of the conversion and not a copy of what a
// key of the project says: a key that is not there, a value that is not the key's, a field that Docker has no counterpart for.
//
// The reasons are rows of a table, by kind of object and place in it. A row holds for every object in which its condition is true; where
// a field has several causes, each has a row of its own, and what the output does not tell apart is said in general. Nothing in a reason
// is a value of the project, so no secret can be in one.
package reasons

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform"
)

// Reasons knows the output of one conversion.
type Reasons struct {
	claims    map[string]*corev1.PersistentVolumeClaim
	origins   map[effects.Object]transform.Origin
	governing map[string]bool // the Services by which StatefulSets name their Pods
	findings  diag.List
	keys      map[effects.Field]diag.Path
	keyedList map[effects.Field]bool // lists of which an item has a key of its own
}

// New returns the reasons for the objects of a conversion, with where each comes from, what was found, and the key that sets each field.
func New(objects []runtime.Object, origins map[runtime.Object]transform.Origin, findings diag.List, keys map[effects.Field]diag.Path) *Reasons {
	r := &Reasons{
		claims: map[string]*corev1.PersistentVolumeClaim{}, origins: map[effects.Object]transform.Origin{}, governing: map[string]bool{}, findings: findings,
		keys: keys, keyedList: map[effects.Field]bool{},
	}
	for f := range keys {
		if strings.HasSuffix(f.Path, "]") {
			r.keyedList[effects.Field{Object: f.Object, Path: f.Path[:strings.LastIndexByte(f.Path, '[')]}] = true
		}
	}
	for _, o := range objects {
		r.origins[effects.ObjectOf(o)] = origins[o]
		switch o := o.(type) {
		case *corev1.PersistentVolumeClaim:
			r.claims[o.Name] = o
		case *appsv1.StatefulSet:
			r.governing[o.Spec.ServiceName] = true
		}
	}
	return r
}

// Of returns why a field of an object is as it is, in one short clause; "" where there is nothing to say. What x-kubernetes or a label of
// Kompose sets is the user's own decision.
func (r *Reasons) Of(object runtime.Object, f manifest.Field) string {
	key := r.keys[effects.Field{Object: effects.ObjectOf(object), Path: f.Path}]
	if isWish(key) {
		return ""
	}
	for _, s := range r.spots(object, f, key) {
		for _, row := range table()[s.kind] {
			if row.fits(s) {
				return row.because
			}
		}
	}
	return ""
}

// isWish reports whether a key is an extension that names the field itself, so that its value is no decision of the conversion.
func isWish(key diag.Path) bool {
	return slices.ContainsFunc(key, func(step string) bool { return step == "x-kubernetes" || strings.HasPrefix(step, "kompose.") })
}

// found reports whether one of some codes was found at a key.
func (r *Reasons) found(at diag.Path, codes ...string) bool {
	return slices.ContainsFunc(r.findings, func(f diag.Finding) bool { return slices.Contains(codes, f.Code) && slices.Equal(f.Path, at) })
}
