#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "template/template.h"

/* One line each, so that the tables below can say "line 13, column 5" of a right template with
 * one line changed. */
static const char *const right[] = {
	/*  1 */ "title: A cluster",
	/*  2 */ "parameters:",
	/*  3 */ "  htc_max: {type: int, default: 16, min: 0, max: 100}",
	/*  4 */ "  place: {type: region, default: westeurope}",
	/*  5 */ "cluster:",
	/*  6 */ "  cloud: azsim",
	/*  7 */ "  region: ${place}",
	/*  8 */ "  image: Debian:debian-12:12-gen2:latest",
	/*  9 */ "  network: {cidr: 10.20.0.0/16, subnet_cidr: 10.20.0.0/20}",
	/* 10 */ "head:",
	/* 11 */ "  size: Standard_D2s_v5",
	/* 12 */ "scheduler:",
	/* 13 */ "  type: slurm",
	/* 14 */ "  settings: {TaskPlugin: task/none}",
	/* 15 */ "storage:",
	/* 16 */ "  shared: {path: /shared}",
	/* 17 */ "arrays:",
	/* 18 */ "  htc:",
	/* 19 */ "    sizes: [Standard_F2s_v2, Standard_D2s_v5]",
	/* 20 */ "    spot: then_ondemand",
	/* 21 */ "    max_nodes: ${htc_max}",
	/* 22 */ "    idle: 5m",
	/* 23 */ "    default: yes",
};

struct change {
	size_t line; /* this line of it becomes text */
	const char *text;
	unsigned int at_line, at_column;
	const char *words; /* in the problem */
};

static struct template *with(const struct change *c)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	struct template *t;

	for (size_t i = 0; i < ARRAY_LEN(right); i++)
		buf_addf(&text, "%s\n", c && c->line == i + 1 ? c->text : right[i]);
	t = template_parse(buf_str(&text), text.len, "mine", &err);
	if (!t)
		fail_msg("%s", err.msg);
	buf_clear(&text);
	return t;
}

static void finds_nothing_in_a_right_template(void **state)
{
	struct template_problems p = { 0 };
	struct template *t = with(NULL);

	(void)state;
	if (template_check(&p, t) != 0)
		fail_msg("%u:%u %s", p.v[0].line, p.v[0].column, p.v[0].text);
	assert_string_equal(t->title, "A cluster");
	assert_string_equal(t->scheduler, "slurm");
	assert_int_equal(t->arrays.n, 1);
	template_problems_clear(&p);
	template_free(t);
}

