package cmd

import (
	"os"

	"github.com/spf13/pflag"

	"github.com/transship/transship/internal/lang"
)

// languageFlag says which language people are spoken to in. Only what people read follows it: the text form of findings
// and of explain. JSON, SARIF, annotations of GitHub and codes are the same everywhere.
type languageFlag struct{ named string }

func (l *languageFlag) attach(flags *pflag.FlagSet) {
	addChoice(flags, &l.named, "lang", "", "language of findings and explanations (auto: LC_ALL, LC_MESSAGES or LANG)", "auto", "en", "ja")
}

func (l *languageFlag) chosen() lang.Language { return lang.Choose(l.named, os.Getenv) }
