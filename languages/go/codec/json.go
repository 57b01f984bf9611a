package codec

import (
	"strconv"
	"unicode/utf8"
)

// number is a JSON number as it was written.
type number string

// parser reads one JSON text into nil, bool, number, string or []any.
// What it reads was written by the verifier, so a mistake is a panic.
type parser struct {
	text []byte
	at   int
}

func parse(text []byte) any {
	p := &parser{text: text}
	return p.value()
}

func (p *parser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\n') {
		p.at++
	}
}

func (p *parser) value() any {
	p.space()
	switch c := p.text[p.at]; c {
	case 'n':
		p.at += 4
		return nil
	case 't':
		p.at += 4
		return true
	case 'f':
		p.at += 5
		return false
	case '"':
		return p.str()
	case '[':
		return p.array()
	case '{':
		return p.object()
	default:
		start := p.at
		for p.at < len(p.text) && p.text[p.at] != ',' && p.text[p.at] != ']' && p.text[p.at] != '}' && p.text[p.at] != ' ' {
			p.at++
		}
		return number(p.text[start:p.at])
	}
}

func (p *parser) array() []any {
	found := []any{}
	p.at++
	p.space()
	for p.text[p.at] != ']' {
		if p.text[p.at] == ',' {
			p.at++
		}
		found = append(found, p.value())
		p.space()
	}
	p.at++
	return found
}

func (p *parser) object() map[string]any {
	found := map[string]any{}
	p.at++
	p.space()
	for p.text[p.at] != '}' {
		if p.text[p.at] == ',' {
			p.at++
			p.space()
		}
		key := p.str()
		p.space()
		p.at++
		found[key] = p.value()
		p.space()
	}
	p.at++
	return found
}

func (p *parser) str() string {
	var out []byte
	p.at++
	for p.text[p.at] != '"' {
		if p.text[p.at] != '\\' {
			out = append(out, p.text[p.at])
			p.at++
			continue
		}
		out = p.escape(out)
	}
	p.at++
	return string(out)
}

func (p *parser) escape(out []byte) []byte {
	c := p.text[p.at+1]
	p.at += 2
	switch c {
	case 'n':
		return append(out, '\n')
	case 't':
		return append(out, '\t')
	case 'r':
		return append(out, '\r')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case 'u':
		r := p.unit()
		if r >= 0xD800 && r < 0xDC00 {
			p.at += 2
			r = 0x10000 + (r-0xD800)<<10 + (p.unit() - 0xDC00)
		}
		return utf8.AppendRune(out, r)
	}
	return append(out, c)
}

func (p *parser) unit() rune {
	n, err := strconv.ParseUint(string(p.text[p.at:p.at+4]), 16, 32)
	if err != nil {
		panic(err)
	}
	p.at += 4
	return rune(n)
}

// quote appends a JSON string; the text is valid UTF-8.
func quote(out []byte, text string) []byte {
	const digits = "0123456789abcdef"
	out = append(out, '"')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c < 0x20 || c == 0x7f:
			out = append(out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
