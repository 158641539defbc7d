/*
 * Append only: entry i takes a store from version i to i + 1, in one transaction. Columns that
 * are searched or joined stand by themselves; all else of a node or a cluster is the JSON of
 * wire/, which ignores members it does not know.
 */
#include "store/store_private.h"

const char *const store_migrations[] = {
	"CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE cluster(id INTEGER PRIMARY KEY, name TEXT NOT NULL, short_id TEXT NOT NULL UNIQUE,"
	" state TEXT NOT NULL, live INTEGER NOT NULL CHECK(live IN (0, 1)), body TEXT NOT NULL, spec TEXT NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX cluster_live ON cluster(name) WHERE live = 1;"
	"CREATE TABLE tombstone(cluster_id INTEGER PRIMARY KEY REFERENCES cluster(id), at_ms INTEGER NOT NULL,"
	" name TEXT NOT NULL, actor TEXT NOT NULL, proof TEXT NOT NULL) STRICT;"
	"CREATE TABLE node(id INTEGER PRIMARY KEY, cluster_id INTEGER NOT NULL REFERENCES cluster(id),"
	" name TEXT NOT NULL, state TEXT NOT NULL, gone_ms INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX node_live ON node(cluster_id, name) WHERE gone_ms = 0;"
	"CREATE INDEX node_gone ON node(gone_ms) WHERE gone_ms > 0;"
	"CREATE TABLE operation(id INTEGER PRIMARY KEY, cluster_id INTEGER NOT NULL REFERENCES cluster(id),"
	" kind TEXT NOT NULL, state TEXT NOT NULL, step TEXT NOT NULL, detail TEXT NOT NULL, error TEXT NOT NULL,"
	" actor TEXT NOT NULL, started_ms INTEGER NOT NULL, step_ms INTEGER NOT NULL, next_try_ms INTEGER NOT NULL,"
	" ended_ms INTEGER NOT NULL, cancel_asked INTEGER NOT NULL, force INTEGER NOT NULL, plan_hash TEXT NOT NULL,"
	" data TEXT) STRICT;"
	"CREATE INDEX operation_cluster ON operation(cluster_id, state);"
	"CREATE TABLE intent(id INTEGER PRIMARY KEY, operation_id INTEGER NOT NULL, cluster_id INTEGER NOT NULL REFERENCES cluster(id),"
	" verb TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, resource_id TEXT NOT NULL, request_hash TEXT NOT NULL,"
	" request_id TEXT NOT NULL, op_url TEXT NOT NULL, generation INTEGER NOT NULL, capacity_from INTEGER NOT NULL,"
	" capacity_to INTEGER NOT NULL, actor TEXT NOT NULL, error_code TEXT NOT NULL, error TEXT NOT NULL,"
	" created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, tries INTEGER NOT NULL, next_try_ms INTEGER NOT NULL) STRICT;"
	"CREATE INDEX intent_open ON intent(cluster_id, state);"
	"CREATE TABLE event(seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, cluster_id INTEGER NOT NULL,"
	" level TEXT NOT NULL, cluster TEXT NOT NULL, object TEXT NOT NULL, actor TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
	"CREATE INDEX event_cluster ON event(cluster_id, seq);"
	"CREATE TABLE audit(seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, origin TEXT NOT NULL,"
	" role TEXT NOT NULL, verb TEXT NOT NULL, object TEXT NOT NULL, reason TEXT NOT NULL, result TEXT NOT NULL,"
	" before_hash TEXT NOT NULL, after_hash TEXT NOT NULL, plan_hash TEXT NOT NULL, operation_id INTEGER NOT NULL,"
	" prev TEXT NOT NULL, hash TEXT NOT NULL) STRICT;"
	"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;"
	"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;"
	"CREATE TABLE reply(key TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, body_hash TEXT NOT NULL, status INTEGER NOT NULL,"
	" body TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE backoff(cluster_id INTEGER NOT NULL REFERENCES cluster(id), key TEXT NOT NULL, until_ms INTEGER NOT NULL,"
	" length_ms INTEGER NOT NULL, why TEXT NOT NULL, PRIMARY KEY(cluster_id, key)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE job(cluster_id INTEGER NOT NULL REFERENCES cluster(id), id TEXT NOT NULL, name TEXT NOT NULL, user TEXT NOT NULL,"
	" partition TEXT NOT NULL, state TEXT NOT NULL, nodes TEXT NOT NULL, submit_s INTEGER NOT NULL, start_s INTEGER NOT NULL,"
	" end_s INTEGER NOT NULL, PRIMARY KEY(cluster_id, id, submit_s)) STRICT, WITHOUT ROWID;",
	/* Money: sums by hour, and how far they reach. A node's own row says what was not
	   metered yet. */
	"CREATE TABLE charge(cluster_id INTEGER NOT NULL REFERENCES cluster(id), hour_ms INTEGER NOT NULL, array TEXT NOT NULL,"
	" user TEXT NOT NULL, kind TEXT NOT NULL, node_ms INTEGER NOT NULL, nano INTEGER NOT NULL, spot_nano INTEGER NOT NULL,"
	" saved_nano INTEGER NOT NULL, PRIMARY KEY(cluster_id, hour_ms, array, user, kind)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX charge_hour ON charge(hour_ms);"
	"CREATE TABLE job_charge(cluster_id INTEGER NOT NULL REFERENCES cluster(id), job TEXT NOT NULL, name TEXT NOT NULL,"
	" user TEXT NOT NULL, array TEXT NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, node_ms INTEGER NOT NULL,"
	" nano INTEGER NOT NULL, PRIMARY KEY(cluster_id, job)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX job_charge_last ON job_charge(last_ms);"
	"CREATE TABLE metered(cluster_id INTEGER PRIMARY KEY REFERENCES cluster(id), until_ms INTEGER NOT NULL) STRICT;",
	"CREATE TABLE history(cluster_id INTEGER PRIMARY KEY REFERENCES cluster(id), body TEXT NOT NULL) STRICT;",
	/* What was decided of things in a cloud that no other row knows. Clouds compare names
	   without case. */
	"CREATE TABLE found(id TEXT COLLATE NOCASE PRIMARY KEY, type TEXT NOT NULL, cloud TEXT NOT NULL, cluster_tag TEXT NOT NULL,"
	" state TEXT NOT NULL, actor TEXT NOT NULL, plan_hash TEXT NOT NULL, error TEXT NOT NULL, first_ms INTEGER NOT NULL,"
	" decided_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
	/* The texts that clusters were made from: what their templates are held against later.
	 */
	"CREATE TABLE revision(hash TEXT PRIMARY KEY, template TEXT NOT NULL, at_ms INTEGER NOT NULL, text TEXT NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	"CREATE INDEX revision_template ON revision(template, at_ms);"
	"ALTER TABLE event ADD COLUMN operation_id INTEGER NOT NULL DEFAULT 0;",
	/* How a job ended, and where its output lies. */
	"ALTER TABLE job ADD COLUMN reason TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN output TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN errors TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN script TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN cwd TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN exit_code INTEGER NOT NULL DEFAULT -1;"
	"ALTER TABLE job ADD COLUMN exit_signal INTEGER NOT NULL DEFAULT -1;"
	"ALTER TABLE job ADD COLUMN cpus INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN nodes_min INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN limit_s INTEGER NOT NULL DEFAULT -1;"
	"CREATE INDEX job_ended ON job(cluster_id, end_s);",
	"ALTER TABLE job ADD COLUMN account TEXT NOT NULL DEFAULT '';",
	/* Boots that failed in a row. */
	"ALTER TABLE backoff ADD COLUMN boots_failed INTEGER NOT NULL DEFAULT 0;",
	/* R9.1: what a cluster was defined as. R10.3: audit rows go only as a range that an
	   audit row of the same transaction names; the range is a row of `pruning` meanwhile.
	 */
	"CREATE TABLE edition(cluster_id INTEGER NOT NULL REFERENCES cluster(id), version INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
	" actor TEXT NOT NULL, verb TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY(cluster_id, version)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE pruning(to_seq INTEGER NOT NULL, by_seq INTEGER NOT NULL) STRICT;"
	"DROP TRIGGER audit_no_delete;"
	"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN NOT EXISTS(SELECT 1 FROM pruning p JOIN audit a ON a.seq = p.by_seq"
	" WHERE OLD.seq <= p.to_seq AND p.to_seq < p.by_seq AND a.verb = 'audit prune' AND a.before_hash ="
	" (SELECT hash FROM audit WHERE seq = p.to_seq)) BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;",
	/* Accounts of jobs: the key of a sum has one more part. And the past of spot machines.
	 */
	"CREATE TABLE charge_of(cluster_id INTEGER NOT NULL REFERENCES cluster(id), hour_ms INTEGER NOT NULL, array TEXT NOT NULL,"
	" user TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, node_ms INTEGER NOT NULL, nano INTEGER NOT NULL,"
	" spot_nano INTEGER NOT NULL, saved_nano INTEGER NOT NULL, PRIMARY KEY(cluster_id, hour_ms, array, user, account, kind))"
	" STRICT, WITHOUT ROWID;"
	"INSERT INTO charge_of SELECT cluster_id, hour_ms, array, user, '', kind, node_ms, nano, spot_nano, saved_nano FROM charge;"
	"DROP TABLE charge;"
	"ALTER TABLE charge_of RENAME TO charge;"
	"CREATE INDEX charge_hour ON charge(hour_ms);"
	"ALTER TABLE job_charge ADD COLUMN account TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE spot_past(cluster_id INTEGER NOT NULL REFERENCES cluster(id), key TEXT NOT NULL, node_ms INTEGER NOT NULL,"
	" taken INTEGER NOT NULL, lost_ms INTEGER NOT NULL, PRIMARY KEY(cluster_id, key)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE job_taken(cluster_id INTEGER NOT NULL REFERENCES cluster(id), job TEXT NOT NULL, times INTEGER NOT NULL,"
	" at_ms INTEGER NOT NULL, PRIMARY KEY(cluster_id, job)) STRICT, WITHOUT ROWID;",
	/* What a machine that failed wrote; who cancelled jobs that have not left the queue
	   yet. */
	"ALTER TABLE backoff ADD COLUMN console TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE cancel(id INTEGER PRIMARY KEY, cluster_id INTEGER NOT NULL REFERENCES cluster(id), at_ms INTEGER NOT NULL,"
	" actor TEXT NOT NULL, jobs TEXT NOT NULL) STRICT;",
	NULL,
};
