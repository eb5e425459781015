package convert

import (
	"go/types"
	"slices"
	"strings"
	"testing"
)

// public are the packages whose names are for programs of others, as docs/guides/library.md says.
var public = []string{"convert", "diag", "cluster", "loader", "transform"}

// TestExportedNamesAreUsedOutside fails for an exported name or method that no other package uses, nor a test of another.
// A type counts as used where a name that is used has it.
func TestExportedNamesAreUsedOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads the types of every package and of its tests")
	}
	packages := typedPackages(t, "-test")
	n := needed{names: map[string]bool{}, interfaceMethods: map[string]bool{}}
	for _, p := range packages {
		for _, object := range p.info.Uses {
			if object.Pkg() != nil && object.Pkg().Path() != p.pkg.Path() && strings.HasPrefix(object.Pkg().Path(), module) {
				n.names[nameOf(object)] = true
			}
		}
	}
	for _, p := range packages {
		n.addTypes(p)
	}
	for _, p := range packages {
		room := strings.TrimPrefix(p.path, module)
		if strings.Contains(p.path, " ") || slices.Contains(public, room) || room == "internal/invariants" { // the tests on a cluster are a module of their own
			continue
		}
		for _, object := range n.unused(p) {
			t.Errorf("%s: %s is exported, and no other package uses it", p.set.Position(object.Pos()), object.Name())
		}
	}
}

// needed is what packages need of each other.
type needed struct {
	names            map[string]bool // of objects, as nameOf has them
	interfaceMethods map[string]bool // names of the methods of the module's own interfaces
}

// addTypes adds the types that the needed names of a package have, and those that its exported fields have.
func (n needed) addTypes(p typed) {
	for _, object := range p.info.Defs {
		switch o := object.(type) {
		case *types.TypeName:
			if asked, ok := o.Type().Underlying().(*types.Interface); ok {
				for m := range asked.Methods() {
					n.interfaceMethods[m.Name()] = true
				}
			}
		case *types.Func:
			if m := o.Signature(); n.names[nameOf(o)] || m.Recv() != nil && o.Exported() {
				n.addTypesOf(m)
			}
		case *types.Var:
			if o.Exported() && (o.IsField() || n.names[nameOf(o)]) {
				n.addTypesOf(o.Type())
			}
		case *types.Const:
			if n.names[nameOf(o)] {
				n.addTypesOf(o.Type())
			}
		}
	}
}

// addTypesOf adds the named types that a type is made of.
func (n needed) addTypesOf(t types.Type) {
	switch t := t.(type) {
	case *types.Named:
		if t.Obj().Pkg() != nil {
			n.names[nameOf(t.Obj())] = true
		}
		for part := range t.TypeArgs().Types() {
			n.addTypesOf(part)
		}
	case *types.Pointer:
		n.addTypesOf(t.Elem())
	case *types.Slice:
		n.addTypesOf(t.Elem())
	case *types.Array:
		n.addTypesOf(t.Elem())
	case *types.Chan:
		n.addTypesOf(t.Elem())
	case *types.Map:
		n.addTypesOf(t.Key())
		n.addTypesOf(t.Elem())
	case *types.Signature:
		for v := range t.Params().Variables() {
			n.addTypesOf(v.Type())
		}
		for v := range t.Results().Variables() {
			n.addTypesOf(v.Type())
		}
	}
}

// unused returns the exported objects of a package that nobody else needs.
func (n needed) unused(p typed) []types.Object {
	var out []types.Object
	for _, name := range p.pkg.Scope().Names() {
		object := p.pkg.Scope().Lookup(name)
		if object.Exported() && !n.names[nameOf(object)] && !n.isValueOf(object) {
			out = append(out, object)
		}
		named, ok := object.Type().(*types.Named)
		if _, isType := object.(*types.TypeName); !ok || !isType {
			continue
		}
		for m := range named.Methods() {
			if m.Exported() && !n.names[nameOf(m)] && !n.interfaceMethods[m.Name()] && !isAskedByOthers(p.pkg, named, m.Name()) {
				out = append(out, m)
			}
		}
	}
	return out
}

// isValueOf tells whether an object is one of the values of a type that is needed: they are exported together.
func (n needed) isValueOf(object types.Object) bool {
	_, isConst := object.(*types.Const)
	named, ok := object.Type().(*types.Named)
	return ok && isConst && n.names[nameOf(named.Obj())]
}

// isAskedByOthers tells whether an interface of the packages below has the method, and the type has all of that interface.
func isAskedByOthers(p *types.Package, named *types.Named, method string) bool {
	if slices.Contains([]string{"Error", "String", "Unwrap", "Is", "As", "UnmarshalJSON", "MarshalJSON", "UnmarshalYAML", "Label", "Role"}, method) {
		return true // errors, fmt, the decoders and the templates of --format ask for them, imported or not; Role is that of cluster.RightsError
	}
	seen := map[*types.Package]bool{}
	var visit func(at *types.Package) bool
	visit = func(at *types.Package) bool {
		if seen[at] {
			return false
		}
		seen[at] = true
		for _, name := range at.Scope().Names() {
			asked, ok := at.Scope().Lookup(name).Type().Underlying().(*types.Interface)
			if !ok || !types.Implements(types.NewPointer(named), asked) {
				continue
			}
			for m := range asked.Methods() {
				if m.Name() == method {
					return true
				}
			}
		}
		return slices.ContainsFunc(at.Imports(), visit)
	}
	return slices.ContainsFunc(p.Imports(), visit)
}

// nameOf returns what tells an object of a package from all others.
func nameOf(object types.Object) string {
	if f, ok := object.(*types.Func); ok {
		return f.Origin().FullName()
	}
	return object.Pkg().Path() + "." + object.Name()
}
