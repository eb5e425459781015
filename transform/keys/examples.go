package keys

// examples are shown by explain and in the reference, by expanded path.
var examples = map[string]Example{}
