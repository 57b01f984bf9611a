// Package unit runs test functions under the testing package and attests each on the private channel.
package unit

import (
	"flag"
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
	nonce    string
	mutex    sync.Mutex
	attested map[string]bool
	panics   map[string]string
}

// Main runs the tests one after another; a panic ends its own test only.
func Main(tests []Test) {
	frame, more := codec.Receive()
	if !more {
		return
	}
	order := codec.Parse(frame).(map[string]any)
	r := &runner{nonce: order["nonce"].(string), attested: map[string]bool{}, panics: map[string]string{}}
	os.Args = os.Args[:1]
	testing.Init()
	flag.Parse()
	run(r.wrapped(tests))
	for _, test := range tests {
		if !r.attested[test.Name] {
			r.attest(test.Name, "missing", "")
		}
	}
	r.send(`"end":true,"extra":[],"broken":"","canary":` + strconv.Quote(canary()))
}

func run(tests []testing.InternalTest) {
	all := func(_, _ string) (bool, error) { return true, nil }
	testing.RunTests(all, tests)
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
	r.attested[name] = true
	r.mutex.Unlock()
	body := codec.Quote([]byte(`"outcome":"`+outcome+`","name":`), name)
	body = append(body, `,"message":`...)
	r.send(string(codec.Quote(body, message)))
}

func (r *runner) send(body string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	codec.Send([]byte(`{"nonce":"` + r.nonce + `",` + body + "}"))
}

// canary says whether a test that fails is still seen to fail.
func canary() string {
	failed := false
	out := os.Stdout
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = null
	}
	run([]testing.InternalTest{{Name: "TestCanary", F: func(t *testing.T) {
		t.Fail()
		failed = t.Failed()
	}}})
	os.Stdout = out
	if failed {
		return ""
	}
	return "Fail"
}
