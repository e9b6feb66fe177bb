package graph

import "sort"

// View is a snapshot made walkable both ways, in compressed sparse rows of int32.
type View struct {
	*Snapshot
	out []int32 // relations of component c are Relations[out[c]:out[c+1]]
	in  []int32 // indexes of relations to component c are into[in[c]:in[c+1]]
	to  []int32
}

// NewView indexes a snapshot in linear time.
func NewView(s *Snapshot) *View {
	n := len(s.Components)
	v := &View{Snapshot: s, out: make([]int32, n+1), in: make([]int32, n+1), to: make([]int32, len(s.Relations))}
	for i := range s.Relations {
		v.out[s.Relations[i].From+1]++
		v.in[s.Relations[i].To+1]++
	}
	for c := range n {
		v.out[c+1] += v.out[c]
		v.in[c+1] += v.in[c]
	}
	next := make([]int32, n)
	copy(next, v.in)
	for i := range s.Relations {
		t := s.Relations[i].To
		v.to[next[t]] = int32(i)
		next[t]++
	}
	return v
}

// Out gives the half-open range of indexes into Relations of what c needs,
// ordered by type and target.
func (v *View) Out(c int32) (lo, hi int32) { return v.out[c], v.out[c+1] }

// Needs gives the relations that leave c, ordered by type and target.
func (v *View) Needs(c int32) []Relation { return v.Relations[v.out[c]:v.out[c+1]] }

// In gives the indexes into Relations of those that lead to c, in their order there.
func (v *View) In(c int32) []int32 { return v.to[v.in[c]:v.in[c+1]] }

// OutOf gives the relations of one type that leave c.
func (v *View) OutOf(c int32, t RelationType) []Relation {
	rels := v.Needs(c)
	lo := sort.Search(len(rels), func(i int) bool { return rels[i].Type >= t })
	hi := lo + sort.Search(len(rels)-lo, func(i int) bool { return rels[lo+i].Type > t })
	return rels[lo:hi]
}
