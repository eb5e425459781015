package secret

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsName reports whether a variable, key or flag is called as secrets are: it ends in, or is made of, a word such as
// PASSWORD, TOKEN or API_KEY. The spelling does not matter: DB_PASSWORD, dbPassword, db.password and --db-password are one
// name, and words may run together, as in REDISPASS. A name that only talks about a secret is none: PASSWORD_FILE,
// TOKEN_TTL, ALLOW_EMPTY_PASSWORD.
func IsName(name string) bool { return isNamed(wordsOf(name)) }

// isNamed is [IsName] for a name that has been taken apart.
func isNamed(words []string) bool {
	return (hasSecretWord(words) || kindOfKey(words) == secretKey) && !isAbout(words)
}

// wordsOf takes a name apart, in upper case: at everything that is no letter or digit, and where the case changes.
func wordsOf(name string) []string {
	if name == "PWD" || name == "OLDPWD" { // the working directory of a shell
		return []string{"DIRECTORY"}
	}
	if isASCII(name) {
		return wordsOfASCII(name)
	}
	return wordsOfText(name)
}

// wordsOfText is wordsOf for any text.
func wordsOfText(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToUpper(string(word)))
		}
		word = word[:0]
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			continue
		case i > 0 && unicode.IsUpper(r) && unicode.IsLower(runes[i-1]): // dbPassword
			end()
		case i > 0 && i+1 < len(runes) && unicode.IsUpper(r) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1]): // DBPassword
			end()
		}
		word = append(word, r)
	}
	end()
	return words
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// wordsOfASCII is wordsOf for names of ASCII, which copies nothing but words in lower case.
func wordsOfASCII(name string) []string {
	var words []string
	start := 0
	end := func(i int) {
		if start < i {
			words = append(words, strings.ToUpper(name[start:i]))
		}
	}
	for i := range len(name) {
		kind := class(name[i])
		switch {
		case kind == 0:
			end(i)
			start = i + 1
		case i > 0 && kind == 2 && (class(name[i-1]) == 1 || i+1 < len(name) && class(name[i-1]) == 2 && class(name[i+1]) == 1):
			end(i)
			start = i
		}
	}
	end(len(name))
	return words
}

// isAbout reports whether a name says that its value is something about a secret: where it is, how long it lives, whether
// there is one.
func isAbout(words []string) bool {
	for i, word := range words {
		if switches[word] || counts[word] && i+1 < len(words) {
			return true
		}
	}
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	return about[last] || isAboutJoined(last) || tellsApart(words)
}

// tellsApart knows the token by which etcd tells one cluster from another.
func tellsApart(words []string) bool {
	n := len(words)
	return n >= 3 && words[n-1] == "TOKEN" && words[n-2] == "CLUSTER" && words[n-3] == "INITIAL"
}

// isAboutJoined knows words that run together: SECRETNAME, TOKENPATH, KEYFILE.
func isAboutJoined(word string) bool {
	for _, stem := range joinable {
		if _, after, ok := strings.Cut(word, stem); ok {
			rest := strings.TrimPrefix(after, "S")
			if about[rest] || other[rest] {
				return true
			}
		}
	}
	return false
}

// hasSecretWord looks for a word that makes a secret of a name wherever it stands.
func hasSecretWord(words []string) bool {
	before := ""
	for i, word := range words {
		last := i == len(words)-1
		switch {
		case alone[word], last && (word == "PIN" && !pins[before]),
			word == "COOKIE" && (before == "ERLANG" || last && (before == "RELEASE" || before == "NODE")),
			word == "PAT" && last && patOf[before],
			word == "SEED" && last && (before == "OTP" || before == "TOTP" || before == "WALLET"),
			word == "PHRASE" && (before == "SEED" || before == "PASS" || before == "RECOVERY"),
			word == "AUTH" && last && (strings.HasPrefix(words[0], "REDIS") || authOf[before]),
			word == "PASS" && (i+1 >= len(words) || !passes[words[i+1]]),
			isJoinedSecret(word):
			return true
		}
		before = word
	}
	return false
}

// isJoinedSecret knows secret words within longer ones: REDISPASS, HS256SECRET, BINDPW; but COMPASS, TOKENIZER.
func isJoinedSecret(word string) bool {
	for _, stem := range stems {
		if i := strings.Index(word, stem); i >= 0 && !other[word[i+len(stem):]] {
			return true
		}
	}
	for _, end := range []string{"PASS", "PWD", "PW"} {
		if begin, found := strings.CutSuffix(word, end); found && begin != "" && !wordsInPass[begin] && !wordsInPass[word] {
			return true
		}
	}
	return false
}

// keyKind is what the KEY in a name is.
type keyKind int

const (
	noKey      keyKind = iota
	plainKey           // of a cache, a partition, a message
	unknownKey         // the value decides
	secretKey
)

// kindOfKey judges a name by what stands before its last KEY. What may stand behind it counts keys or tells them apart.
func kindOfKey(words []string) keyKind {
	if n := len(words); n > 0 && (words[n-1] == "LICENSE" || words[n-1] == "LICENCE") {
		return unknownKey // the name of one, or the key of a program that is paid for
	}
	for i, word := range slices.Backward(words) {
		kind := noKey
		switch begin, found := strings.CutSuffix(strings.TrimSuffix(word, "S"), "KEY"); {
		case !found:
		case begin == "":
			kind = keyAfter(words[:i])
		case keysOf[begin]:
			kind = secretKey
		case plainKeys[begin]:
			kind = plainKey
		case len(begin) >= 2 && len(begin) <= 8:
			kind = unknownKey
		}
		if kind != noKey {
			if i < len(words)-1 && kind == unknownKey && words[len(words)-1] == "ID" {
				return plainKey // it names a key
			}
			return kind
		}
		if !versions[word] && !isVersion(word) {
			return encryptionKey(words[:i+1])
		}
	}
	return noKey
}

// encryptionKey knows ENCRYPTION_KEY_ROTATION and its like, with the KEY anywhere.
func encryptionKey(words []string) keyKind {
	for i, word := range words {
		if i > 0 && word == "KEY" && keysOf[words[i-1]] {
			return secretKey
		}
	}
	return noKey
}

// keyAfter judges a KEY by the words before it: ENCRYPTION_PRIMARY_KEY, STRIPE_KEY, PARTITION_KEY.
func keyAfter(before []string) keyKind {
	if len(before) == 0 {
		return unknownKey
	}
	last := before[len(before)-1]
	if last == "SET" && len(before) > 1 && before[len(before)-2] == "REPLICA" { // of MongoDB
		return secretKey
	}
	switch {
	case last == "PUBLIC" || last == "PUB" || last == "PUBLISHABLE" || last == "SITE":
		return plainKey
	case keysOf[last]:
		return secretKey
	}
	for _, word := range before {
		if word == "ENCRYPTION" || word == "SIGNING" || word == "SECRET" {
			return secretKey
		}
	}
	if plainKeys[last] {
		return plainKey
	}
	return unknownKey
}

// isVersion reports whether a word is a number or a version: 1, V2.
func isVersion(word string) bool {
	return strings.Trim(strings.TrimPrefix(word, "V"), "0123456789") == ""
}
