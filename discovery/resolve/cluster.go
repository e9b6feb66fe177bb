package resolve

// clusters joins numbers into sets, some of which may never meet in one.
type clusters struct {
	parent    []int
	members   [][]int
	forbidden map[[2]int]bool
	differ    func(i, j int) bool // two that may not meet by what they are
}

func newClusters(n int) *clusters {
	c := &clusters{parent: make([]int, n), members: make([][]int, n), forbidden: map[[2]int]bool{}}
	for i := range n {
		c.parent[i], c.members[i] = i, []int{i}
	}
	return c
}

func (c *clusters) root(i int) int {
	for c.parent[i] != i {
		i = c.parent[i]
	}
	return i
}

func (c *clusters) forbid(i, j int) { c.forbidden[[2]int{min(i, j), max(i, j)}] = true }

// join makes two sets one, unless a member of one may not meet a member of the
// other: so nobody is joined through a third.
func (c *clusters) join(i, j int) bool {
	i, j = c.root(i), c.root(j)
	for _, x := range c.members[i] {
		for _, y := range c.members[j] {
			if c.forbidden[[2]int{min(x, y), max(x, y)}] || c.differ != nil && c.differ(x, y) {
				return false
			}
		}
	}
	c.unite(i, j)
	return true
}

// force joins whatever stands against it.
func (c *clusters) force(i, j int) {
	if i, j = c.root(i), c.root(j); i != j {
		c.unite(i, j)
	}
}

func (c *clusters) unite(i, j int) {
	if i == j {
		return
	}
	i, j = min(i, j), max(i, j)
	c.parent[j] = i
	c.members[i] = append(c.members[i], c.members[j]...)
	c.members[j] = nil
}
