package evidence

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSecretsInArgumentsAreMasked(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"--user root --password S3cret --host db1", "--user root --password (redacted) --host db1"},
		{"--password=S3cret -v", "--password=(redacted) -v"},
		{`--password="S3cret with blanks" -v`, `--password=(redacted) -v`},
		{"--password 'S3cret with blanks' -v", "--password (redacted) -v"},
		{"-u root -pS3cret mysql", "-u root -p(redacted) mysql"},
		{"-u root -p S3cret mysql", "-u root -p (redacted) mysql"},
		{"-pS3cret", "-p(redacted)"},
		{"-h db -pS3cret -pS3cret2", "-h db -p(redacted) -p(redacted)"},
		{"PGPASSWORD=S3cret DB_PWD=S3cret run", "PGPASSWORD=(redacted) DB_PWD=(redacted) run"},
		{"-Djavax.net.ssl.keyStorePassword=S3cret -jar a.jar", "-Djavax.net.ssl.keyStorePassword=(redacted) -jar a.jar"},
		{"--api-key S3cret --token:S3cret", "--api-key (redacted) --token:(redacted)"},
		{"postgres://app:S3cret@db1:5432/x", "postgres://app:(redacted)@db1:5432/x"},
		{"redis://:S3cret@10.0.0.1", "redis://:(redacted)@10.0.0.1"},
		{"sync backup:S3cret@10.0.0.1:/data", "sync backup:(redacted)@10.0.0.1:/data"},
		{"http://a:S3cret@x http://b:S3cret@y", "http://a:(redacted)@x http://b:(redacted)@y"},
		{`{"password":"S3cret","user":"a"}`, `{"password":(redacted),"user":"a"}`},
		{"password=S3cret&user=a", "password=(redacted)&user=a"},
		{"-H Authorization: Bearer S3cret", "-H Authorization: Bearer (redacted)"},
		{"-v 2c -c S3cret 10.0.0.1", "-v 2c -c (redacted) 10.0.0.1"},
		{"--client-secret S3cret --password S3cret", "--client-secret (redacted) --password (redacted)"},
		{"-v1 -cS3cret 10.0.0.1", "-v1 -c(redacted) 10.0.0.1"},
		{"-c S3cret -v2c 10.0.0.1", "-c (redacted) -v2c 10.0.0.1"},
		{"-v3 -u a -A S3cret -X S3cret 10.0.0.1", "-v3 -u a -A (redacted) -X (redacted) 10.0.0.1"},
		{"--password=S3cret,S3cret;S3cret&S3cret)S3cret x", "--password=(redacted) x"},
		{"password=S3cret,user=a (token S3cret).", "password=(redacted),user=a (token (redacted)"},
		{"-p 'S3cret S3cret' ssh", "-p (redacted) ssh"},
		{"sshpass -p S3cret ssh", "sshpass -p (redacted) ssh"},
		{"-u admin:S3cret https://x", "-u admin:(redacted) https://x"},
		{"-U admin%S3cret //h", "-U admin%(redacted) //h"},
		{"-D cn=a -w S3cret", "-D cn=a -w (redacted)"},
		{"-h 10.0.0.1 -a S3cret", "-h 10.0.0.1 -a (redacted)"},
		{"-I lanplus -P S3cret", "-I lanplus -P (redacted)"},
		{"-ssh -pw S3cret host", "-ssh -pw (redacted) host"},
		{"scott/S3cret@orcl", "scott/(redacted)@orcl"},
		{"http://u:S3@S3cret@h/", "http://u:(redacted)@h/"},
		{"-P 3306 -a -X POST -w /var/x", "-P 3306 -a -X POST -w /var/x"},
		{"-passin env:KEYPASS -in a.pem", "-passin env:KEYPASS -in a.pem"},
		{"--listen 10.0.0.1:8080 --config /etc/x.conf", "--listen 10.0.0.1:8080 --config /etc/x.conf"},
		{"-D -oLogLevel=INFO", "-D -oLogLevel=INFO"},
		{"", ""},
	} {
		got, rules := Redact(tt.in, ArgumentRules())
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Error(diff)
		}
		if strings.Contains(got, "S3cret") {
			t.Errorf("a secret is left in %q", got)
		}
		if (len(rules) > 0) != (got != tt.in) {
			t.Errorf("%q became %q by the rules %v", tt.in, got, rules)
		}
	}
}

