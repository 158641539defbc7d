/* What the made-up engine says of the template slurm, and of values that are to become a
 * cluster. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "fixture.h"

static const char parameters[] =
    "[{\"name\":\"region\",\"label\":\"Region\",\"help\":\"Where the machines stand.\",\"group\":\"Where\",\"offers\":true,\"type\":\"region\",\"default\":\"westeurope\",\"choices\":[]},"
    "{\"name\":\"network\",\"label\":\"Address range\",\"help\":\"Of the virtual network that is made for the cluster.\",\"group\":\"Where\",\"type\":\"cidr\",\"default\":\"10.20.0.0/16\",\"choices\":[]},"
    "{\"name\":\"head_size\",\"label\":\"Size of the head\",\"help\":\"\",\"group\":\"Head\",\"offers\":true,\"type\":\"size\",\"default\":\"Standard_D2s_v5\",\"choices\":[]},"
    "{\"name\":\"htc_size\",\"label\":\"Size of htc nodes\",\"help\":\"\",\"group\":\"Nodes\",\"offers\":true,\"type\":\"size\",\"default\":\"Standard_F2s_v2\",\"choices\":[]},"
    "{\"name\":\"htc_max\",\"label\":\"Most htc nodes\",\"help\":\"\",\"group\":\"Nodes\",\"type\":\"int\",\"default\":\"16\",\"choices\":[],\"min\":0,\"max\":1000},"
    "{\"name\":\"spot\",\"label\":\"Purchase\",\"help\":\"Spot machines are cheap and may be taken away.\",\"group\":\"Nodes\",\"type\":\"choice\",\"default\":\"mixed\",\"choices\":[\"spot\",\"mixed\",\"dedicated\"]},"
    "{\"name\":\"ib\",\"label\":\"InfiniBand\",\"help\":\"\",\"group\":\"Nodes\",\"type\":\"bool\",\"default\":\"no\",\"choices\":[]},"
    "{\"name\":\"home\",\"label\":\"Home folders\",\"help\":\"A kind of value that came after this console.\",\"group\":\"Storage\",\"type\":\"storage\",\"disk\":\"home\",\"default\":\"nfs:/home\",\"choices\":[]}]";

struct json *fixture_template(const char *name)
{
	struct json *j = json_new_object();

	json_set_str(j, "name", name);
	json_set_str(j, "title", "Slurm: htc and hpc");
	json_set_str(j, "hash", "9f3c21aa07b4e6d1");
	json_set_str(j, "text",
		     "title: Slurm\nparameters:\n  max: {type: int}\n\narrays:\n  htc: {}\n");
	json_set_array(j, "problems");
	json_set(j, "parameters", json_parse(parameters, strlen(parameters), NULL));
	json_set_str(j, "path", "templates/slurm.yaml");
	return j;
}

/* A text is wrong where it says "maxx". */
struct json *fixture_check_text(const struct json *body)
{
	const char *text = json_str(body, "text", ""), *at = strstr(text, "maxx");
	struct json *out = json_new_object(), *list = json_set_array(out, "problems"), *j;
	int64_t line = 1;

	for (const char *c = text; at && c < at; c++)
		line += *c == '\n';
	if (at) {
		j = json_add_object(list);
		json_set_int(j, "line", line);
		json_set_int(j, "column", 3);
		json_set_str(j, "text", "unknown key \"maxx\"; did you mean \"max\"?");
	}
	return out;
}

static const char *given(const struct json *body, const char *name)
{
	const struct json *list = json_get(body, "params");
	size_t n = strlen(name);

	for (size_t i = 0; i < json_len(list); i++) {
		const char *p = json_text(json_at(list, i));

		if (p && strncmp(p, name, n) == 0 && p[n] == '=')
			return p + n + 1;
	}
	return "";
}

static void problem(struct json *out, const char *level, const char *param, const char *fix,
		    const char *text)
{
	struct json *j = json_add_object(json_get_mut(out, "problems"));

	json_set_str(j, "level", level);
	json_set_str(j, "param", param);
	json_set_str(j, "fix", fix);
	json_set_str(j, "text", text);
}

static void checked(struct json *out, const char *state, const char *text)
{
	struct json *j = json_add_object(json_get_mut(out, "checks"));

	json_set_str(j, "state", state);
	json_set_str(j, "text", text);
}

static void line(struct json *list, const char *text)
{
	json_add(list, json_new_string(text));
}

void fixture_offers(struct json *out)
{
	static const char *const sizes[][2] = {
		{ "Standard_D2s_v5", "2 cores 8G $0.11/h, spot $0.023" },
		{ "Standard_D4s_v5", "4 cores 16G $0.23/h, spot $0.046" },
		{ "Standard_F2s_v2", "2 cores 4G $0.10/h, spot $0.020" },
		{ "Standard_HB120rs_v3", "120 cores 448G InfiniBand $3.96/h, spot $0.36" },
	};
	struct json *list = json_set_array(out, "offers");

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct json *j = json_add_object(list);

		json_set_str(j, "value", sizes[i][0]);
		json_set_str(j, "text", sizes[i][1]);
	}
}

struct json *fixture_check(const struct json *body)
{
	struct json *out = json_new_object(), *j;
	const char *name = json_str(body, "name", ""), *most = given(body, "htc_max");
	bool taken = fixture_cluster(name) != NULL;
	bool sold = strcmp(given(body, "htc_size"), "Standard_F2s_v3") != 0;
	int64_t max = 16;

	num_read(&max, most, 0, 100000);
	json_set_array(out, "problems");
	json_set_array(out, "checks");
	if (taken)
		problem(out, "fail", "@name", "", "there is a cluster of this name already");
	if (!sold)
		problem(
		    out, "fail", "htc_size", "Standard_F2s_v2",
		    "htc: region westeurope has no size Standard_F2s_v3; did you mean Standard_F2s_v2");
	if (max > 32)
		problem(
		    out, "warn", "htc_max", "32",
		    "quota allows 32 of the htc nodes that are asked for (cores: 36 of 100 in use); jobs beyond that will wait");
	checked(out, taken ? "fail" : "ok", "name free");
	checked(out, sold ? "ok" : "fail", "sizes in westeurope");
	checked(out, max > 32 ? "warn" : "ok", "quota");
	checked(out, "ok", "addresses");
	checked(out, "ok", "price");
	j = json_set_object(out, "cost");
	json_set_real(j, "idle", 0.11);
	json_set_real(j, "some", 0.31);
	json_set_int(j, "some_nodes", 10);
	json_set_real(j, "full", 0.11 + 0.02 * (double)max);
	json_set_int(j, "full_nodes", max);
	json_set_bool(j, "sample", true);
	j = json_set_object(out, "creates");
	line(json_set_array(j, "now"), "head D2s_v5 (2 cores, 8G), disk 30 GiB");
	line(json_get_mut(j, "now"), "network 10.20.0.0/16, its rules, a resource group");
	line(json_set_array(j, "later"),
	     "up to so many htc F2s_v2 (2 cores, 4G), spot, else on demand");
	json_set_array(j, "kept");
	if (max > 32)
		json_set_real(json_get_mut(out, "cost"), "budget", 60);
	json_set_bool(out, "pending", false);
	if (json_str(body, "offer", NULL))
		fixture_offers(out);
	return out;
}
