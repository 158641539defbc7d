/* What jobs and nodes of the made-up site wrote: 40 lines, and more by order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fixture.h"

static int64_t lines = 40;
static bool over;

void fixture_log_grows(int64_t n)
{
	lines += n;
	over = n == 0;
}

static void write_all(struct buf *out, bool errors)
{
	if (errors) {
		buf_adds(out, "warning: the mesh is coarse at the tip\n");
		return;
	}
	for (int64_t i = 1; i <= lines; i++)
		if (i % 10 == 0)
			buf_addf(out, "\033[32mcheckpoint written\033[0m\t%lld MB\n",
				 (long long)(i * 12));
		else
			buf_addf(
			    out,
			    "step %lld  res 3.%llde-05  cfl 0.80  dt 1.0e-04  the wall clock says %lld s, of which the solver took most",
			    (long long)i, (long long)(i % 10), (long long)(i * 2)),
			    buf_addc(out, '\n');
}

static struct json *job_log(const char *job, const char *query, struct err *err)
{
	struct buf all = BUF_INIT(1 << 20);
	struct json *j = json_new_object();
	bool both = strcmp(job, "12_3") == 0; /* to one file */
	bool errors = !both && strstr(query, "stream=stderr") != NULL;
	long long from = 0;
	const char *at = strstr(query, "from=");

	if (strcmp(job, "13") == 0) {
		json_free(j);
		err_set(err, ERR_NOT_FOUND, "job 13 has no output file");
		return NULL;
	}
	if (at)
		sscanf(at, "from=%18lld", &from);
	write_all(&all, errors);
	if (from > (long long)all.len)
		from = (long long)all.len;
	json_set_str(j, "path", errors ? "/shared/op/12.err" : "/shared/op/12.out");
	json_set_str(j, "text", buf_str(&all) + from);
	json_set_bool(j, "binary", strcmp(job, "12_4") == 0);
	json_set_bool(j, "both", both);
	json_set_bool(j, "live", !over);
	json_set_int(j, "from", from);
	json_set_int(j, "next", (int64_t)all.len);
	json_set_int(j, "size", (int64_t)all.len);
	json_set_int(j, "line", from == 0 ? 1 : 0);
	buf_clear(&all);
	return j;
}

/* verb: "jobs/12_1/log?stream=stdout", "nodes/htc-3/log" */
struct json *fixture_log_of(const char *verb, struct err *err)
{
	char name[64] = "", query[160] = "";
	struct json *j;

	if (sscanf(verb, "jobs/%63[^/]/log?%159s", name, query) >= 1)
		return job_log(name, query, err);
	sscanf(verb, "nodes/%63[^/]/log", name);
	j = json_new_object();
	json_set_str(
	    j, "text",
	    "node htc-3 (Standard_F2s_v2, spot): failed for 41s: boot failed: mount /shared timed out\n\n--- marks of its script\n  11:59:40  boot\n  12:02:58  failed   mount: mount.nfs: Connection timed out\n\n--- the machine's own log\nmount.nfs: trying 10.20.0.4\nmount.nfs: Connection timed out\n");
	return j;
}
