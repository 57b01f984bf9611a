// Package unit runs test functions under the testing package and attests each on the private channel.
package unit

import (
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	"codegen/codec"
)

// Test is one top-level test function.
type Test struct {
	Name    string
	Run     func(*testing.T)
	Passed  Seal
	Skipped Seal
}

// Seal proves an outcome; nobody else can make it. The program's package cannot import this one.
type Seal [16]byte

const left = "the goroutine of the test was ended (runtime.Goexit)"

type runner struct {
	end    Seal
	mutex  sync.Mutex
	left   int
	fails  int
	parent reflect.Value
	panics map[string]string
}

// Main runs the tests one after another; a panic ends its own test only.
func Main(end Seal, tests []Test) {
	debug.SetMaxStack(256 << 20)
	if _, more := codec.Receive(); !more {
		return
	}
	r := &runner{end: end, panics: map[string]string{}, left: len(tests)}
	os.Args = os.Args[:1]
	all := func(_, _ string) (bool, error) { return true, nil }
	testing.Main(all, r.wrapped(tests), nil, nil)
}

func (r *runner) wrapped(tests []Test) []testing.InternalTest {
	var found []testing.InternalTest
	for _, test := range tests {
		found = append(found, testing.InternalTest{Name: test.Name, F: func(t *testing.T) {
			r.parent = reflect.ValueOf(t).Elem().FieldByName("parent")
			t.Cleanup(func() { r.finish(test, t) })
			returned := false
			defer func() { r.guard(test.Name, t, recover(), returned) }()
			test.Run(t)
			returned = true
		}})
	}
	return found
}

// guard takes note of a test that did not come to its end, and has the next ones run all the same.
func (r *runner) guard(name string, t *testing.T, cause any, returned bool) {
	switch {
	case cause != nil:
		file, line := codec.Place()
		r.note(name, fmt.Sprintf("panic: %v\n  at %s:%d", cause, file, line))
		t.Fail()
	case returned || t.Skipped() && !t.Failed():
	default:
		if !t.Failed() {
			r.note(name, left)
		}
		t.FailNow() // testing ends the process when a test is left in another way
	}
}

func (r *runner) note(name, message string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.panics[name] = message
}

// leaving says that runtime.Goexit runs this: what deferred it, or cleans up, was not gone through to its end.
func leaving() bool {
	places := make([]uintptr, 64)
	frames := runtime.CallersFrames(places[:runtime.Callers(1, places)])
	for {
		frame, more := frames.Next()
		if frame.Function == "runtime.Goexit" {
			return true
		}
		if !more {
			return false
		}
	}
}

// finish is the first clean-up registered, hence the last to run: subtests are done by then.
func (r *runner) finish(test Test, t *testing.T) {
	r.mutex.Lock()
	message, panicked := r.panics[test.Name]
	r.mutex.Unlock()
	switch {
	case panicked:
		r.attest(test.Name, "error", message, Seal{})
	case t.Failed():
		r.attest(test.Name, "failed", "", Seal{})
	case t.Skipped():
		r.attest(test.Name, "skipped", "", test.Skipped)
	case leaving(): // a clean-up of the test's own was left
		r.attest(test.Name, "error", left, Seal{})
	default:
		r.attest(test.Name, "passed", "", test.Passed)
	}
}

func (r *runner) attest(name, outcome, message string, seal Seal) {
	r.mutex.Lock()
	r.left--
	if outcome == "failed" || outcome == "error" {
		r.fails++
	}
	last := r.left == 0
	r.mutex.Unlock()
	body := codec.Quote([]byte(`"outcome":"`+outcome+`","name":`), name)
	body = append(body, `,"message":`...)
	r.send(seal, string(codec.Quote(body, message)))
	if last {
		r.send(r.end, `"end":true,"extra":[],"broken":"","canary":`+strconv.Quote(r.canary()))
	}
}

func (r *runner) send(seal Seal, body string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	codec.Send([]byte(`{"seal":"` + hex.EncodeToString(seal[:]) + `",` + body + "}"))
}

// canary says what no longer tells of a test that fails. A failure is also noted in what runs the tests, where
// it stays when a test's own note of it is wiped.
func (r *runner) canary() string {
	t := &testing.T{}
	if t.Fail(); !t.Failed() {
		return "Fail"
	}
	if r.fails == 0 && r.parent.IsValid() && !r.parent.IsNil() && r.parent.Elem().FieldByName("failed").Bool() {
		return "failed"
	}
	return ""
}
