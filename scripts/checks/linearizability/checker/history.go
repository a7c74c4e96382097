package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/anishathalye/porcupine"
)

// record is one line of the history: a request and its response.
type record struct {
	Client int    `json:"client"`
	Laptop int    `json:"laptop"`
	Method string `json:"method"`
	// Source is what a GET read: "history", "asOf" for the state as of the time of the request, or empty for the latest state.
	Source string `json:"source"`
	// Repeated marks a write that was sent again with the same idempotency key after it had succeeded.
	Repeated bool `json:"repeated"`
	// Title is the title that a POST or a PUT writes, or that a GET returned. Every write has a title of its own.
	Title string `json:"title"`
	// IfMatch is the version that a PUT or a DELETE requires; 0 if it requires none.
	IfMatch int64 `json:"ifMatch"`
	// Call and Return are the times of the request and of the response, in microseconds of one clock.
	Call   int64 `json:"call"`
	Return int64 `json:"return"`
	// Status is 0 if the outcome is unknown: a 503, a timeout or a lost connection.
	Status int `json:"status"`
	// Version is the version in the entity tag of the response; 0 if there is none.
	Version int64 `json:"version"`
	// Contended marks a 409 after repeated conflicts with other writers. It does not depend on the state of the laptop.
	Contended bool `json:"contended"`
}

func readHistory(input io.Reader) ([]record, error) {
	lines := bufio.NewScanner(input)
	var history []record
	for lines.Scan() {
		var next record
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(history)+1, err)
		}
		if next.Status != 0 && next.Return < next.Call {
			return nil, fmt.Errorf("line %d: the response is older than the request", len(history)+1)
		}
		history = append(history, next)
	}
	return history, lines.Err()
}

type observation struct{ version, returned int64 }

// observedTitles returns the first response in which each title was read, with the version of the laptop.
func observedTitles(history []record) map[string]observation {
	observed := map[string]observation{}
	for _, read := range history {
		if read.Method != "GET" || read.Status != 200 {
			continue
		}
		first, known := observed[read.Title]
		if !known || read.Return < first.returned {
			observed[read.Title] = observation{version: read.Version, returned: read.Return}
		}
	}
	return observed
}

// wrongRepeats returns the repeated writes whose response differs from the response to the first request. A repeated write
// without an outcome is right.
func wrongRepeats(history []record) []record {
	first := map[string]record{}
	for _, write := range history {
		if write.Method != "GET" && write.Title != "" && write.Status == successOf(write.Method) && !write.Repeated {
			first[write.Title] = write
		}
	}
	var wrong []record
	for _, next := range history {
		if !next.Repeated || next.Status == 0 {
			continue
		}
		if expected, known := first[next.Title]; !known || next.Status != expected.Status || next.Version != expected.Version {
			wrong = append(wrong, next)
		}
	}
	return wrong
}

// toOperations converts the history of one laptop. A read without an outcome says nothing and is left out. A write
// without an outcome can take effect at any later time. If its title was read, it took effect before that response.
// A repeated write has no effect; wrongRepeats checks its response.
func toOperations(history []record) []porcupine.Operation {
	observed := observedTitles(history)
	var operations []porcupine.Operation
	for _, next := range history {
		if next.Repeated || (next.Status == 0 && next.Method == "GET") {
			continue
		}
		if next.Status == 0 {
			next.Return = math.MaxInt64
			if first, known := observed[next.Title]; known && next.Title != "" && first.returned >= next.Call {
				next.Return = first.returned
				next.Version = first.version
				next.Status = successOf(next.Method)
			}
		}
		operations = append(operations, porcupine.Operation{
			ClientId: next.Client,
			Input:    next,
			Output:   next,
			Call:     next.Call,
			Return:   next.Return,
		})
	}
	return operations
}

func successOf(method string) int {
	if method == "POST" {
		return 201
	}
	return 200
}
