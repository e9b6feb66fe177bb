package figure

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// ErrNoLayout: the program gujo-layout is not beside this one.
var ErrNoLayout = errors.New("gujo-layout is not there")

// errGivenUp: too many figures before this one failed.
var errGivenUp = errors.New("gujo-layout: given up after several failures")

// Bounds of what a child may cost; Graphviz may take for ever on an unlucky graph.
const (
	deadline    = 10 * time.Second // for one figure
	maxAnswer   = 64 << 20         // bytes of one answer
	maxFailures = 4                // figures, after which the rest is left out
	alone       = 24               // so few figures are not worth a second child
)

// Engine lays figures out in child processes that it keeps.
type Engine struct {
	ctx      context.Context
	program  string
	cache    string // the children's temporary directory
	scratch  string // the same, where it is made for this run alone
	deadline time.Duration
	failures atomic.Int32 // so far

	mu       sync.Mutex
	children [2]*child // the second is started when there is enough to do
}

// Program finds gujo-layout: beside the running program, else on the PATH.
func Program() (string, error) {
	if self, err := os.Executable(); err == nil {
		path := filepath.Join(filepath.Dir(self), "gujo-layout")
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	if path, err := exec.LookPath("gujo-layout"); err == nil {
		return path, nil
	}
	return "", ErrNoLayout
}

// Start starts a child process. Close ends it.
func Start(ctx context.Context, program string) (*Engine, error) {
	e := &Engine{ctx: ctx, program: program, deadline: deadline}
	var err error
	if e.cache, err = e.cacheDir(); err != nil {
		return nil, fmt.Errorf("gujo-layout: %w", err)
	}
	if e.children[0], err = e.start(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// cacheDir is kept between runs where the user has a cache directory that is
// his alone, and otherwise made for this run. The children keep compiled code
// there: nobody else may be able to put his own in its place.
func (e *Engine) cacheDir() (string, error) {
	if base, err := os.UserCacheDir(); err == nil && os.MkdirAll(base, 0o700) == nil {
		dir := filepath.Join(base, "gujo-layout")
		if os.Mkdir(dir, 0o700); private(base, 0o022) && private(dir, 0o077) {
			return dir, nil
		}
	}
	dir, err := os.MkdirTemp("", "gujo-layout-")
	e.scratch = dir
	return dir, err
}

// private reports whether a directory is ours, and closed to others.
func private(dir string, closed os.FileMode) bool {
	info, err := os.Lstat(dir)
	return err == nil && info.IsDir() && info.Mode().Perm()&closed == 0 && ours(info)
}

// Close ends the child processes.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, c := range e.children {
		if c != nil {
			c.close()
			e.children[i] = nil
		}
	}
	if e.scratch != "" {
		return os.RemoveAll(e.scratch)
	}
	return nil
}

// Layout places one figure.
func (e *Engine) Layout(f *Figure) (*Placed, error) {
	placed, err := e.LayoutAll([]*Figure{f})
	return placed[0], err
}

// LayoutAll places figures, each for itself: one that fails is nil, and a child
// that broke is replaced for the next. The error is that of the first one that
// failed. After several failures, in this call and before, the rest is not tried.
func (e *Engine) LayoutAll(figures []*Figure) ([]*Placed, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	placed, errs := make([]*Placed, len(figures)), make([]error, len(figures))
	var next atomic.Int32
	work := func(worker int, most int32) {
		for n := int32(0); n < most; n++ {
			i := int(next.Add(1)) - 1
			if i >= len(figures) {
				return
			}
			if e.failures.Load() >= maxFailures {
				errs[i] = errGivenUp
				continue
			}
			placed[i], errs[i] = e.layout(worker, figures[i])
			switch {
			case errors.Is(errs[i], errTimeout): // the dearest of all
				e.failures.Add(maxFailures / 2)
			case errs[i] != nil:
				e.failures.Add(1)
			}
		}
	}
	// The first run of all compiles; who comes second finds it done.
	work(0, 1)
	all := int32(len(figures)) + 1
	var second sync.WaitGroup
	if len(figures) > alone {
		second.Go(func() { work(1, all) })
	}
	work(0, all)
	second.Wait()
	for _, err := range errs {
		if err != nil {
			return placed, err
		}
	}
	return placed, nil
}

// layout places a figure with one of the children.
func (e *Engine) layout(worker int, f *Figure) (*Placed, error) {
	if len(f.Nodes) == 0 {
		return &Placed{}, nil
	}
	if err := e.ctx.Err(); err != nil {
		return nil, err
	}
	c := e.children[worker]
	if c == nil {
		var err error
		if c, err = e.start(); err != nil {
			return nil, err
		}
		e.children[worker] = c
	}
	placed, err := c.layout(f, e.deadline)
	if err != nil {
		c.close()
		e.children[worker] = nil
		return nil, fmt.Errorf("gujo-layout: %w", err)
	}
	return placed, nil
}

// child is a running gujo-layout.
type child struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	pipe  io.ReadCloser
	out   *bufio.Reader // of the pipe
	asked int
}

func (e *Engine) start() (*child, error) {
	c := &child{cmd: exec.CommandContext(e.ctx, e.program)}
	c.cmd.Env = []string{"TMPDIR=" + e.cache}
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if c.pipe, err = c.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	c.out = bufio.NewReaderSize(c.pipe, 1<<16)
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("gujo-layout: %w", err)
	}
	return c, nil
}

// close ends the child, if it must be by force. What it still says, and how it
// ends, is of no interest.
func (c *child) close() {
	c.in.Close()
	timer := time.AfterFunc(time.Second, c.kill)
	defer timer.Stop()
	io.Copy(io.Discard, c.out)
	c.cmd.Wait()
}

// kill ends the child at once, and with it whoever waits for its answer, even if
// a process that it left behind keeps the pipe open.
func (c *child) kill() {
	c.cmd.Process.Kill()
	c.pipe.Close()
}

// request and answer are each one line of JSON.
type request struct {
	ID     int    `json:"id"`
	Engine string `json:"engine"`
	Source string `json:"source"`
}

var errTimeout = errors.New("no answer in time")

func (c *child) layout(f *Figure, limit time.Duration) (*Placed, error) {
	var late atomic.Bool
	timer := time.AfterFunc(limit, func() {
		late.Store(true)
		c.kill()
	})
	defer timer.Stop()
	c.asked++
	line, err := json.Marshal(request{c.asked, "dot", f.source()})
	if err != nil {
		return nil, err
	}
	_, err = c.in.Write(append(line, '\n'))
	var reply []byte
	if err == nil {
		reply, err = readLine(c.out)
	}
	switch {
	case late.Load():
		return nil, errTimeout
	case err != nil:
		c.kill() // what it says from now on answers nothing
		return nil, err
	}
	placed, err := parseAnswer(reply, c.asked, f)
	if err != nil {
		c.kill()
	}
	return placed, err
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxAnswer:
			return nil, fmt.Errorf("answer longer than %d bytes", maxAnswer)
		case err == nil:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}
