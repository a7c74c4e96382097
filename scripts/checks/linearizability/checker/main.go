// Command linearizability reads a history of requests (NDJSON, standard input) and checks with porcupine whether the
// requests for each laptop are linearizable.
//
// It prints the laptops whose history is not linearizable. The exit code is 0 if there are none, 1 if there are some, 2 if the
// input is invalid, and 3 if no decision was reached in time.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// Number of operations that are printed on each side of a contradiction.
const shownOperations = 6

func main() {
	timeout := flag.Duration("timeout", time.Minute, "time limit of each laptop")
	folder := flag.String("visualize", "", "folder for an HTML page for each history that is not linearizable")
	flag.Parse()
	history, err := readHistory(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	exitCode := 0
	for _, part := range byLaptop(history) {
		switch check(part, *timeout, *folder) {
		case porcupine.Ok:
		case porcupine.Illegal:
			exitCode = 1
		case porcupine.Unknown:
			if exitCode == 0 {
				exitCode = 3
			}
		}
	}
	os.Exit(exitCode)
}

func byLaptop(history []record) [][]record {
	parts := map[int][]record{}
	for _, next := range history {
		parts[next.Laptop] = append(parts[next.Laptop], next)
	}
	ids := make([]int, 0, len(parts))
	for id := range parts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	result := make([][]record, 0, len(ids))
	for _, id := range ids {
		result = append(result, parts[id])
	}
	return result
}

func check(history []record, timeout time.Duration, folder string) porcupine.CheckResult {
	id := history[0].Laptop
	if wrong := wrongRepeats(history); len(wrong) > 0 {
		fmt.Printf("laptop %d: the response to a repeated write is not the first one\n", id)
		for _, next := range wrong[:min(shownOperations, len(wrong))] {
			printOperation(porcupine.Operation{Input: next, Call: next.Call, Return: next.Return})
		}
		return porcupine.Illegal
	}
	operations := toOperations(history)
	sequential := model.ToModel()
	result, info := porcupine.CheckOperationsVerbose(sequential, operations, timeout)
	if result == porcupine.Ok {
		return result
	}
	if result == porcupine.Unknown {
		fmt.Printf("laptop %d: no decision within %s (%d operations)\n", id, timeout, len(operations))
		return result
	}
	fmt.Printf("laptop %d: not linearizable (%d operations)\n", id, len(operations))
	explain(operations, info)
	if folder != "" {
		page := filepath.Join(folder, fmt.Sprintf("laptop-%d.html", id))
		if err := porcupine.VisualizePath(sequential, info, page); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	return result
}

// explain prints the end of the longest order that porcupine found, and the operations that cannot follow it.
func explain(operations []porcupine.Operation, info porcupine.LinearizationInfo) {
	var longest []porcupine.Operation
	for _, partition := range info.PartialLinearizationsOperations() {
		for _, order := range partition {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	fmt.Println("  longest consistent order, its end:")
	for _, operation := range longest[max(0, len(longest)-shownOperations):] {
		printOperation(operation)
	}
	fmt.Println("  no order contains these as well:")
	for _, operation := range missing(operations, longest) {
		printOperation(operation)
	}
}

// missing returns the operations that are not part of order and have a known outcome, the first responses first.
func missing(operations, order []porcupine.Operation) []porcupine.Operation {
	contained := map[record]bool{}
	for _, operation := range order {
		contained[operation.Input.(record)] = true
	}
	var others []porcupine.Operation
	for _, operation := range operations {
		if !contained[operation.Input.(record)] && operation.Return != math.MaxInt64 {
			others = append(others, operation)
		}
	}
	slices.SortFunc(others, func(a, b porcupine.Operation) int { return int(a.Return - b.Return) })
	return others[:min(shownOperations, len(others))]
}

func printOperation(operation porcupine.Operation) {
	request := operation.Input.(record)
	end := "…"
	if operation.Return != math.MaxInt64 {
		end = fmt.Sprintf("%.3f", float64(operation.Return)/1e6)
	}
	fmt.Printf("    %.3f to %s s  client %d  %s\n", float64(operation.Call)/1e6, end, request.Client, describe(request))
}
