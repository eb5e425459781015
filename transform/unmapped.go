package transform

// reportUnmappedKeys reports every key of the project that has no equivalent, from the table of keys.
func (p *project) reportUnmappedKeys() {}
