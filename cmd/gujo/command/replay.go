package command

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gujo/discovery/inventory"
	"gujo/discovery/replay"
)

func newReplay(env *Env) *cobra.Command {
	var delay time.Duration
	var faults []string
	var who access
	c := env.command("replay", func(cmd *cobra.Command, args []string) error {
		opts, err := who.options()
		if err != nil {
			return err
		}
		opts.Delay = delay
		for _, f := range faults {
			fault, err := replay.ParseFault(f)
			if err != nil {
				return err
			}
			opts.Faults = append(opts.Faults, fault)
		}
		agents, err := replay.Load(args...)
		if err != nil {
			return err
		}
		server, err := replay.Start(agents, opts)
		if err != nil {
			return err
		}
		for _, b := range server.Agents() {
			name := b.Agent.Name
			if b.Agent.Target.IsValid() {
				name = b.Agent.Target.String()
			}
			fmt.Fprintln(env.Stdout, clean(env.text("replay.agent", name, b.At)))
		}
		ready := "replay.ready"
		if opts.Community != "" {
			ready = "replay.ready_community"
		}
		env.say(ready, len(agents))
		for _, u := range opts.Users {
			env.say("replay.user", u.Name, level(u), askWith(u))
		}
		<-cmd.Context().Done()
		return server.Close()
	})
	c.Args = env.arguments(1, -1)
	c.Flags().DurationVar(&delay, "delay", 0, env.text("flag.delay"))
	c.Flags().StringSliceVar(&faults, "fault", nil, env.text("flag.fault"))
	who.flags(env, c)
	return c
}

// access is who may ask the agents. Its secrets are references, as in an inventory.
type access struct {
	community        string
	user             string
	auth, authKey    string
	privacy, privKey string
}

func (a *access) flags(env *Env, c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&a.community, "community", "", env.text("flag.replay_community"))
	f.StringVar(&a.user, "user", "", env.text("flag.replay_user"))
	f.StringVar(&a.auth, "auth", "", env.text("flag.replay_auth"))
	f.StringVar(&a.authKey, "auth-key", "", env.text("flag.replay_auth_key"))
	f.StringVar(&a.privacy, "priv", "", env.text("flag.replay_priv"))
	f.StringVar(&a.privKey, "priv-key", "", env.text("flag.replay_priv_key"))
}

// options reads the secrets. A key without a protocol is for the one that is
// usual today.
func (a *access) options() (replay.Options, error) {
	var o replay.Options
	for _, s := range []struct{ option, ref string }{
		{"--community", a.community}, {"--auth-key", a.authKey}, {"--priv-key", a.privKey},
	} {
		if s.ref != "" && !strings.HasPrefix(s.ref, "env:") && !strings.HasPrefix(s.ref, "file:") {
			return o, failure("error.reference", s.option+" …")
		}
	}
	for _, s := range []struct{ option, value string }{
		{"--auth", a.auth}, {"--auth-key", a.authKey}, {"--priv", a.privacy}, {"--priv-key", a.privKey},
	} {
		if s.value != "" && a.user == "" {
			return o, failure("error.replay_user", s.option)
		}
	}
	keys, err := inventory.Credential{Name: "replay", Community: a.community, AuthKey: a.authKey, PrivKey: a.privKey}.Resolve()
	if err != nil {
		return o, err
	}
	o.Community = keys.Community.Reveal()
	if a.user == "" {
		return o, nil
	}
	u := replay.User{Name: a.user, Auth: a.auth, AuthKey: keys.AuthKey.Reveal(), Priv: a.privacy, PrivKey: keys.PrivKey.Reveal()}
	if u.AuthKey != "" {
		u.Auth = cmp.Or(u.Auth, "sha256")
	}
	if u.PrivKey != "" {
		u.Priv = cmp.Or(u.Priv, "aes")
	}
	o.Users = []replay.User{u}
	return o, nil
}

// level names the security level of a user (RFC 3411 §3.4.3).
func level(u replay.User) string {
	switch {
	case u.Priv != "":
		return "authPriv"
	case u.Auth != "":
		return "authNoPriv"
	}
	return "noAuthNoPriv"
}

// askWith gives the options with which net-snmp asks as a user, without the keys.
func askWith(u replay.User) string {
	words := []string{"-l", level(u)}
	if u.Auth != "" {
		words = append(words, "-a", dashed(u.Auth), "-A …")
	}
	if u.Priv != "" {
		words = append(words, "-x", dashed(u.Priv), "-X …")
	}
	return strings.Join(words, " ")
}

// dashed writes sha256 and aes256 as net-snmp has them: SHA-256, AES-256.
func dashed(protocol string) string {
	protocol = strings.ToUpper(protocol)
	if at := strings.IndexAny(protocol, "1235"); at > 2 && protocol != "MD5" {
		return protocol[:at] + "-" + protocol[at:]
	}
	return protocol
}
