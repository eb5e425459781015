package transform

// LooksSecret reports whether a variable looks as if its value had to be kept secret, by its name or by the value.
func LooksSecret(name, value string) bool { return looksSecret(name, value) }