static const struct change changes[] = {
	/* typos in keys */
	{ 1, "titel: A cluster", 1, 1,
	  "unknown key \"titel\" in the template; did you mean \"title\"?" },
	{ 3, "  htc_max: {type: int, defualt: 16}", 3, 24, "did you mean \"default\"?" },
	{ 6, "  clowd: azsim", 6, 3, "did you mean \"cloud\"?" },
	{ 6, "  zzzzzzzz: azsim", 6, 3, "it takes cloud, region, image" },
	{ 9, "  network: {cird: 10.20.0.0/16}", 9, 13, "did you mean \"cidr\"?" },
	{ 11, "  sise: Standard_D2s_v5", 11, 3,
	  "unknown key \"sise\" in head; did you mean \"size\"?" },
	{ 13, "  typ: slurm", 13, 3, "did you mean \"type\"?" },
	{ 16, "  shared: {path: /shared, at_tear_down: keep}", 16, 27,
	  "did you mean \"at_teardown\"?" },
	{ 21, "    max_node: ${htc_max}", 21, 5,
	  "unknown key \"max_node\" in array \"htc\"; did you mean \"max_nodes\"?" },
	{ 22, "    idel: 5m", 22, 5, "did you mean \"idle\"?" },
	/* typos in words */
	{ 3, "  htc_max: {type: integer, default: 16}", 3, 19,
	  "\"integer\" is none of text, int, real" },
	{ 13, "  type: slrum", 13, 9, "did you mean \"slurm\"?" },
	{ 16, "  shared: {path: /shared, kind: nsf}", 16, 33, "did you mean \"nfs\"?" },
	{ 20, "    spot: then_on_demand", 20, 11, "did you mean \"then_ondemand\"?" },
	/* references */
	{ 7, "  region: ${plaec}", 7, 11,
	  "there is no parameter \"plaec\"; did you mean \"place\"?" },
	{ 7, "  region: ${}", 7, 11, "there is no parameter \"\"" },
	{ 7, "  region: ${place", 7, 11, "without \"}\"" },
	{ 21, "    max_nodes: 4", 3, 3, "parameter \"htc_max\" is never used" },
	/* values */
	{ 3, "  htc_max: {type: int, default: many}", 3, 33, "\"many\" is not a whole number" },
	{ 3, "  htc_max: {type: int, default: 160, min: 0, max: 100}", 3, 33,
	  "160 is outside 0 to 100" },
	{ 3, "  htc_max: {type: choice, default: 16}", 3, 12,
	  "parameter \"htc_max\" needs choices" },
	{ 3, "  HTC: {type: int, default: 16}", 3, 3, "parameter \"HTC\": use lower case" },
	{ 4, "  place: {type: region, default: West Europe}", 4, 34,
	  "is not a region such as westeurope" },
	{ 8, "  image: debian12", 8, 10, "publisher:offer:sku:version" },
	{ 9, "  network: {cidr: 10.20.0.1/16}", 9, 19, "host bits are 0" },
	{ 9, "  network: {cidr: 10.20.0.0/16, subnet_cidr: 10.21.0.0/20}", 9, 46,
	  "is not inside cidr" },
	{ 14, "  settings: {Task-Plugin: task/none}", 14, 14, "no name of a setting" },
	{ 14, "  settings: [TaskPlugin]", 14, 13,
	  "settings of scheduler must be a map, and is a list" },
	{ 16, "  shared: {path: /etc/shared}", 16, 18, "not one of the system's own folders" },
	{ 16, "  shared: {path: shared}", 16, 18, "an absolute path" },
	{ 16, "  shared: {path: /shared, at_teardown: keep}", 16, 40,
	  "give it disk_gib to keep it" },
	{ 16, "  shared: {path: /shared, at_teardown: snapshot}", 16, 40,
	  "give it disk_gib to keep it" },
	{ 16, "  shared: {path: /shared, disk_gib: 8, at_teardown: snapshots}", 16, 53,
	  "did you mean \"snapshot\"?" },
	{ 16, "  shared: {path: /shared, disk_gib: 40000}", 16, 37, "outside 0 to 32767" },
	{ 16, "  shared: {}", 16, 11, "storage \"shared\" needs path" },
	{ 18, "  Htc:", 18, 3, "array \"Htc\"" },
	{ 18, "  head:", 18, 3, "a meaning of its own" },
	{ 19, "    zones: [1]", 19, 5, "array \"htc\" needs sizes" },
	{ 19, "    sizes: []", 19, 12, "sizes of array \"htc\" is empty" },
	{ 19, "    sizes: [Standard F2s]", 19, 13, "is not a VM size such as" },
	{ 19, "    sizes: [Standard_F2s_v2, Standard_F2s_v2]", 19, 30, "is there twice" },
	{ 20, "    max_price: 0.1", 20, 16, "spot is never" },
	{ 20, "    ondemand_percent: 20", 20, 23, "only with spot: then_ondemand" },
	{ 22, "    ondemand_percent: 100", 22, 23, "outside 0 to 99" },
	{ 22, "    foresee_quantile: 40", 22, 23, "outside 50 to 100" },
	{ 22, "    foresee_percent: 0", 22, 22, "outside 1 to 100" },
	{ 9, "  budget: {}", 9, 11, "needs month" },
	{ 9, "  budget: {month: -5}", 9, 19, "-5 is outside 0" },
	{ 9, "  budget: {months: 5}", 9, 12, "did you mean \"month\"?" },
	{ 9, "  budgets: {phys: {limit: 5}}", 9, 19, "needs one of array, user and account" },
	{ 9, "  budgets: {phys: {user: ann, account: x, limit: 5}}", 9, 19, "needs one of" },
	{ 9, "  budgets: {phys: {array: htx, limit: 5}}", 9, 27, "there is no array \"htx\"" },
	{ 9, "  budgets: {phys: {user: ann}}", 9, 19, "needs limit" },
	{ 9, "  budgets: {phys: {user: ann, limit: 5, period: week}}", 9, 49,
	  "none of month, day, fixed" },
	{ 9, "  budgets: {phys: {user: ann, limit: 5, period: fixed}}", 9, 19,
	  "it needs from" },
	{ 9, "  budgets: {phys: {user: ann, limit: 5, from: 2026-11-01}}", 9, 19,
	  "from and to are of period fixed" },
	{ 9, "  budgets: {phys: {user: ann, limit: 5, period: fixed, from: 2026-02-30}}", 9, 62,
	  "is not a day such as 2026-11-01" },
	{ 9, "  budgets: {phys: {user: ann, limit: 5, hard: yes}}", 9, 47,
	  "only an array has its own" },
	{ 22, "    schedule: {work: {from: 8:00, to: '18:00', zone: UTC, min_nodes: 1}}", 22,
	  29, "a time of the day such as 08:00" },
	{ 22,
	  "    schedule: {work: {from: '08:00', to: '18:00', zone: Europa/Berlin, idle: 1m}}",
	  22, 57, "a time zone of this machine such as Europe/Berlin" },
	{ 22,
	  "    schedule: {work: {days: mon-fry, from: '08:00', to: '18:00', zone: UTC, idle: 1m}}",
	  22, 29, "is no day: write mon" },
	{ 22, "    schedule: {work: {from: '08:00', to: '08:00', zone: UTC, pause: yes}}", 22,
	  22, "a whole day is 00:00 to 24:00" },
	{ 22, "    schedule: {work: {from: '08:00', to: '18:00', zone: UTC}}", 22, 22,
	  "changes nothing: give it min_nodes" },
	{ 22, "    schedule: {work: {from: '08:00', to: '18:00', zone: UTC, min_nodes: 17}}",
	  22, 73, "above max_nodes 16" },
	{ 22, "    schedule: {work: {from: '08:00', to: '18:00', idle: 1m}}", 22, 22,
	  "schedule \"work\" needs zone" },
	{ 22, "    schedule: {work: {until: '18:00'}}", 22, 23,
	  "unknown key \"until\" in schedule \"work\"" },
	{ 22, "    idle: 5 minutes", 22, 11, "a time such as 90s, 5m, 2h or 1d" },
	{ 22, "    min_nodes: 17", 22, 16, "above max_nodes 16" },
	{ 22, "    max_cores: -4", 22, 16, "-4 is outside 0" },
	{ 23, "    default: maybe", 23, 14, "\"maybe\" is not yes or no" },
	{ 23, "    mem_reserve: lots", 23, 18, "is not a size such as 500M or 2G" },
	{ 23, "  hpc: {sizes: Standard_HB120rs_v3, zones: [1, 2], colocated: yes}", 23, 63,
	  "a placement group lies in one" },
};

