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
	// Title describes a code in one line. Nil, or an empty answer, leaves the description out.
	Title func(code string) string
}

// WriteSARIF writes all findings in the Static Analysis Results Interchange Format 2.1.0, which code scanning services
// read: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
func WriteSARIF(w io.Writer, findings List, o SARIFOptions) error {
	results := make([]sarifResult, len(findings))
	rules := []sarifRule{}
	for i, f := range findings {
		results[i] = sarifResult{RuleID: f.Code, Level: sarifLevel[f.Severity], Message: sarifText{fullText(f)}, Locations: sarifLocations(f)}
		rule := sarifRule{ID: f.Code}
		if o.Title != nil {
			if title := o.Title(f.Code); title != "" {
				rule.ShortDescription = &sarifText{title}
			}
		}
		if !slices.ContainsFunc(rules, func(r sarifRule) bool { return r.ID == f.Code }) {
			rules = append(rules, rule)
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
		ID               string     `json:"id"`
		ShortDescription *sarifText `json:"shortDescription,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
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
