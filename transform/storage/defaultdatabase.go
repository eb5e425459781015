package storage

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
)

// defaultDatabases are programs that keep their database in a file of the image unless a variable, an option or their settings name another one.
// Sources: https://airflow.apache.org/docs/apache-airflow/stable/howto/set-up-database.html,
// https://docs.prefect.io/v3/how-to-guides/self-hosted/server-cli, https://mlflow.org/docs/latest/self-hosting/architecture/backend-store/
var defaultDatabases = []struct {
	image, command, elsewhere *pattern.Pattern
	file                      string
}{
	{
		pattern.New(`(^|/)apache/airflow(:|@|$)`).Holding("airflow"), pattern.New(`\b(webserver|api-server|scheduler|standalone|celery|triggerer|dag-processor)\b`),
		pattern.New(`(?i)sql_alchemy_conn`).Holding("sql_alchemy_conn"), "/opt/airflow/airflow.db",
	},
	{
		pattern.New(`(^|/)prefecthq/prefect(:|@|$)`).Holding("prefect"), pattern.New(`\bserver\s+start\b`),
		pattern.New(`(?i)(database_connection_url|prefect_home|prefect_server_database)`).Holding("prefect", "database_connection_url"), "/root/.prefect/prefect.db",
	},
	{
		pattern.New(`(^|/)mlflow/mlflow(:|@|$)|(^|/)bitnami/mlflow(:|@|$)`).Holding("mlflow"), pattern.New(`\bmlflow\s+(server|ui)\b`),
		pattern.New(`(?i)backend[-_]store[-_]uri|mlflow_tracking_uri`).Holding("backend", "mlflow"), "mlruns",
	},
}

// defaultDatabase returns the file in which a program keeps its database because nothing names another one, "" for programs that are not known to.
func defaultDatabase(p *input.Project, u *input.Container, mounts []plan.Mount) string {
	for _, known := range defaultDatabases {
		if !known.image.MatchAny(u.ImageNames()) {
			continue
		}
		words := strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " ")
		if !known.command.MatchString(words) || known.elsewhere.MatchString(words) || known.elsewhere.MatchString(p.SettingsText(u.Service)) {
			return ""
		}
		for name := range u.Spec.Environment {
			if known.elsewhere.MatchString(name) {
				return ""
			}
		}
		if strings.HasPrefix(known.file, "/") && isKept(u, mounts, known.file) || !strings.HasPrefix(known.file, "/") && slices.ContainsFunc(mounts, isWritableClaim) {
			return ""
		}
		return known.file
	}
	return ""
}
