package playground

import (
	"slices"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/lang"
)

// Card is what there is to say about a key, whatever the project.
type Card struct {
	Topic   explain.Topic `json:"topic"`
	Verdict string        `json:"verdict"`
}

// Word is what there is to say about a kind of object or a word of Kubernetes; nil where nothing is.
type Word struct {
	Note *explain.Note `json:"note"`
}

// ExplainWord returns the card of a kind or a word, in a language.
func ExplainWord(word string, in lang.Language) Word {
	note, exact, found := explain.Word(word)
	if !found || !exact {
		return Word{}
	}
	note = note.In(in)
	return Word{&note}
}

// ExplainFinding returns the card of a code that a conversion can report, in a language.
func ExplainFinding(name string, in lang.Language) Word {
	for _, c := range convert.Codes() {
		if c.Name == name {
			note := explain.OfCode(explain.Code{Code: c, CanAllow: convert.CanAllow(c), Changes: slices.Contains(convert.AllowedEffects, name)}).In(in)
			return Word{&note}
		}
	}
	return Word{}
}

// Explain returns the card of a key, in a language.
func Explain(key string, in lang.Language) (*Card, error) {
	topic, err := explain.Find(key)
	if err != nil {
		return nil, err
	}
	return &Card{Topic: topic.In(in), Verdict: in.Say(explain.VerdictOf(topic))}, nil
}
