package container

import "testing"

// TestSecretsInShell puts a variable where the shell makes the same words of it, and nowhere else.
func TestSecretsInShell(t *testing.T) {
	t.Parallel()
	hidden := map[string]string{"PASSWORD": "n4x7q2w9", "TOKEN": "with space 1"}
	for script, want := range map[string]string{
		`ping -pn4x7q2w9`:                              `ping -p"$PASSWORD"`,
		`curl -u "me:n4x7q2w9" x && echo n4x7q2w9`:     `curl -u "me:$PASSWORD" x && echo "$PASSWORD"`,
		`echo "n4x7q2w9_db"`:                           `echo "${PASSWORD}_db"`,
		`PGPASSWORD=n4x7q2w9 psql -c "SELECT 1"`:       `PGPASSWORD="$PASSWORD" psql -c "SELECT 1"`,
		`[ "$(cli -a n4x7q2w9 ping)" = PONG ]`:         `[ "$(cli -a "$PASSWORD" ping)" = PONG ]`,
		`echo 'n4x7q2w9'`:                              `echo 'n4x7q2w9'`,
		"echo `cli n4x7q2w9`":                          "echo `cli n4x7q2w9`",
		`su app -c "cli n4x7q2w9"`:                     `su app -c "cli n4x7q2w9"`,
		`env -i cli n4x7q2w9`:                          `env -i cli n4x7q2w9`,
		`PASSWORD=x; cli n4x7q2w9`:                     `PASSWORD=x; cli n4x7q2w9`,
		"cat <<E\nn4x7q2w9\nE":                         "cat <<E\nn4x7q2w9\nE",
		`echo ${X:-n4x7q2w9}`:                          `echo ${X:-n4x7q2w9}`,
		`cli "with space 1"`:                           `cli "with space 1"`,
		`cli "n4x7q2w9`:                                `cli "n4x7q2w9`,
		"echo n4x7\\\nq2w9; echo \\n4x7q2w9":           "echo n4x7\\\nq2w9; echo \\n4x7q2w9",
		`case n4x7q2w9 in n4x7q2w9) true;; esac`:       `case n4x7q2w9 in n4x7q2w9) true;; esac`,
		`cli --url=redis://:n4x7q2w9@localhost:6379/0`: `cli --url=redis://:"$PASSWORD"@localhost:6379/0`,
	} {
		if got, _ := replaceInShell(script, tellingIn(script, []string{"TOKEN", "PASSWORD"}, hidden)); got != want {
			t.Errorf("%s\ngives %s\nwant  %s", script, got, want)
		}
	}
}