static bool has(const struct template_problems *p, const struct change *c)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].line == c->at_line && p->v[i].column == c->at_column &&
		    strstr(p->v[i].text, c->words))
			return true;
	return false;
}

static void says_line_column_and_the_nearest_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		const struct change *c = &changes[i];
		struct template_problems p = { 0 };
		struct template *t;

		t = with(c);
		template_check(&p, t);
		if (!has(&p, c)) {
			for (size_t k = 0; k < p.n; k++)
				print_error("  %u:%u %s\n", p.v[k].line, p.v[k].column,
					    p.v[k].text);
			fail_msg("change %zu, %s: no problem at %u:%u with %s", i, c->text,
				 c->at_line, c->at_column, c->words);
		}
		template_problems_clear(&p);
		template_free(t);
	}
}

/* A typo is one problem, not a cascade of them. */
static void an_unknown_key_is_one_problem(void **state)
{
	struct template_problems p = { 0 };
	struct template *t = with(&(struct change){ 22, "    idel: 5m", 0, 0, NULL });

	(void)state;
	assert_int_equal(template_check(&p, t), 1);
	template_problems_clear(&p);
	template_free(t);
}

/* The parameter below it is used, or meant, and not told as never used. */
static void what_a_typo_uses_is_used(void **state)
{
	const struct change typos[] = { { 21, "    max_node: ${htc_max}", 0, 0, NULL },
					{ 21, "    max_nodes: ${htc_mx}", 0, 0, NULL },
					{ 21, "    max_node: [{n: \"${htc_max}\"}]", 0, 0,
					  NULL } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(typos); i++) {
		struct template_problems p = { 0 };
		struct template *t = with(&typos[i]);

		assert_int_equal(template_check(&p, t), 1);
		assert_int_equal(p.v[0].line, 21);
		template_problems_clear(&p);
		template_free(t);
	}
}

