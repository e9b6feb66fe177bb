package figure

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// layout is the part of Graphviz's JSON that is read.
type layout struct {
	BB      string `json:"bb"`
	Objects []struct {
		Name string `json:"name"`
		Pos  string `json:"pos"`
		BB   string `json:"bb"`
	} `json:"objects"`
	Edges []struct {
		ID  string `json:"id"`
		Pos string `json:"pos"`
	} `json:"edges"`
}

// parseAnswer reads what gujo-layout said to a request. Whatever it says, a
// figure that comes out has all its boxes inside it.
func parseAnswer(line []byte, id int, f *Figure) (*Placed, error) {
	var a struct {
		ID     int     `json:"id"`
		Layout *layout `json:"layout"`
		Error  string  `json:"error"`
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	switch {
	case a.ID != id:
		return nil, fmt.Errorf("answer to request %d, want %d", a.ID, id)
	case a.Error != "":
		return nil, fmt.Errorf("answer: %.200s", a.Error)
	case a.Layout == nil:
		return nil, fmt.Errorf("answer without a layout")
	}
	return a.Layout.place(f)
}

func (l *layout) place(f *Figure) (*Placed, error) {
	bb, err := numbers(l.BB, 4)
	if err != nil {
		return nil, err
	}
	p := &Placed{
		Width: bb[2] - bb[0], Height: bb[3] - bb[1],
		Nodes: make([]Box, len(f.Nodes)), Edges: make([][]Point, len(f.Edges)), Groups: make([]Box, len(f.Groups)),
	}
	if p.Width <= 0 || p.Height <= 0 {
		return nil, fmt.Errorf("answer: figure of %g × %g", p.Width, p.Height)
	}
	// Graphviz counts upwards.
	at := func(x, y float64) Point { return Point{x - bb[0], bb[3] - y} }
	seen := make([]bool, len(f.Nodes))
	for _, o := range l.Objects {
		if name, ok := strings.CutPrefix(o.Name, "cluster_"); ok {
			i, err := index(name, len(f.Groups))
			if err != nil {
				return nil, err
			}
			box, err := numbers(o.BB, 4)
			if err != nil {
				return nil, err
			}
			corner := at(box[0], box[3])
			p.Groups[i] = Box{corner.X, corner.Y, box[2] - box[0], box[3] - box[1]}
			continue
		}
		i, err := index(strings.TrimPrefix(o.Name, "n"), len(f.Nodes))
		if err != nil {
			return nil, err
		}
		pos, err := numbers(o.Pos, 2)
		if err != nil {
			return nil, err
		}
		n, middle := f.Nodes[i], at(pos[0], pos[1])
		p.Nodes[i], seen[i] = Box{middle.X - n.Width/2, middle.Y - n.Height/2, n.Width, n.Height}, true
		if !p.holds(middle) {
			return nil, fmt.Errorf("answer: box %d lies outside the figure", i)
		}
	}
	for i, ok := range seen {
		if !ok {
			return nil, fmt.Errorf("answer: box %d is missing", i)
		}
	}
	for _, e := range l.Edges {
		i, err := index(e.ID, len(f.Edges))
		if err != nil {
			return nil, err
		}
		if p.Edges[i], err = curve(e.Pos, at); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// holds reports whether a point lies in the figure.
func (p *Placed) holds(at Point) bool {
	return at.X >= 0 && at.Y >= 0 && at.X <= p.Width && at.Y <= p.Height
}

func curve(pos string, at func(x, y float64) Point) ([]Point, error) {
	var points []Point
	for pair := range strings.FieldsSeq(pos) {
		if strings.HasPrefix(pair, "e,") || strings.HasPrefix(pair, "s,") {
			continue // the tip of an arrow; we draw our own
		}
		xy, err := numbers(pair, 2)
		if err != nil {
			return nil, err
		}
		points = append(points, at(xy[0], xy[1]))
	}
	if len(points) > 0 && len(points)%3 != 1 {
		return nil, fmt.Errorf("answer: curve of %d points", len(points))
	}
	return points, nil
}

func index(s string, limit int) (int, error) {
	i, err := strconv.Atoi(s)
	if err != nil || i < 0 || i >= limit {
		return 0, fmt.Errorf("answer names %.40q", s)
	}
	return i, nil
}

// numbers reads so many numbers of a size that a page could have.
func numbers(s string, want int) ([]float64, error) {
	parts := strings.SplitN(s, ",", want+1)
	if len(parts) != want {
		return nil, fmt.Errorf("answer has %.40q, want %d numbers", s, want)
	}
	out := make([]float64, want)
	for i, part := range parts {
		var err error
		if out[i], err = strconv.ParseFloat(part, 64); err != nil || math.IsNaN(out[i]) || math.Abs(out[i]) > 1e7 {
			return nil, fmt.Errorf("answer has %.40q, want numbers", s)
		}
	}
	return out, nil
}
