package command

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"gujo/discovery/evidence"
)

func newVerify(env *Env) *cobra.Command {
	var recover string
	c := env.command("verify", func(cmd *cobra.Command, args []string) error {
		if recover != "" {
			if len(args) != 1 {
				return failure("error.recover_one")
			}
			if err := evidence.Recover(args[0], recover); err != nil {
				return err
			}
			env.printer().line(env.text("verify.recovered_to", recover))
			args = []string{recover}
		}
		bad := 0
		for _, path := range args {
			if err := verifyBundle(env, path); err != nil {
				what := env.explainError(err)
				if !strings.Contains(what, path) {
					what = path + ": " + what
				}
				env.say("verify.failed", what)
				bad++
			}
		}
		if bad > 0 {
			return failure("verify.bad", bad, len(args))
		}
		return nil
	})
	c.Args = env.arguments(1, -1)
	c.Flags().StringVar(&recover, "recover", "", env.text("flag.recover"))
	return c
}

// verifyBundle computes every digest again. A bundle that was cut off while it
// was written does not hold, for nobody knows what it lacks; what was finished is
// counted.
func verifyBundle(env *Env, path string) error {
	b, err := evidence.Open(path)
	if err != nil {
		return err
	}
	defer b.Close()
	err = b.Verify()
	switch {
	case errors.Is(err, evidence.ErrNoManifest):
		return failure("verify.cut_off", len(b.Entries()))
	case err != nil:
		return err
	}
	key := "verify.good"
	if b.Recovered() {
		key = "verify.good_recovered"
	}
	env.printer().line(env.text(key, path, len(b.Entries()), b.Manifest().Digest))
	return nil
}