static void a_text_that_is_no_yaml_has_one_problem_with_its_place(void **state)
{
	struct template_problems p = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_null(template_parse("a: [b\nc: d\n", 11, "bad", &err));
	assert_int_equal(template_problems_read(&p, err.msg), 0);
	assert_int_equal(p.v[0].line, 2);
	assert_int_equal(p.v[0].column, 2);
	assert_non_null(strstr(p.v[0].text, "did not find expected"));
	assert_int_equal(template_problems_read(&p, "out of memory while reading YAML"), -1);
	assert_int_equal(p.n, 1);
	template_problems_clear(&p);
}

/* Files */

static void a_folder_is_no_template_whoever_may_write_to_it(void **state)
{
	const struct strs none = STRS_INIT(1);
	struct err err = ERR_INIT;

	(void)state;
	assert_null(template_load(&none, "/tmp", &err));
	assert_string_equal(err.msg, "/tmp is a folder: name a file in it");
	assert_null(template_load(&none, "/dev/null", &err)); /* no advice to chmod a device */
	assert_string_equal(err.msg, "/dev/null: anybody may write to it");
}

static void a_misspelled_key_comes_before_what_follows_from_it(void **state)
{
	struct template_problems p = { 0 };
	struct template *t = with(&(const struct change){ 17, "arays:", 0, 0, NULL });
	struct cluster_spec spec = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_true(template_check(&p, t) > 0);
	for (size_t i = 0; i < p.n; i++)
		assert_null(strstr(p.v[i].text, "needs arrays"));
	assert_int_equal(template_problems_first(&p)->line, 17);
	assert_non_null(strstr(t->problem, "line 17, column 1: unknown key \"arays\""));
	assert_int_equal(template_expand(&spec, t, NULL, &err), -1);
	assert_int_equal(err.code, ERR_PARSE); /* no misuse: other words do not mend it */
	assert_non_null(strstr(err.msg, "line 17, column 1: unknown key \"arays\""));
	assert_non_null(strstr(err.msg, "did you mean \"arrays\"?"));
	template_problems_clear(&p);
	template_free(t);
	t = with(NULL);
	assert_null(t->problem);
	template_free(t);
}

static void tells_all_problems_in_order_of_position(void **state)
{
	static const char text[] = "titel: x\ncluster: {cloud: a b, regoin: x}\narrays: {}\n";
	struct template_problems p = { 0 };
	struct err err = ERR_INIT;
	struct template *t = template_parse(text, sizeof(text) - 1, "bad", &err);

	(void)state;
	assert_non_null(t);
	assert_true(template_check(&p, t) >= 7);
	for (size_t i = 1; i < p.n; i++)
		assert_true(
		    p.v[i - 1].line < p.v[i].line ||
		    (p.v[i - 1].line == p.v[i].line && p.v[i - 1].column <= p.v[i].column));
	template_problems_clear(&p);
	template_free(t);
}

static void keeps_at_most_a_hundred_problems(void **state)
{
	struct template_problems p = { 0 };
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	struct template *t;

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_addf(&text, "x%d: 1\n", i);
	t = template_parse(buf_str(&text), text.len, "bad", &err);
	assert_non_null(t);
	assert_int_equal(template_check(&p, t), 100);
	template_problems_clear(&p);
	template_free(t);
	buf_clear(&text);
}

static void control_bytes_never_come_out_of_a_problem(void **state)
{
	static const char text[] = "\"ti\\etle\\u202E\": x\n";
	struct template_problems p = { 0 };
	struct err err = ERR_INIT;
	struct template *t = template_parse(text, sizeof(text) - 1, "bad", &err);

	(void)state;
	assert_non_null(t);
	template_check(&p, t);
	for (size_t i = 0; i < p.n; i++) {
		assert_null(strchr(p.v[i].text, '\033'));
		assert_null(strstr(p.v[i].text, "\xe2\x80\xae"));
	}
	template_problems_clear(&p);
	template_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_nothing_in_a_right_template),
		cmocka_unit_test(says_line_column_and_the_nearest_word),
		cmocka_unit_test(an_unknown_key_is_one_problem),
		cmocka_unit_test(what_a_typo_uses_is_used),
		cmocka_unit_test(a_text_that_is_no_yaml_has_one_problem_with_its_place),
		cmocka_unit_test(a_folder_is_no_template_whoever_may_write_to_it),
		cmocka_unit_test(a_misspelled_key_comes_before_what_follows_from_it),
		cmocka_unit_test(tells_all_problems_in_order_of_position),
		cmocka_unit_test(keeps_at_most_a_hundred_problems),
		cmocka_unit_test(control_bytes_never_come_out_of_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
