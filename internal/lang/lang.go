// Package lang translates what people read: findings, the texts of explain and the words of the page.
//
// A text is looked up by what it is in English. A message with values is looked up by its format: the English side of an
// entry has the verbs of package fmt, the other side names the values as {1}, {2} in any order, and {-1} one that it leaves out. Values are never formatted
// again, so that a port stays 8080. As the finished message is what is matched, nobody who words a message has to think
// of translations, and a secret that was masked in it stays masked. What has no entry stays in English.
package lang

import "strings"

// Language is the tag of a language that texts are shown in.
type Language string

// The languages. English is what the texts are written in.
const (
	English  Language = "en"
	Japanese Language = "ja"
)

// Choose returns the language that a user wants: the one that is named, or for "auto" that of the environment, where
// LC_ALL goes before LC_MESSAGES and LANG. Anything without a catalogue is English.
func Choose(named string, getenv func(string) string) Language {
	if named != "auto" && named != "" {
		return of(named)
	}
	for _, variable := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := getenv(variable); locale != "" {
			return of(locale)
		}
	}
	return English
}

// of returns the language of a locale such as ja_JP.UTF-8.
func of(locale string) Language {
	if end := strings.IndexAny(locale, "_.@-"); end >= 0 {
		locale = locale[:end]
	}
	if strings.EqualFold(locale, string(Japanese)) {
		return Japanese
	}
	return English
}

// Say returns a text in the language, or the text itself where there is no translation.
func (l Language) Say(text string) string {
	if l != Japanese || text == "" {
		return text
	}
	return japanese().say(text)
}

// Knows reports whether all of a text can be said in the language.
func (l Language) Knows(text string) bool {
	if l != Japanese {
		return true
	}
	_, known := japanese().find(text, 0)
	return known
}

// Word returns a few words of a picture or a summary in the language, or the words themselves where there is no translation.
func (l Language) Word(text string) string {
	if l != Japanese || text == "" {
		return text
	}
	return few().say(text)
}
