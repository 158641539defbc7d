/* What may change of a cluster of the made-up site while it lives: a maximum and a purchase
 * now, a size for new nodes, a region never. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixture.h"

static const char form[] =
    "{\"cluster\":\"demo\",\"template\":\"slurm\",\"etag\":\"\\\"1.1\\\"\",\"parameters\":["
    "{\"name\":\"region\",\"effect\":\"new_cluster\",\"label\":\"Region\",\"help\":\"Where the machines stand.\",\"offers\":true,\"type\":\"region\",\"default\":\"westeurope\",\"choices\":[],"
    "\"fixed\":\"only a cluster made anew has it\"},"
    "{\"name\":\"htc_size\",\"effect\":\"new_nodes\",\"label\":\"Size of htc nodes\",\"help\":\"\",\"offers\":true,\"type\":\"size\",\"default\":\"Standard_F2s_v2\",\"choices\":[],\"fixed\":\"\"},"
    "{\"name\":\"htc_max\",\"effect\":\"now\",\"label\":\"Most htc nodes\",\"help\":\"\",\"type\":\"int\",\"default\":\"16\",\"choices\":[],\"min\":0,\"max\":1000,\"fixed\":\"\"},"
    "{\"name\":\"spot\",\"effect\":\"new_nodes\",\"label\":\"Purchase\",\"help\":\"Spot machines are cheap and may be taken away.\",\"type\":\"choice\",\"default\":\"mixed\","
    "\"choices\":[\"spot\",\"mixed\",\"dedicated\"],\"fixed\":\"\"},"
    "{\"name\":\"idle\",\"effect\":\"now\",\"label\":\"Idle time\",\"help\":\"A node without a job goes after this time.\",\"type\":\"duration\",\"default\":\"5m\",\"choices\":[],\"fixed\":\"\"}]}";

struct json *fixture_limits(void)
{
	return json_parse(form, strlen(form), NULL);
}

static const char *value_of(const struct json *body, const char *name)
{
	const struct json *list = json_get(body, "params");
	size_t n = strlen(name);

	for (size_t i = 0; i < json_len(list); i++) {
		const char *p = json_text(json_at(list, i));

		if (strncmp(p, name, n) == 0 && p[n] == '=')
			return p + n + 1;
	}
	return NULL;
}

static void change(struct json *plan, struct json *checks, const char *what, const char *from,
		   const char *to, const char *text)
{
	struct json *c = json_add_object(json_get_mut(plan, "changes")),
		    *told = json_add_object(checks);
	char *line = xasprintf("%s %s -> %s, %s", what, from, to, text);

	json_set_str(c, "sign", "~");
	json_set_str(c, "what", what);
	json_set_str(c, "from", from);
	json_set_str(c, "to", to);
	json_set_str(c, "text", text);
	json_set_str(told, "state", "ok");
	json_set_str(told, "text", line);
	free(line);
}

struct json *fixture_limits_check(const struct json *body)
{
	struct json *out = json_new_object(), *plan = json_set_object(out, "plan");
	struct json *problems = json_set_array(out, "problems"),
		    *checks = json_set_array(out, "checks"), *p;
	const char *most = value_of(body, "htc_max"), *size = value_of(body, "htc_size");

	json_set_str(plan, "hash", "55bb");
	json_set_array(plan, "changes");
	if (most)
		change(plan, checks, "array htc max_nodes", "16", most, "no restart");
	if (size)
		change(plan, checks, "array htc sizes", "Standard_F2s_v2", size,
		       "new nodes only; 8 running");
	json_set_bool(plan, "possible", (most || size) && !(most && atoi(most) > 1000));
	if (most && atoi(most) > 1000) {
		p = json_add_object(problems);
		json_set_str(p, "level", "fail");
		json_set_str(p, "param", "htc_max");
		json_set_str(p, "text", "use a whole number from 0 to 1000");
		json_set_str(p, "fix", "1000");
	}
	if (!most && !size) {
		p = json_add_object(checks);
		json_set_str(p, "state", "unknown");
		json_set_str(p, "text", "nothing is changed yet");
	}
	if (json_get(body, "offer"))
		fixture_offers(out);
	return out;
}
