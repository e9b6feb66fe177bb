package compile

// The answers, as the exchange formats gujo/cuts/v1 and gujo/impact/v1 print them.

// Confidence says how sure a cut is.
type Confidence string

// The confidences: Confirmed is minimal in the optimistic reading; otherwise
// Unobserved contains an unobserved node, and Possible none.
const (
	Confirmed  Confidence = "confirmed"
	Possible   Confidence = "possible"
	Unobserved Confidence = "unobserved"
)

// Cut is a minimal set of components that together stop a service.
type Cut struct {
	Components []string   `json:"components"` // by ID
	Confidence Confidence `json:"confidence"`
}

// Counts counts cuts of one size by confidence.
type Counts struct {
	Confirmed  int `json:"confirmed"`
	Possible   int `json:"possible"`
	Unobserved int `json:"unobserved"`
}

// Way is a pair of places.
type Way struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// ServiceCuts are the cuts of one service, or of another top.
type ServiceCuts struct {
	Service     string            `json:"service"`
	Modelled    bool              `json:"modelled"`
	DownAlready bool              `json:"down_already"`
	NoWay       []Way             `json:"no_way"` // where nothing was seen down, yet it is
	Counts      map[string]Counts `json:"counts"` // by size: "1", "2", …
	Cuts        []Cut             `json:"cuts"`   // by size, then by IDs
}

// Cuts is the answer to "what stops them".
type Cuts struct {
	Order    int           `json:"order"`
	Complete bool          `json:"complete"`
	Reason   string        `json:"reason,omitempty"` // why not complete
	Services []ServiceCuts `json:"services"`         // by ID
}

// RelationRef names a relation.
type RelationRef struct {
	From     string `json:"from"`
	Relation string `json:"relation"`
	To       string `json:"to"`
}

// Path is a way that is closed, with what closes it.
type Path struct {
	From string   `json:"from"`
	To   string   `json:"to"`
	Cut  []string `json:"cut"`
}

// Proof is a minimal failing part of the graph: what is named stops although all that
// it does not list held, and not without any of it. For a group it lists as many
// memberships as it takes for fewer than k to be left, those that are out of service
// among them; for a way, what closes it.
type Proof struct {
	Relations []RelationRef `json:"relations"`
	Paths     []Path        `json:"paths"`
}

// Stopped is a component that fails, and why.
type Stopped struct {
	Component  string     `json:"component"`
	Kind       string     `json:"kind"`
	Confidence Confidence `json:"confidence"`
	Because    Proof      `json:"because"`
}

// Weakened is a group that lost members and still has its k.
type Weakened struct {
	Group     string   `json:"group"`
	K         *int     `json:"k"`     // nil: not known
	Left      int      `json:"left"`  // members up, and reached
	Slack     *int     `json:"slack"` // Left less K; nil: not known
	MembersUp []string `json:"members_up"`
	Services  []string `json:"services"`
}

// NowSingle are a service's confirmed single points that were none before.
type NowSingle struct {
	Service    string   `json:"service"`
	Components []string `json:"components"`
}

// Undetermined is a service about which the graph does not tell.
type Undetermined struct {
	Service string `json:"service"`
	Reason  string `json:"reason"` // open end, not modelled, gap
	At      string `json:"at"`
}

// Impact is the answer to "these are dead: what stops?"
type Impact struct {
	Failed       []string       `json:"failed"`
	Degraded     []string       `json:"degraded"` // seen down before
	Stopped      []Stopped      `json:"stopped"`
	Weakened     []Weakened     `json:"weakened"`
	NowSingle    []NowSingle    `json:"now_single"`
	Undetermined []Undetermined `json:"undetermined"`
}
