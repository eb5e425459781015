package schema

import (
	"math"
	"slices"
	"unicode/utf8"
)

// kind is a set of the types that JSON has.
type kind uint8

const (
	null kind = 1 << iota
	boolean
	integer
	number // that is no integer
	text
	array
	object
	unknown // what a model that was read from YAML does not hold
)

func kindOf(value any) kind {
	switch v := value.(type) {
	case nil:
		return null
	case bool:
		return boolean
	case int, int64, uint32, uint64:
		return integer
	case float64:
		return kindOfFloat(v)
	case float32:
		return kindOfFloat(float64(v))
	case string:
		return text
	case []any:
		return array
	case map[string]any:
		return object
	default:
		return unknown
	}
}

func kindOfFloat(v float64) kind {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return unknown
	case v == math.Trunc(v):
		return integer
	default:
		return number
	}
}

// float returns a number as JSON has it.
func float(value any) float64 {
	switch v := value.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case uint32:
		return float64(v)
	case uint64:
		return float64(v)
	case float32:
		return float64(v)
	case float64:
		return v
	default:
		return math.NaN()
	}
}

// fitsJSON reports whether JSON can hold a value as it is.
func fitsJSON(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for key, e := range v {
			if !utf8.ValidString(key) || !fitsJSON(e) {
				return false
			}
		}
		return true
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !fitsJSON(e) })
	case string:
		return utf8.ValidString(v)
	default:
		return kindOf(value) != unknown
	}
}
