/* What the wizard writes beside a cluster: a template with the form's values as its defaults,
 * and a request for quota. What it writes is read again by the template's own reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "console/wizard.h"
#include "template/template.h"

static const char source[] =
    "title: t\n"
    "parameters:\n"
    "  # what differs\n"
    "  region:\n"
    "    type: region\n"
    "    default: westeurope # near\n"
    "  max:\n"
    "    type: int\n"
    "    default: 16\n"
    "    min: 0\n"
    "    max: 1000\n"
    "  must:\n"
    "    type: text\n"
    "cluster: {cloud: azsim, region: '${region}', image: 'a:b:c:d', admin_user: '${must}'}\n"
    "head: {size: Standard_D2s_v5}\n"
    "arrays: {htc: {sizes: [Standard_F2s_v2], max_nodes: '${max}'}}\n";

static void form(struct wizard *w, const char *text)
{
	struct json *j = json_new_object(), *list = json_set_array(j, "parameters"), *p;

	json_set_str(j, "name", "mine");
	json_set_str(j, "text", text);
	p = json_add_object(list);
	json_set_str(p, "name", "region");
	json_set_str(p, "default", "westeurope");
	p = json_add_object(list);
	json_set_str(p, "name", "max");
	json_set_str(p, "default", "16");
	p = json_add_object(list);
	json_set_str(p, "name", "must");
	wizard_init(w, j, "c1");
	json_free(j);
}

static void give(struct wizard *w, size_t field, const char *value)
{
	free(w->fields[field].value);
	w->fields[field].value = xstrdup(value);
}

static const char *fallback(const struct template *t, const char *name)
{
	for (size_t i = 0; i < t->n_params; i++)
		if (strcmp(t->params[i].name, name) == 0)
			return t->params[i].fallback;
	return NULL;
}

static void values_become_defaults(void **state)
{
	struct buf out = BUF_INIT(1 << 16);
	struct err err = ERR_INIT;
	struct template *t;
	struct wizard w;
	char why[120] = "";

	(void)state;
	form(&w, source);
	give(&w, 1, "northeurope");
	give(&w, 3, "it's a: name # of #");
	assert_true(wizard_template(&w, &out, why));
	t = template_parse(buf_str(&out), out.len, "kept", &err);
	if (!t)
		fail_msg("%s:\n%s", err.msg, buf_str(&out));
	assert_string_equal(fallback(t, "region"), "northeurope");
	assert_string_equal(fallback(t, "max"), "16");
	assert_string_equal(fallback(t, "must"), "it's a: name # of #");
	assert_int_equal(t->n_params, 3);
	assert_non_null(strstr(buf_str(&out), "  # what differs\n"));
	template_free(t);
	buf_clear(&out);
	wizard_clear(&w);
}

static void without_a_change_the_text_is_the_same(void **state)
{
	struct buf out = BUF_INIT(1 << 16);
	struct wizard w;
	char why[120] = "";

	(void)state;
	form(&w, source);
	w.n = 3; /* but for the one that must be given */
	assert_true(wizard_template(&w, &out, why));
	assert_string_equal(buf_str(&out), source);
	w.n = 4;
	buf_clear(&out);
	wizard_clear(&w);
}

static void what_it_does_not_take_apart_is_refused_by_name(void **state)
{
	struct buf out = BUF_INIT(1 << 16);
	struct wizard w;
	char why[120] = "";

	(void)state;
	form(&w, "parameters:\n  max: {type: int, default: 16}\n  must: {type: text}\n"
		 "arrays:\n  region:\n    default: 1\n");
	give(&w, 2, "32");
	assert_false(wizard_template(&w, &out, why));
	assert_non_null(strstr(why, "max"));
	give(&w, 2, "16");
	give(&w, 1, "x"); /* "region" of another block is not meant */
	assert_false(wizard_template(&w, &out, why));
	assert_non_null(strstr(why, "region"));
	buf_clear(&out);
	wizard_clear(&w);
}

static void the_request_names_what_is_missing_and_what_for(void **state)
{
	static const char check[] =
	    "{\"problems\":[{\"param\":\"max\",\"text\":\"quota allows 32 of 64 htc nodes\"},{\"text\":\"no such size\"}],"
	    "\"creates\":{\"later\":[\"0 to 64 htc F2s_v2, spot\"]}}";
	struct buf out = BUF_INIT(1 << 16);
	struct wizard w;

	(void)state;
	form(&w, source);
	assert_false(wizard_quota(&w, &out));
	w.check = json_parse(check, strlen(check), NULL);
	assert_true(wizard_quota(&w, &out));
	assert_non_null(
	    strstr(buf_str(&out), "Subject: compute quota in westeurope for cluster c1"));
	assert_non_null(strstr(buf_str(&out), "  - quota allows 32 of 64 htc nodes\n"));
	assert_non_null(strstr(buf_str(&out), "  0 to 64 htc F2s_v2, spot\n"));
	assert_null(strstr(buf_str(&out), "no such size"));
	buf_clear(&out);
	wizard_clear(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_become_defaults),
		cmocka_unit_test(without_a_change_the_text_is_the_same),
		cmocka_unit_test(what_it_does_not_take_apart_is_refused_by_name),
		cmocka_unit_test(the_request_names_what_is_missing_and_what_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
