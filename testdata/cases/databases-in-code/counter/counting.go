package main

func open() (*bbolt.DB, error) {
	return bbolt.Open("counts.db", 0o600, nil)
}
