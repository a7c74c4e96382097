// Follows the laptops' log and goes on where it stopped, also after a kill: a file keeps the place.
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

Prints every event of the laptops' log, from the first one on, and then what comes: position, subject, event. Ctrl-C ends
it; the next run goes on after the last event that was printed. After a kill, that event may be printed again.

NATS_URL        the broker; default nats://localhost:4222
POSITION_FILE   keeps the place; default data/example-go.position
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
	log, err := jetstream.New(connection)
	if err != nil {
		return err
	}
	stream, err := log.Stream(ctx, "LAPTOPS")
	if err != nil {
		return err
	}
	if end := stream.CachedInfo().State.LastSeq; last > end {
		return fmt.Errorf("%s says %d, but the stream ends at %d: it is another one; remove the file", file, last, end)
	}
	// An ordered consumer: every message once and in order, mended by the client when something is lost.
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
			continue // the broker is away; the client makes a new consumer
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
			// Anybody may publish anything: what is no event is passed over.
			fmt.Fprintln(os.Stderr, position, message.Subject(), "is no event")
		}
		// Only now: an event that is not printed is read again.
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

// Written beside and renamed: a kill leaves the old place or the new one, never half of one.
func writePosition(file string, position uint64) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", []byte(strconv.FormatUint(position, 10)+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func variable(name, usual string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return usual
}
