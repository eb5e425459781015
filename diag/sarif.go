package diag

import (
	"cmp"
	"io"
	"net/url"
	"path/filepath"
	"slices"
)

// SARIFOptions are the choices of [WriteSARIF].
type SARIFOptions struct {
	ToolVersion string
	// Rule describes a code. Nil leaves the descriptions out.
	Rule func(code string) Rule
}

// Rule is what there is to say about a code. What is empty is left out.
type Rule struct {
	Title    string   // one line
	Meaning  string   // some sentences
	Help     string   // what to do, as plain text
	Markdown string   // the same as Markdown
	URI      string   // where to read more
	Severity Severity // what the code has by default
}

// WriteSARIF writes all findings in the Static Analysis Results Interchange Format 2.1.0, which code scanning services
// read: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
func WriteSARIF(w io.Writer, findings List, o SARIFOptions) error {
	results := make([]sarifResult, len(findings))
	rules := []sarifRule{}
	for i, f := range findings {
		results[i] = sarifResult{RuleID: f.Code, Level: sarifLevel[f.Severity], Message: sarifText{Text: fullText(f)}, Locations: sarifLocations(f)}
		if !slices.ContainsFunc(rules, func(r sarifRule) bool { return r.ID == f.Code }) {
			rules = append(rules, newSARIFRule(f.Code, o))
		}
	}
	slices.SortFunc(rules, func(a, b sarifRule) int { return cmp.Compare(a.ID, b.ID) })
	return writeIndented(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs: []sarifRun{{
			Tool:       sarifTool{sarifDriver{Name: "transship", Version: o.ToolVersion, Rules: rules}},
			ColumnKind: "unicodeCodePoints",
			Results:    results,
		}},
	})
}

func newSARIFRule(code string, o SARIFOptions) sarifRule {
	rule := sarifRule{ID: code}
	if o.Rule == nil {
		return rule
	}
	r := o.Rule(code)
	rule.Short, rule.Full, rule.URI = textOf(r.Title, ""), textOf(r.Meaning, ""), r.URI
	rule.Help = textOf(r.Help, r.Markdown)
	if level := sarifLevel[r.Severity]; level != "" {
		rule.Configuration = &sarifConfiguration{level}
	}
	return rule
}

func textOf(text, markdown string) *sarifText {
	if text == "" {
		return nil
	}
	return &sarifText{text, markdown}
}

var sarifLevel = map[Severity]string{Error: "error", Warning: "warning", Info: "note"}

func sarifLocations(f Finding) []sarifLocation {
	var location sarifLocation
	if len(f.Path) > 0 {
		location.Logical = []sarifLogical{{f.Path.String()}}
	}
	if f.Range.File != "" {
		uri := url.URL{Path: filepath.ToSlash(f.Range.File)}
		location.Physical = &sarifPhysical{Artifact: sarifArtifact{uri.String()}}
		if f.Range.Line > 0 {
			location.Physical.Region = &sarifRegion{f.Range.Line, f.Range.Column, f.Range.EndColumn}
		}
	}
	if location.Logical == nil && location.Physical == nil {
		return nil
	}
	return []sarifLocation{location}
}

type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string              `json:"id"`
		Short         *sarifText          `json:"shortDescription,omitempty"`
		Full          *sarifText          `json:"fullDescription,omitempty"`
		Configuration *sarifConfiguration `json:"defaultConfiguration,omitempty"`
		URI           string              `json:"helpUri,omitempty"`
		Help          *sarifText          `json:"help,omitempty"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
)
