// Package strictjson reads JSON files that people and other programs hand in: nothing in them is ignored, and what is wrong has a line.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Decode reads the one value of a text into v. A key that v does not have, something behind the value and a value of another kind are
// errors; each begins with "line N: ".
func Decode(text []byte, v any) error {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return located(text, err)
	}
	end := decoder.InputOffset()
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		end += int64(len(text[end:]) - len(bytes.TrimLeft(text[end:], " \t\r\n")))
		return fmt.Errorf("line %d: there is something behind the end of the value", lineAt(text, end))
	}
	return nil
}

func located(text []byte, err error) error {
	if syntax, is := errors.AsType[*json.SyntaxError](err); is {
		return fmt.Errorf("line %d: %w", lineAt(text, syntax.Offset), err)
	}
	if kind, is := errors.AsType[*json.UnmarshalTypeError](err); is {
		return fmt.Errorf("line %d: %s must not be %s %s", lineAt(text, kind.Offset), orValue(kind.Field), article(kind.Value), kind.Value)
	}
	if _, name, is := strings.Cut(err.Error(), "unknown field "); is {
		return fmt.Errorf("line %d: there is no key %s", lineAt(text, int64(max(0, bytes.Index(text, []byte(name))))), name)
	}
	return fmt.Errorf("line %d: the text ends too early", lineAt(text, int64(len(text))))
}

func orValue(field string) string {
	if field == "" {
		return "the value"
	}
	return field
}

func lineAt(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(int(offset), len(text))], []byte("\n"))
}

func article(kind string) string {
	if strings.HasPrefix(kind, "array") || strings.HasPrefix(kind, "object") {
		return "an"
	}
	return "a"
}
