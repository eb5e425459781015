package playground

import (
	"slices"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/lang"
)

// card is what there is to say about a key, whatever the project.
type card struct {
	Topic   explain.Topic `json:"topic"`
	Verdict string        `json:"verdict"`
}

// wordCard is what there is to say about a kind of object or a word of Kubernetes; nil where nothing is.
type wordCard struct {
	Note *explain.Note `json:"note"`
}

// explainWord returns the card of a kind or a word, in a language.
func explainWord(word string, in lang.Language) wordCard {
	note, exact, found := explain.Word(word)
	if !found || !exact {
		return wordCard{}
	}
	note = note.In(in)
	return wordCard{&note}
}

// explainFinding returns the card of a code that a conversion can report, in a language.
func explainFinding(name string, in lang.Language) wordCard {
	for _, c := range convert.Codes() {
		if c.Name == name {
			note := explain.OfCode(explain.Code{Code: c, CanAllow: convert.CanAllow(c), Changes: slices.Contains(convert.AllowedEffects, name)}).In(in)
			return wordCard{&note}
		}
	}
	return wordCard{}
}

// explainKey returns the card of a key, in a language.
func explainKey(key string, in lang.Language) (*card, error) {
	topic, err := explain.Find(key)
	if err != nil {
		return nil, err
	}
	return &card{Topic: topic.In(in), Verdict: in.Say(explain.VerdictOf(topic))}, nil
}
