// Package inventory reads what only people know: which targets to ask and with
// what, which services are declared, where machines stand, and which decisions
// were taken about the graph. It is one YAML file; every error in it names line
// and column and shows the line.
package inventory

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Inventory is the whole file.
type Inventory struct {
	Zone         string        `yaml:"zone"` // names and addresses are unique within it; "default" if unsaid
	Organisation Text          `yaml:"organisation"`
	Targets      []Target      `yaml:"targets"`
	Scope        Scope         `yaml:"scope"`
	Credentials  []Credential  `yaml:"credentials"`
	Services     []Service     `yaml:"services"`
	AccessZones  []AccessZone  `yaml:"access_zones"`
	Places       []Place       `yaml:"places"`
	Power        []PowerSource `yaml:"power"`
	Machines     []Machine     `yaml:"machines"`
	Pairs        []Pair        `yaml:"pairs"`
	Inline       []Inline      `yaml:"inline"`
	Decisions    []Decision    `yaml:"decisions"`

	// Ref is the evidence reference of the file, without locator; set by whoever
	// wrapped it into a bundle. A line n of the file is Ref + "#" + n.
	Ref string `yaml:"-"`
	// Read is when the file was last changed.
	Read time.Time `yaml:"-"`

	text []string // the lines, their secrets masked
}

// Text gives a line as it stands in the file, from 1, its secrets masked as in a
// bundle; "" where there is none.
func (inv *Inventory) Text(line int) string {
	if line < 1 || line > len(inv.text) {
		return ""
	}
	return strings.TrimSpace(inv.text[line-1])
}

// Lines says in which line of the file each key of an item stands, and under
// "key[0]", "key[1]" … the items of a list.
type Lines map[string]int

// Of gives the line of a key, else that of its item.
func (l Lines) Of(key string, item int) int {
	if line, ok := l[key]; ok {
		return line
	}
	return item
}

// In gives the line of an item in a key's list, else that of the key.
func (l Lines) In(key string, i, item int) int {
	return l.Of(fmt.Sprintf("%s[%d]", key, i), l.Of(key, item))
}

