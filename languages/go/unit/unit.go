// Package unit runs test functions under the testing package and attests each on the private channel.
package unit

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"codegen/codec"
)

// Test is one top-level test function.
type Test struct {
	Name string
	Run  func(*testing.T)
}

type runner struct {
	nonce  string
	mutex  sync.Mutex
	left   int
	panics map[string]string
}

// Main runs the tests one after another; a panic ends its own test only.
func Main(tests []Test) {
	frame, more := codec.Receive()
	if !more {
		return
	}
	order := codec.Parse(frame).(map[string]any)
	r := &runner{nonce: order["nonce"].(string), panics: map[string]string{}}
	r.left = len(tests)
	os.Args = os.Args[:1]
	all := func(_, _ string) (bool, error) { return true, nil }
	testing.Main(all, r.wrapped(tests), nil, nil)
}

func (r *runner) wrapped(tests []Test) []testing.InternalTest {
	var found []testing.InternalTest
	for _, test := range tests {
		found = append(found, testing.InternalTest{Name: test.Name, F: func(t *testing.T) {
			t.Cleanup(func() { r.finish(test.Name, t) })
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
func (r *runner) finish(name string, t *testing.T) {
	r.mutex.Lock()
	message, panicked := r.panics[name]
	r.mutex.Unlock()
	switch {
	case panicked:
		r.attest(name, "error", message)
	case t.Failed():
		r.attest(name, "failed", "")
	case t.Skipped():
		r.attest(name, "skipped", "")
	default:
		r.attest(name, "passed", "")
	}
}

func (r *runner) attest(name, outcome, message string) {
	r.mutex.Lock()
	r.left--
	last := r.left == 0
	r.mutex.Unlock()
	body := codec.Quote([]byte(`"outcome":"`+outcome+`","name":`), name)
	body = append(body, `,"message":`...)
	r.send(string(codec.Quote(body, message)))
	if last {
		r.send(`"end":true,"extra":[],"broken":"","canary":` + strconv.Quote(canary()))
	}
}

func (r *runner) send(body string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	codec.Send([]byte(`{"nonce":"` + r.nonce + `",` + body + "}"))
}

// canary says whether a test that fails is still seen to fail.
func canary() string {
	t := &testing.T{}
	if t.Fail(); t.Failed() {
		return ""
	}
	return "Fail"
}
