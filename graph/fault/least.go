package fault

import "context"

// Least gives the least fixpoint: what comes up when everything is off, the
// nodes in down stay off, and a node comes up once fewer than its threshold of
// inputs are missing. The answer is the wave in which each node comes up, or None.
// A node with step set waits for the next wave after what it needs; the others
// come up in the same. It ends early, without an answer, when ctx does.
func (n *Network) Least(ctx context.Context, down []int32, step []bool) ([]int32, error) {
	return n.LeastFrom(ctx, nil, down, step)
}

// LeastFrom is [Network.Least] where the nodes with running set are up already:
// the least fixpoint above them, if they hold each other up as they are. Their
// wave is 0. No running nodes are none at all.
func (n *Network) LeastFrom(ctx context.Context, running []bool, down []int32, step []bool) ([]int32, error) {
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
		if running != nil && running[v] {
			off[v] = true
			ready = append(ready, v)
			continue
		}
		offer(v)
	}
	h := newSearch(n)
	doors := n.path.doors()
	for v := range n.nodeOf {
		doors.close(int32(v))
	}
	for now := int32(0); ; {
		moved := len(ready) > 0
		for len(ready) > 0 {
			v := ready[len(ready)-1]
			ready = ready[:len(ready)-1]
			wave[v] = now
			if x := n.vertexOf[v]; x != None {
				doors.reopen(x)
			}
			for _, w := range n.Outputs(v) {
				missing[w]--
				offer(w)
			}
		}
		if moved || now == 0 || len(next) > 0 {
			for i := range n.gates {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				g := &n.gates[i]
				if wave[g.node] != None || off[g.node] || missing[g.node] >= n.threshold[g.node] {
					continue
				}
				for _, tag := range g.tagsOf() {
					if h.way(&route{g.from, g.to, tag, g.sure, &doors}) {
						off[g.node] = true
						ready = append(ready, g.node)
						break
					}
				}
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
