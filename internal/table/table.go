// Package table prints lists in the forms that docker compose knows: a table, lines of JSON, or whatever a Go template
// makes of each row.
package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"text/template"
)

// Headers are the words above the columns of a table, by the name of the field.
type Headers map[string]string

// Label is the header of a column that shows one label.
func (Headers) Label(name string) string { return name }

// Format is how a list is printed.
type Format struct {
	isJSON, isTable bool
	template        *template.Template
	headers         Headers
}

// functions are those that docker has for templates, beside those of the template language itself.
var functions = template.FuncMap{
	"json":  toJSON,
	"split": strings.Split,
	"join":  strings.Join,
	"lower": strings.ToLower,
	"upper": strings.ToUpper,
	"title": func(s string) string {
		if s == "" {
			return s
		}
		return strings.ToUpper(s[:1]) + s[1:]
	},
	"pad": func(s string, before, after int) string {
		if s == "" {
			return s
		}
		return strings.Repeat(" ", max(before, 0)) + s + strings.Repeat(" ", max(after, 0))
	},
	"truncate": func(s string, length int) string {
		runes := []rune(s)
		return string(runes[:min(max(length, 0), len(runes))])
	},
}

func toJSON(value any) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return strings.TrimSpace(text.String()), nil
}

// Parse reads a format: table, json, a Go template, or table and a Go template for its columns, separated by \t. Nothing
// means table. Columns is the template of a table for which none is given.
func Parse(format, columns string, headers Headers) (*Format, error) {
	f := &Format{headers: headers}
	format = strings.TrimSpace(format)
	switch rest, isTable := strings.CutPrefix(format, "table"); {
	case format == "json":
		f.isJSON = true
		return f, nil
	case format == "" || isTable && strings.TrimSpace(rest) == "":
		f.isTable = true
	case isTable && strings.Contains(rest, "{{"):
		f.isTable, columns = true, strings.TrimSpace(rest)
	case strings.Contains(format, "{{"):
		columns = format
	default:
		return nil, fmt.Errorf("%q is neither table, json nor a Go template such as {{.Name}}", format)
	}
	columns = strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(columns)
	var err error
	f.template, err = template.New("format").Funcs(functions).Parse(columns)
	if err != nil {
		return nil, fmt.Errorf("%q is not a Go template: %s", columns, strings.TrimPrefix(err.Error(), "template: format:"))
	}
	return f, nil
}

// Print prints a list. An empty one has no lines but the headers of a table.
func Print[T any](out io.Writer, f *Format, rows []T) error {
	if f.isJSON {
		return printJSON(out, rows)
	}
	var text bytes.Buffer
	to := io.Writer(&text)
	columns := tabwriter.NewWriter(&text, 10, 1, 3, ' ', 0)
	if f.isTable {
		to = columns
		if err := f.row(to, f.headers); err != nil {
			return err
		}
	}
	for i := range rows {
		if err := f.row(to, rows[i]); err != nil {
			return err
		}
	}
	if err := columns.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

func (f *Format) row(out io.Writer, row any) error {
	if err := f.template.Execute(out, row); err != nil {
		_, message, _ := strings.Cut(err.Error(), ">: ")
		if message == "" {
			message = err.Error()
		}
		return fmt.Errorf("fill in the format: %s", message)
	}
	_, err := io.WriteString(out, "\n")
	return err
}

// printJSON prints one object per line, as docker compose does.
func printJSON[T any](out io.Writer, rows []T) error {
	for i := range rows {
		text, err := toJSON(rows[i])
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, text); err != nil {
			return err
		}
	}
	return nil
}
