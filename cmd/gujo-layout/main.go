// Command gujo-layout lays graphs out with Graphviz. It is a program of its own
// because Graphviz comes as WebAssembly, which is slow to start, unsafe for
// concurrent use and may be killed only together with its process.
//
// It reads one request a line from standard input and answers each with one
// line, both JSON:
//
//	{"id":1,"engine":"dot","source":"digraph {…}"}
//	{"id":1,"layout":{…}}    Graphviz's own JSON, or
//	{"id":1,"error":"…"}
//
// After an error of Graphviz itself it ends.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/goccy/go-graphviz"
)

// maxRequest bounds a request, in bytes.
const maxRequest = 64 << 20

type request struct {
	ID     int    `json:"id"`
	Engine string `json:"engine"`
	Source string `json:"source"`
}

type answer struct {
	ID     int             `json:"id"`
	Layout json.RawMessage `json:"layout,omitempty"`
	Error  string          `json:"error,omitempty"`
}

func main() {
	// Every call into WebAssembly makes garbage at once; collecting it at the
	// usual pace takes as long as the layout.
	debug.SetGCPercent(400)
	if err := serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gujo-layout:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<16), maxRequest)
	enc := json.NewEncoder(out)
	for lines.Scan() {
		var r request
		err := json.Unmarshal(lines.Bytes(), &r)
		if err == nil {
			err = r.check()
		}
		if err != nil {
			if err := enc.Encode(answer{ID: r.ID, Error: fmt.Sprintf("request: %v", err)}); err != nil {
				return err
			}
			continue
		}
		layout, err := render(ctx, r)
		if err != nil {
			// What Graphviz failed at stays with it: it is not asked again.
			err = fmt.Errorf("graphviz: %w", err)
			return errors.Join(err, enc.Encode(answer{ID: r.ID, Error: err.Error()}))
		}
		if err := enc.Encode(answer{ID: r.ID, Layout: layout}); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (r request) check() error {
	switch r.Engine {
	case "dot", "neato", "fdp", "sfdp", "twopi", "circo":
		return nil
	}
	return fmt.Errorf("unknown engine %q", r.Engine)
}

func render(ctx context.Context, r request) (layout json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	g, err := graphviz.New(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	graph, err := graphviz.ParseBytes([]byte(r.Source))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, graph.Close()) }()
	var b bytes.Buffer
	if err := g.SetLayout(graphviz.Layout(r.Engine)).Render(ctx, graph, "json0", &b); err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, b.Bytes()); err != nil {
		return nil, err
	}
	return compact.Bytes(), nil
}