// All gives the lines of all keys, once each and in order.
func (l Lines) All(item int) []int {
	list := []int{item}
	for _, line := range l {
		list = append(list, line)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Text is a name in both languages; a plain string stands for both.
type Text struct {
	KO string `yaml:"ko" json:"ko"`
	EN string `yaml:"en" json:"en"`
}

// Target is one machine to ask.
type Target struct {
	Address     string   `yaml:"address"` // IP address or name, optionally with :port
	Name        string   `yaml:"name"`
	Credentials []string `yaml:"credentials"` // names; all if none
	AnyReply    bool     `yaml:"reply_from_any_address"`
	Line        int      `yaml:"-"`
}

// Scope bounds the crawl.
type Scope struct {
	Include []netip.Prefix `yaml:"include"`
	Exclude []netip.Prefix `yaml:"exclude"`
	Hops    *int           `yaml:"hops"` // from a target; nil: no bound
}

// Credential is how to ask; secrets stand in it by reference only, as
// "env:NAME" or "file:PATH" (mode 0600).
type Credential struct {
	Name      string `yaml:"name"`
	SNMP      string `yaml:"snmp"` // v1, v2c, v3
	Community string `yaml:"community"`
	User      string `yaml:"user"`
	Auth      string `yaml:"auth"` // md5, sha, sha224, sha256, sha384, sha512
	AuthKey   string `yaml:"auth_key"`
	Priv      string `yaml:"priv"` // des, aes, aes192, aes256
	PrivKey   string `yaml:"priv_key"`
	Context   string `yaml:"context"`
	Line      int    `yaml:"-"`
}

// Service is a declared information system.
type Service struct {
	ID        string   `yaml:"id"`
	Name      Text     `yaml:"name"`
	Grade     int      `yaml:"grade"` // 1–4; 0 unsaid
	Owner     string   `yaml:"owner"`
	Contact   string   `yaml:"contact"`
	RTO       *Minutes `yaml:"rto"` // nil unsaid; 0 is an objective too
	RPO       *Minutes `yaml:"rpo"`
	EnteredAt []string `yaml:"entered_at"` // "ADDRESS:PORT/PROTOCOL", "ADDRESS", or a DNS name
	UsedFrom  []string `yaml:"used_from"`  // IDs of access zones
	Requires  []string `yaml:"requires"`   // machines, services, groups
	Line      int      `yaml:"-"`
	Lines     Lines    `yaml:"-" json:"-"`
}

// Minutes is a duration in whole minutes, written "30m", "2h", "1d".
type Minutes int

// AccessZone is where users are, and where their network is attached.
type AccessZone struct {
	ID         string   `yaml:"id"`
	Name       Text     `yaml:"name"`
	AttachedTo []string `yaml:"attached_to"` // "MACHINE", "MACHINE:INTERFACE" or a subnet
	Line       int      `yaml:"-"`
	Lines      Lines    `yaml:"-" json:"-"`
}

// Place is a rack, room or site and what it stands in.
type Place struct {
	ID    string `yaml:"id"`
	Kind  string `yaml:"kind"` // rack, room, site
	Name  Text   `yaml:"name"`
	In    string `yaml:"in"`
	Line  int    `yaml:"-"`
	Lines Lines  `yaml:"-" json:"-"`
}

// PowerSource is a PDU, UPS, ATS, feed, panel or substation.
type PowerSource struct {
	ID    string   `yaml:"id"`
	Type  string   `yaml:"type"` // pdu, ups, ats, feed, panel, substation
	Name  Text     `yaml:"name"`
	From  []string `yaml:"from"` // its own sources; several: any one suffices
	In    string   `yaml:"in"`   // place
	Line  int      `yaml:"-"`
	Lines Lines    `yaml:"-" json:"-"`
}

// Machine says of a discovered machine what no protocol tells. A machine that
// was not discovered is made, and then has only what stands here.
type Machine struct {
	Machine      string   `yaml:"machine"` // name, address, serial or ID
	Kind         string   `yaml:"kind"`    // server, network_device, storage, power_source; as discovered if unsaid
	In           string   `yaml:"in"`      // place
	Power        []string `yaml:"power"`   // sources, in the order of its supplies
	Transit      *bool    `yaml:"transit"`
	Virtual      *bool    `yaml:"virtual"`
	Host         string   `yaml:"host"` // of a guest
	AttachedTo   []string `yaml:"attached_to"`
	Requires     []string `yaml:"requires"`
	Asset        string   `yaml:"asset"`
	Installed    string   `yaml:"installed"` // YYYY-MM-DD
	EndOfSupport string   `yaml:"end_of_support"`
	MTBFHours    float64  `yaml:"mtbf_hours"`
	MTTRHours    float64  `yaml:"mttr_hours"`
	Contact      string   `yaml:"contact"`
	Maintainer   string   `yaml:"maintainer"`
	Line         int      `yaml:"-"`
	Lines        Lines    `yaml:"-" json:"-"`
}

// Pair declares machines to be each other's spare where no protocol says so.
// Whoever is named in UsedBy needs K of the members.
type Pair struct {
	ID       string   `yaml:"id"`
	Members  []string `yaml:"members"`
	K        int      `yaml:"k"`        // 0 unsaid: 1
	Designed int      `yaml:"designed"` // 0 unsaid: the number of members
	Role     string   `yaml:"role"`     // gateway, resolver, storage, time, or none
	UsedBy   []string `yaml:"used_by"`
	Line     int      `yaml:"-"`
	Lines    Lines    `yaml:"-" json:"-"`
}

// Inline declares a device that stands in the way of traffic.
type Inline struct {
	Machine   string `yaml:"machine"`
	OnFailure string `yaml:"on_failure"` // open, close
	Line      int    `yaml:"-"`
	Lines     Lines  `yaml:"-" json:"-"`
}

// Decision confirms or denies a relation, or merges or splits a component.
type Decision struct {
	Action   string   `yaml:"action"`   // confirm, deny, merge, split
	From     string   `yaml:"from"`     // confirm, deny: a component
	Relation string   `yaml:"relation"` // confirm, deny: a relation type; of a link, "link"
	To       string   `yaml:"to"`
	Machines []string `yaml:"machines"` // merge, split: names, addresses, serials
	Who      string   `yaml:"who"`
	When     string   `yaml:"when"` // YYYY-MM-DD
	Why      string   `yaml:"why"`
	Line     int      `yaml:"-"`
	Lines    Lines    `yaml:"-" json:"-"`
}
