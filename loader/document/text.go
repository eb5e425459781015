package document

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// PlainText returns UTF-8 without a byte order mark, which editors do not count as a column. Text in UTF-16 says so in
// its mark; YAML allows it, and some shells of Windows write it. A carriage return alone ends a line in YAML and becomes a line feed.
func PlainText(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, fmt.Errorf("it is no valid UTF-16: %w", err)
		}
		data = decoded
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if zero := bytes.IndexByte(data, 0); zero >= 0 {
		return nil, &BinaryError{markOfByte(data, zero)}
	}
	if alone := bytes.Count(data, []byte("\r")) - bytes.Count(data, []byte("\r\n")); alone > 0 {
		data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	return data, nil
}

// BinaryError is a file with a zero byte, which no text has.
type BinaryError struct{ At Mark }

func (e *BinaryError) Error() string {
	return fmt.Sprintf("it is a binary file, with a zero byte in line %d", e.At.Line)
}

// Mark is a place in a text; both count from 1, columns in characters.
type Mark struct{ Line, Column int }

// markOfByte returns the place of a byte.
func markOfByte(text []byte, offset int) Mark {
	before := text[:min(offset, len(text))]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return Mark{Line: 1 + bytes.Count(before, []byte("\n")), Column: 1 + utf8.RuneCount(line)}
}
