// Package unit runs test functions under the testing package and attests each on the private channel.
package unit

import (
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
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
			defer r.guard(test.Name, t)
			test.Run(t)
		}})
	}
	return found
}

func (r *runner) guard(name string, t *testing.T) {
	cause := recover()
	if cause == nil {
		return
	}
	file, line := codec.Place()
	r.mutex.Lock()
	r.panics[name] = fmt.Sprintf("panic: %v\n  at %s:%d", cause, file, line)
	r.mutex.Unlock()
	t.Fail()
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
