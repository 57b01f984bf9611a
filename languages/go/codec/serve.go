package codec

import (
	"fmt"
	"path"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
)

// Arguments are the values of one frame, taken in order. Where an object is asked, at says for what.
type Arguments struct {
	values []any
	at     string
}

// Take decodes the next argument into what a pointer points to.
func (a *Arguments) Take(into any) {
	decode(a.values[0], reflect.ValueOf(into).Elem())
	a.values = a.values[1:]
}

// Result is the answer to one frame, ready to be sent.
type Result []byte

// Return encodes what the function returned; it takes a pointer so that an interface hides no type.
func Return(pointer any) Result {
	e := &encoder{}
	e.value(reflect.ValueOf(pointer).Elem())
	if e.wrong != "" {
		return Result(append(quote([]byte(`{"mismatch":`), e.wrong), '}'))
	}
	return Result(append(append([]byte(`{"value":`), e.out...), '}'))
}

// Nothing is what a method returned that returns nothing.
func Nothing() Result { return Result(`{"value":null}`) }

// At notes what an object is asked for, for the message where that fails.
func (a *Arguments) At(what string) { a.at = what }

// Results asks for the operations that the frame names, one after another, and returns the list of results.
func (a *Arguments) Results(ask func(operation string) Result) Result {
	const value, mismatch = `{"value":`, `{"mismatch":"`
	var operations []string
	a.Take(&operations)
	out := []byte(value + "[")
	for number, operation := range operations {
		a.At("operation " + strconv.Itoa(number+1) + ", " + operation)
		result := ask(operation)
		if strings.HasPrefix(string(result), mismatch) {
			return Result(mismatch + a.at + ": " + string(result[len(mismatch):]))
		}
		if len(out) > mostBytes {
			return Result(mismatch + `the results are too large"}`)
		}
		if number > 0 {
			out = append(out, ',')
		}
		out = append(out, result[len(value):len(result)-1]...)
	}
	return Result(append(out, "]}"...))
}

// Serve answers each frame with a call.
func Serve(call func(*Arguments) Result) {
	debug.SetMaxStack(256 << 20)
	for {
		frame, more := Receive()
		if !more {
			return
		}
		arguments := &Arguments{values: parse(frame).([]any)}
		done := make(chan Result, 1)
		go guarded(call, arguments, done)
		Send(<-done)
	}
}

// guarded has a goroutine of its own, so that runtime.Goexit ends the case and not the program.
func guarded(call func(*Arguments) Result, arguments *Arguments, done chan<- Result) {
	finished := false
	defer func() {
		if finished {
			return
		}
		if cause := recover(); cause != nil {
			_, line := Place()
			done <- failure("panic", Valid(fmt.Sprint(cause)), line, arguments.at)
		} else {
			done <- failure("runtime.Goexit", "the function never returned", 0, arguments.at)
		}
	}()
	result := call(arguments)
	finished = true
	done <- result
}

func failure(kind, message string, line int, at string) Result {
	out := quote([]byte(`{"error":{"type":`), kind)
	out = quote(append(out, `,"message":`...), message)
	out = append(out, `,"line":`...)
	out = strconv.AppendInt(out, int64(line), 10)
	if at != "" {
		out = quote(append(out, `,"at":`...), at)
	}
	return Result(append(out, "}}"...))
}

// Place returns the innermost line of the two source files on a panicking stack.
func Place() (file string, line int) {
	var counters [64]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(3, counters[:])])
	for {
		frame, more := frames.Next()
		if name := path.Base(frame.File); name == "solution.go" || name == "solution_test.go" {
			return name, frame.Line
		}
		if !more {
			return "", 0
		}
	}
}

// Valid returns a text as valid UTF-8 of bounded length.
func Valid(text string) string {
	if len(text) > 2000 {
		text = text[:2000]
	}
	return string([]rune(text))
}

// Quote appends a JSON string.
func Quote(out []byte, text string) []byte { return quote(out, Valid(text)) }

// Parse reads JSON into nil, bool, string, []any or map[string]any; numbers have a type of their own.
func Parse(text []byte) any { return parse(text) }

// Receive returns the next frame, or false after the last.
func Receive() ([]byte, bool) {
	head, ok := exactly(4)
	if !ok {
		return nil, false
	}
	return exactly(int(head[0])<<24 | int(head[1])<<16 | int(head[2])<<8 | int(head[3]))
}

func exactly(size int) ([]byte, bool) {
	data := make([]byte, size)
	for at := 0; at < size; {
		n, err := syscall.Read(3, data[at:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return nil, false
		}
		at += n
	}
	return data, true
}

// Send answers the frame.
func Send(payload []byte) {
	n := len(payload)
	data := append([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, payload...)
	for len(data) > 0 {
		n, err := syscall.Write(4, data)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return
		}
		data = data[n:]
	}
}
