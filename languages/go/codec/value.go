// Package codec carries typed values between the verifier and a Go function.
//
// Values have the encoding of codegen's type language: a list is an array, a tuple is a struct with the
// fields First, Second, Third, Fourth and is written as an array, a map as an array of pairs, an
// optional as a pointer or null. Nothing here knows an expected value.
package codec

import (
	"math"
	"reflect"
	"sort"
	"strconv"
	"unicode/utf8"
)

const (
	mostNodes = 2_000_000
	mostBytes = 16 << 20
)

func decode(value any, into reflect.Value) {
	switch into.Kind() {
	case reflect.Bool:
		into.SetBool(value.(bool))
	case reflect.Int:
		n, err := strconv.ParseInt(string(value.(number)), 10, 64)
		if err != nil {
			panic(err)
		}
		into.SetInt(n)
	case reflect.Float64:
		into.SetFloat(decodeFloat(value))
	case reflect.String:
		into.SetString(value.(string))
	default:
		decodeMany(value, into)
	}
}

func decodeFloat(value any) float64 {
	text, ok := value.(string)
	if !ok {
		text = string(value.(number))
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return f
}

func decodeMany(value any, into reflect.Value) {
	switch kind := into.Type(); kind.Kind() {
	case reflect.Slice:
		items := value.([]any)
		into.Set(reflect.MakeSlice(kind, len(items), len(items)))
		for i, item := range items {
			decode(item, into.Index(i))
		}
	case reflect.Map:
		into.Set(reflect.MakeMap(kind))
		for _, pair := range value.([]any) {
			key, item := reflect.New(kind.Key()).Elem(), reflect.New(kind.Elem()).Elem()
			decode(pair.([]any)[0], key)
			decode(pair.([]any)[1], item)
			into.SetMapIndex(key, item)
		}
	case reflect.Pointer:
		if value != nil {
			into.Set(reflect.New(kind.Elem()))
			decode(value, into.Elem())
		}
	case reflect.Struct:
		for i, item := range value.([]any) {
			decode(item, into.Field(i))
		}
	default:
		panic("codec: no such type: " + kind.String())
	}
}

type encoder struct {
	out   []byte
	nodes int
	wrong string
}

func (e *encoder) value(v reflect.Value) {
	e.nodes++
	if e.nodes > mostNodes || len(e.out) > mostBytes {
		e.wrong = "the result is too large"
	}
	if e.wrong != "" {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		e.out = strconv.AppendBool(e.out, v.Bool())
	case reflect.Int:
		e.out = strconv.AppendInt(e.out, v.Int(), 10)
	case reflect.Float64:
		e.out = appendFloat(e.out, v.Float())
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			e.wrong = "the result holds a string that is not valid UTF-8"
			return
		}
		e.out = quote(e.out, v.String())
	default:
		e.many(v)
	}
}

func (e *encoder) many(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		e.list(v.Len(), v.Index)
	case reflect.Struct:
		e.list(v.NumField(), v.Field)
	case reflect.Map:
		e.pairs(v)
	case reflect.Pointer:
		if v.IsNil() {
			e.out = append(e.out, "null"...)
		} else {
			e.value(v.Elem())
		}
	}
}

func (e *encoder) list(length int, at func(int) reflect.Value) {
	e.out = append(e.out, '[')
	for i := 0; i < length && e.wrong == ""; i++ {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.value(at(i))
	}
	e.out = append(e.out, ']')
}

// pairs writes a map in the order of its encoded keys, so that the same map is the same bytes.
func (e *encoder) pairs(v reflect.Value) {
	type entry struct {
		key   string
		value reflect.Value
	}
	entries := make([]entry, 0, v.Len())
	for _, key := range v.MapKeys() {
		inner := &encoder{nodes: e.nodes}
		inner.value(key)
		if inner.wrong != "" {
			e.wrong = inner.wrong
			return
		}
		entries = append(entries, entry{string(inner.out), v.MapIndex(key)})
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].key < entries[j].key })
	e.out = append(e.out, '[')
	for i, one := range entries {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.out = append(e.out, '[')
		e.out = append(e.out, one.key...)
		e.out = append(e.out, ',')
		e.value(one.value)
		e.out = append(e.out, ']')
	}
	e.out = append(e.out, ']')
}

func appendFloat(out []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(out, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(out, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(out, `"-Infinity"`...)
	}
	start := len(out)
	out = strconv.AppendFloat(out, f, 'g', -1, 64)
	for _, c := range out[start:] {
		if c == '.' || c == 'e' {
			return out
		}
	}
	return append(out, ".0"...)
}
