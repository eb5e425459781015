package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
)

// choice is a flag with a fixed set of values.
type choice[T ~string] struct {
	value   *T
	allowed []string
}

func (c choice[T]) String() string {
	if c.value == nil {
		return ""
	}
	return string(*c.value)
}

func (c choice[T]) Type() string { return "MODE" }

func (c choice[T]) values() []string { return c.allowed }

func (c choice[T]) Set(s string) error {
	if !slices.Contains(c.allowed, s) {
		return fmt.Errorf("%q is not one of %s%s", s, strings.Join(c.allowed, ", "), didYouMean(s, c.allowed))
	}
	*c.value = T(s)
	return nil
}

// addChoice adds a flag whose first allowed value is the default.
func addChoice[T ~string](flags *pflag.FlagSet, value *T, name, shorthand, usage string, allowed ...string) {
	*value = T(allowed[0])
	flags.VarP(choice[T]{value, allowed}, name, shorthand, usage+": "+strings.Join(allowed, ", "))
}

// completeChoices lets the shell complete the values of all choices of a command.
func completeChoices(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if enumerated, ok := f.Value.(interface{ values() []string }); ok {
			// It fails only for a flag that does not exist or that has a completion already.
			_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(enumerated.values(), cobra.ShellCompDirectiveNoFileComp))
		}
	})
}

// appended is a repeatable flag that may be given to the program and to the command alike: both add to one list.
type appended struct{ list *[]string }

func (a appended) String() string {
	if a.list == nil {
		return ""
	}
	return strings.Join(*a.list, ",")
}

func (a appended) Type() string       { return "stringArray" }
func (a appended) Set(s string) error { *a.list = append(*a.list, s); return nil }

// checked is a text flag whose value has to pass a check.
type checked struct {
	value *string
	check func(string) error
}

func (c checked) String() string {
	if c.value == nil {
		return ""
	}
	return *c.value
}

func (c checked) Type() string { return "value" }

func (c checked) Set(s string) error {
	if err := c.check(s); err != nil {
		return err
	}
	*c.value = s
	return nil
}

func checkNamespace(s string) error {
	if problems := validation.IsDNS1123Label(s); len(problems) > 0 {
		return fmt.Errorf("%q is not the name of a namespace: %s", s, problems[0])
	}
	return nil
}

func checkDomain(s string) error {
	if problems := validation.IsDNS1123Subdomain(s); len(problems) > 0 {
		return fmt.Errorf("%q is not a domain: %s", s, problems[0])
	}
	return nil
}

func checkStorageClass(s string) error {
	if problems := validation.IsDNS1123Subdomain(s); len(problems) > 0 {
		return fmt.Errorf("%q is not the name of a storage class: %s", s, problems[0])
	}
	return nil
}

func checkSize(s string) error {
	q, err := resource.ParseQuantity(s)
	if err != nil || q.Sign() <= 0 || q.Cmp(*resource.NewQuantity(q.Value(), q.Format)) != 0 { // 512m is half a byte
		return fmt.Errorf("%q is not a size such as 1Gi or 500Mi", s)
	}
	return nil
}
