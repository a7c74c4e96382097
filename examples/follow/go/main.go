// Follows the events of all laptops and resumes after a restart or crash. A file stores the position.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const help = `npm run example:go [-- --help]

Prints the position, subject and payload of every stored laptop event, and then of new ones, until Ctrl-C. The next run
resumes after the last printed event. After a crash, that event may be printed again.

NATS_URL        URL of the broker; default nats://localhost:4222
POSITION_FILE   file that stores the position; default data/example-go.position
`

func main() {
	if len(os.Args) > 1 && (os.Args[1] == "--help" || os.Args[1] == "-h") {
		fmt.Print(help)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	url := variable("NATS_URL", nats.DefaultURL)
	if err := follow(ctx, url, variable("POSITION_FILE", "data/example-go.position")); err != nil {
		fmt.Fprintf(os.Stderr, "cannot follow the laptops at %s: %v\n", url, err)
		os.Exit(1)
	}
}

func follow(ctx context.Context, url, file string) error {
	last, err := readPosition(file)
	if err != nil {
		return err
	}
	connection, err := nats.Connect(url, nats.MaxReconnects(-1))
	if err != nil {
		return err
	}
	defer connection.Close()
	js, err := jetstream.New(connection)
	if err != nil {
		return err
	}
	stream, err := js.Stream(ctx, "LAPTOPS")
	if err != nil {
		return err
	}
	if end := stream.CachedInfo().State.LastSeq; last > end {
		return fmt.Errorf("%s contains position %d, but the stream ends at %d: if it still does in a minute, the stream was replaced; remove the file", file, last, end)
	}
	// An ordered consumer delivers every message once and in order; the client recreates it after a gap.
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{"laptops.events.*"},
		DeliverPolicy:  jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:    last + 1,
	})
	if err != nil {
		return err
	}
	messages, err := consumer.Messages()
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, messages.Stop)
	for {
		message, err := messages.Next()
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return nil
		}
		if errors.Is(err, jetstream.ErrNoHeartbeat) {
			continue // the broker is unreachable; the client creates a new consumer
		}
		if err != nil {
			return err
		}
		metadata, err := message.Metadata()
		if err != nil {
			return err
		}
		position := metadata.Sequence.Stream
		var event map[string]any
		if json.Unmarshal(message.Data(), &event) == nil {
			line, _ := json.Marshal(event)
			fmt.Println(position, message.Subject(), string(line))
		} else {
			// Untrusted input: a message that is not JSON is skipped.
			fmt.Fprintln(os.Stderr, position, message.Subject(), "is not an event")
		}
		// Stored after printing, so that an event that was not printed is read again.
		if err := writePosition(file, position); err != nil {
			return err
		}
	}
}

func readPosition(file string) (uint64, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
}

// Writes the file atomically, so that a crash leaves either the old or the new position.
func writePosition(file string, position uint64) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", []byte(strconv.FormatUint(position, 10)+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func variable(name, defaultValue string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return defaultValue
}
