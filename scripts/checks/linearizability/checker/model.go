package main

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

// laptop is the state of one laptop: a register with a version.
type laptop struct {
	exists bool
	title  string
	// version is the version of the last write if exact is true. Otherwise, the version is higher than this.
	version int64
	exact   bool
}

// canBe returns true if version can be the version of the laptop.
func (state laptop) canBe(version int64) bool {
	if state.exact {
		return state.version == version
	}
	return state.version < version
}

// written returns the state after a write with a known version. Versions increase with every write.
func (state laptop) written(title string, version int64) []interface{} {
	if version <= state.version {
		return nil
	}
	return one(laptop{exists: true, title: title, version: version, exact: true})
}

// removed returns the state after a removal. Its version is not part of the response.
func (state laptop) removed() laptop {
	return laptop{version: state.version}
}

// meets returns true if the laptop can have the version that the request requires.
func (state laptop) meets(request record) bool {
	return request.IfMatch == 0 || (state.exists && state.canBe(request.IfMatch))
}

func one(state laptop) []interface{} { return []interface{}{state} }

func when(condition bool, state laptop) []interface{} {
	if condition {
		return one(state)
	}
	return nil
}

var model = porcupine.NondeterministicModel{
	Init: func() []interface{} { return one(laptop{}) },
	Step: func(state, input, _ interface{}) []interface{} {
		return step(state.(laptop), input.(record))
	},
	DescribeOperation: func(input, _ interface{}) string { return describe(input.(record)) },
	DescribeState: func(state interface{}) string {
		current := state.(laptop)
		if !current.exists {
			return "no laptop"
		}
		return fmt.Sprintf("%q, version %d", current.title, current.version)
	},
}

// step returns the states in which the laptop can be after the response, or none if it contradicts the state.
func step(state laptop, request record) []interface{} {
	if request.Contended {
		return one(state)
	}
	if request.Status == 0 {
		return unknownOutcome(state, request)
	}
	switch fmt.Sprint(request.Method, " ", request.Status) {
	case "GET 200":
		if !state.exists || state.title != request.Title || !state.canBe(request.Version) {
			return nil
		}
		return one(laptop{exists: true, title: state.title, version: request.Version, exact: true})
	case "GET 404":
		return when(!state.exists, state)
	case "POST 201":
		if state.exists {
			return nil
		}
		return state.written(request.Title, request.Version)
	case "POST 409":
		return when(state.exists, state)
	case "PUT 200":
		if !state.exists || !state.meets(request) {
			return nil
		}
		return state.written(request.Title, request.Version)
	case "PUT 404":
		return when(!state.exists && request.IfMatch == 0, state)
	case "DELETE 204":
		if !state.meets(request) {
			return nil
		}
		if state.exists {
			return one(state.removed())
		}
		return one(state)
	case "PUT 412", "DELETE 412":
		return when(!state.exists || !state.exact || state.version != request.IfMatch, state)
	}
	// Any other status is an error of the service or of this test.
	return nil
}

// unknownOutcome returns the state without the write, and the state after it if the write is possible.
func unknownOutcome(state laptop, request record) []interface{} {
	isPossible := state.exists == (request.Method != "POST") && state.meets(request)
	if !isPossible {
		return one(state)
	}
	if request.Method == "DELETE" {
		return []interface{}{state, state.removed()}
	}
	return []interface{}{state, laptop{exists: true, title: request.Title, version: state.version}}
}

func describe(request record) string {
	text := request.Method
	if request.Source != "" {
		text += " " + request.Source
	}
	if request.Repeated {
		text = "repeated " + text
	}
	if request.Title != "" && request.Method != "GET" {
		text += fmt.Sprintf(" %q", request.Title)
	}
	if request.IfMatch != 0 {
		text += fmt.Sprintf(" if version %d", request.IfMatch)
	}
	if request.Status == 0 {
		return text + " -> unknown"
	}
	text += fmt.Sprintf(" -> %d", request.Status)
	if request.Method == "GET" && request.Status == 200 {
		text += fmt.Sprintf(" %q", request.Title)
	}
	if request.Version != 0 {
		text += fmt.Sprintf(" version %d", request.Version)
	}
	return text
}