func TestSecretsInTextAreMaskedAndTheRestIsLeft(t *testing.T) {
	for _, tt := range []struct{ in, want, rules string }{
		{"Room 1, key at the guard's", "Room 1, key at the guard's", ""},
		{"community: S3cret", "community: (redacted)", "value-after-secret-word"},
		{"snmp community is S3cret!", "snmp community is (redacted)", "value-after-secret-word"},
		{"비밀번호: S3cret", "비밀번호: (redacted)", "value-after-secret-word"},
		{"see http://admin:S3cret@10.0.0.1/ for more", "see http://admin:(redacted)@10.0.0.1/ for more", "user-password-in-address"},
		{"community.example.kr:443/tcp via token-sw:Gi1/0/24", "community.example.kr:443/tcp via token-sw:Gi1/0/24", ""},
		{"api-key:S3cret spring.password:12345", "api-key:(redacted) spring.password:(redacted)", "value-after-secret-word"},
		{"community-x: S3cret", "community-x: (redacted)", "value-after-secret-word"},
		{"compass: north, passive: yes", "compass: north, passive: yes", ""},
		{"mail to noc@example.kr:25", "mail to noc@example.kr:25", ""},
		{"e-mail:noc@example.kr mailto:noc@example.kr", "e-mail:noc@example.kr mailto:noc@example.kr", ""},
		{"polled by snmpwalk -c S3cret", "polled by snmpwalk -c (redacted)", "snmp-secret-option"},
	} {
		got, rules := Redact(tt.in, TextRules())
		if got != tt.want || strings.Join(rules, " ") != tt.rules {
			t.Errorf("%q became %q by %v, want %q by %s", tt.in, got, rules, tt.want, tt.rules)
		}
	}
}

func TestAFilesNameTellsItsTarget(t *testing.T) {
	for name, want := range map[string]string{
		"10.0.0.1.snmprec":             "10.0.0.1",
		"walks/10.0.0.1":               "10.0.0.1",
		"core-10.0.0.1.walk":           "10.0.0.1",
		"core_10.0.0.1_2026.txt.gz":    "10.0.0.1",
		"10.0.0.1-ifTable.txt":         "10.0.0.1",
		"2001_db8__1.snmprec":          "2001:db8::1",
		"2001-db8--1.txt":              "2001:db8::1",
		"core-1.snmpwalk":              "core-1.snmpwalk",
		"127.0.0.1_1161.snmprec":       "127.0.0.1_1161.snmprec",
		"__1.txt":                      "__1.txt",
		"version-1.2.3.4.5.txt":        "version-1.2.3.4.5.txt",
		"999.0.0.1.txt":                "999.0.0.1.txt",
		"본관 10.1.2.3 백업.txt":           "10.1.2.3",
		"/var/x/switch.example.kr.rec": "switch.example.kr.rec",
	} {
		if got := TargetOf(name); got != want {
			t.Errorf("TargetOf(%q) = %q, want %q", name, got, want)
		}
	}
}

func BenchmarkRedactDescriptions(b *testing.B) {
	for b.Loop() {
		Redact("Uplink to core-1 Gi1/0/24: trunk, 10 Gbit/s", TextRules())
	}
}

func BenchmarkRedactArguments(b *testing.B) {
	for b.Loop() {
		Redact("-Xmx4g -Dspring.datasource.password=S3cret -jar /opt/app/minwon.jar --server.port=8080", ArgumentRules())
	}
}
