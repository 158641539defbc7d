/* A job of the made-up site once more: what it was submitted with, what is said of changes, and
 * the submission, which refuses one partition. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fixture.h"

static const char was[] =
    "{\"job\":\"13\",\"script\":\"/home/op/jobs/wing.x7\",\"processes\":1,\"values\":{\"name\":\"wing\",\"account\":\"proj1\","
    "\"partition\":\"hpc\",\"nodes\":\"4\",\"cpus\":\"2\",\"mem\":\"4G\",\"time\":\"02:00:00\",\"array\":\"\","
    "\"args\":\"--steps 10\"},\"partitions\":[\"htc\",\"hpc\"]}";

static void problem(struct json *out, const char *param, const char *text, const char *fix)
{
	struct json *p = json_add_object(json_get_mut(out, "problems"));

	json_set_str(p, "level", "fail");
	json_set_str(p, "param", param);
	json_set_str(p, "text", text);
	json_set_str(p, "fix", fix);
}

struct json *fixture_job_check(const struct json *body)
{
	struct json *out = json_new_object(), *c;
	int nodes = atoi(json_str(body, "nodes", "1"));

	json_set_array(out, "problems");
	json_set_array(out, "checks");
	if (strspn(json_str(body, "time", ""), "0123456789:-") !=
	    strlen(json_str(body, "time", "")))
		problem(out, "time", "this is no time limit: use as in 30 or 1-12:00:00", "30");
	else if (nodes > 4)
		problem(out, "", "never fits: hpc has 4 nodes at most", "");
	if (json_len(json_get(out, "problems")) > 0)
		return out;
	c = json_add_object(json_get_mut(out, "checks"));
	json_set_str(c, "what", "fits");
	json_set_str(c, "state", "ok");
	json_set_str(c, "text", "4 new nodes: HB120rs_v3 is the cheapest that fits");
	return out;
}

struct json *fixture_again(const char *verb, bool post, const struct json *body,
			   struct err *err)
{
	struct buf text = BUF_INIT(4096);
	struct json *j;

	if (strncmp(verb, "14", 2) == 0) {
		err_set(err, ERR_NOT_FOUND,
			"the scheduler shows no job 14, and none is written down");
		return NULL;
	}
	if (!post)
		return json_parse(was, strlen(was), NULL);
	if (strstr(verb, "/check"))
		return fixture_job_check(body);
	json_write(&text, body);
	fixture_log("again %s", buf_str(&text));
	buf_clear(&text);
	if (strcmp(json_str(body, "name", ""), "refused") == 0) {
		err_set(err, ERR_DENIED, "sbatch: error: Access denied to this name");
		return NULL;
	}
	fixture_add_job("17", json_str(body, "name", "?"));
	fixture_changed();
	j = json_new_object();
	json_set_str(j, "job", "17");
	return j;
}
