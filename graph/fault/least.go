package fault

import (
	"context"
	"slices"
)

// Least gives the least fixpoint: what comes up when everything is off, the
// nodes in down stay off, and a node comes up once fewer than its threshold of
// inputs are missing. The answer is the wave in which each node comes up, or None.
// A node with step set waits for the next wave after what it needs; the others
// in the same. It ends early, without an answer, when ctx does.
func (n *Network) Least(ctx context.Context, down []int32, step []bool) ([]int32, error) {
	wave := filled(n.Len())
	missing := make([]int32, n.Len())
	off := make([]bool, n.Len())
	for _, v := range down {
		off[v] = true
	}
	var ready, next []int32
	offer := func(v int32) {
		if off[v] || n.gateOf[v] != None || missing[v] >= n.threshold[v] {
			return
		}
		off[v] = true // offered once
		if step[v] {
			next = append(next, v)
		} else {
			ready = append(ready, v)
		}
	}
	for v := range int32(n.Len()) {
		missing[v] = int32(len(n.Inputs(v)))
		offer(v)
	}
	h := newSearch(n)
	var waiting []*gate // of those answered by one search
	shut := func(v int32) bool { return wave[n.nodeOf[v]] == None }
	for now := int32(0); ; {
		moved := len(ready) > 0
		for len(ready) > 0 {
			v := ready[len(ready)-1]
			ready = ready[:len(ready)-1]
			wave[v] = now
			for _, w := range n.Outputs(v) {
				missing[w]--
				offer(w)
			}
		}
		if moved || now == 0 || len(next) > 0 {
			for i := 0; i < len(n.gates); {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				end := int(n.groupEnd[i])
				waiting = waiting[:0]
				for j := i; j < end; j++ {
					if g := &n.gates[j]; wave[g.node] == None && !off[g.node] {
						waiting = append(waiting, g)
					}
				}
				for _, tag := range n.gates[i].tagsOf() {
					if len(waiting) == 0 {
						break
					}
					target := None
					if len(waiting) == 1 {
						target = waiting[0].to
					}
					g := &n.gates[i]
					h.from(g.from, target, tag, g.sure, shut)
					waiting = slices.DeleteFunc(waiting, func(g *gate) bool {
						if h.seen[g.to] != h.number {
							return false
						}
						off[g.node] = true
						ready = append(ready, g.node)
						return true
					})
				}
				i = end
			}
			if len(ready) > 0 {
				continue
			}
		}
		if len(next) == 0 {
			return wave, nil
		}
		now++
		ready, next = next, nil
	}
}
