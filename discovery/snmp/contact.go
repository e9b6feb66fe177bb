package snmp

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gosnmp/gosnmp"

	"gujo/discovery/evidence"
)

// maxCredentials bounds what is tried at one address, so that asking locks
// nobody's account and a silent address does not cost a wait for each.
const maxCredentials = 8

// contact finds a credential that the agent accepts.
func (v *visit) contact(ctx context.Context) *fault {
	credentials := v.candidates()
	if len(credentials) == 0 {
		return &fault{reason: evidence.ReasonDenied, detail: "no credential to ask with"}
	}
	var worst *fault
	var silent []string
	for _, cred := range credentials {
		f := v.try(ctx, cred)
		switch {
		case f == nil:
			return nil
		case f.reason == evidence.ReasonUnreachable, f.reason == evidence.ReasonInterrupted, f.reason == evidence.ReasonWrongAddress:
			return f
		case f.silent:
			silent = append(silent, cred.Name)
		case worst == nil:
			worst = f
			worst.detail = "credential " + cred.Name + ": " + worst.detail
		}
	}
	if worst != nil {
		return worst
	}
	names := strings.Join(slices.Compact(silent), ", ")
	if v.link.hearsDiscovery(uint16(v.link.requests), cmp.Or(v.Timeout, 2*time.Second)) {
		return &fault{reason: evidence.ReasonDenied,
			detail: "an SNMP agent is there (it answers engine discovery) but accepts none of: " + names}
	}
	if v.link.refused {
		return &fault{reason: evidence.ReasonUnreachable, detail: "the port is closed (ICMP port unreachable)"}
	}
	return &fault{reason: evidence.ReasonUnreachable,
		detail: "nothing came back: host down, filtered, or none of these accepted: " + names}
}

// try makes first contact with one credential.
func (v *visit) try(ctx context.Context, cred Credential) *fault {
	var f *fault
	before := v.link.received
	for attempt := range min(cmp.Or(v.Attempts, 3), 2) {
		if err := v.link.dial(attempt > 0 || v.target.AnyReply); err != nil {
			return &fault{reason: evidence.ReasonUnreachable, detail: cleanText(err.Error(), 200)}
		}
		s, err := newSession(ctx, cred, v.link, cmp.Or(v.Timeout, 2*time.Second), cmp.Or(v.Attempts, 3))
		if err != nil {
			return &fault{reason: evidence.ReasonUnreachable, detail: cleanText(err.Error(), 200)}
		}
		var vbs []Varbind
		vbs, f = s.next(ctx, []string{"1.3.6.1.2.1.1.2"}, 0)
		if f == nil || f.status != 0 {
			v.session = s
			if len(vbs) == 1 && vbs[0].Type == ObjectID {
				s.floor = v.floor(vbs[0].Value)
				s.step = s.floor
			}
			return nil
		}
		if !f.silent {
			return f
		}
		if v.link.stray.IsValid() && !v.target.AnyReply {
			return &fault{reason: evidence.ReasonWrongAddress,
				detail: fmt.Sprintf("asked %s, answered from %s", v.target.Address, v.link.stray)}
		}
	}
	if v.link.received > before && cred.version == gosnmp.Version3 {
		// The engine was told, and then came nothing: some agents drop what
		// they cannot decrypt.
		return &fault{reason: evidence.ReasonDenied,
			detail: "the agent tells its engine and then answers nothing: wrong privacy key or protocol, or no access"}
	}
	return f
}

// candidates are the credentials to try: what was accepted here before, what
// was accepted last elsewhere, then the rest in their order.
func (v *visit) candidates() []Credential {
	var all []Credential
	for _, c := range v.Credentials {
		if len(v.target.Credentials) == 0 || slices.Contains(v.target.Credentials, c.Name) {
			all = append(all, c.variants()...)
		}
	}
	v.mu.Lock()
	here, last := v.accepted[v.key()], v.lastGood
	v.mu.Unlock()
	rank := func(c Credential) int {
		switch c.key() {
		case here:
			return 0
		case last:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b Credential) int { return rank(a) - rank(b) })
	return all[:min(len(all), maxCredentials)]
}

// key tells a credential from others, and its variants from one another.
func (c Credential) key() string { return fmt.Sprint(c.Name, c.priv) }

func (v *visit) key() string { return v.target.Zone + "\x00" + v.target.String() }

// known are the secrets of all credentials: what one agent is asked with, another
// may tell.
func (c *Collector) known() *evidence.Known {
	c.secrets.Do(func() {
		var all []string
		for _, cred := range c.Credentials {
			all = append(all, cred.community, cred.authKey, cred.privKey)
		}
		c.guarded = evidence.NewKnown(all...)
	})
	return c.guarded
}
