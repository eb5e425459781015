package lang

// Entry is an entry of the catalogue.
type Entry struct{ English, Other string }

// Entries returns those of all files, in their order.
func Entries() []Entry {
	var list []Entry
	for _, e := range read() {
		list = append(list, Entry{e.english, e.other})
	}
	return list
}

// Verb and Placeholder match the values of both sides.
var (
	Verb        = verb
	Placeholder = placeholder
)
