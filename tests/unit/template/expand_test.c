#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "template/template.h"

#define REST                                                                                   \
	"cluster: {cloud: azsim, region: westeurope, image: 'a:b:c:d'}\n"                      \
	"head: {size: Standard_D2s_v5}\n"

static struct template *parsed(const char *text)
{
	struct err err = ERR_INIT;
	struct template *t = template_parse(text, strlen(text), "mine", &err);

	if (!t)
		fail_msg("%s", err.msg);
	return t;
}

static int expand(struct cluster_spec *s, const struct template *t, const char *a,
		  const char *b, struct err *err)
{
	struct strs params = STRS_INIT(10);
	int rc;

	if (a)
		strs_add(&params, a);
	if (b)
		strs_add(&params, b);
	rc = template_expand(s, t, &params, err);
	strs_clear(&params);
	return rc;
}

static struct template *built_in(const char *name)
{
	struct strs folders = STRS_INIT(8);
	struct err err = ERR_INIT;
	struct template *t;

	template_folders(&folders);
	t = template_load(&folders, name, &err);
	if (!t)
		fail_msg("%s", err.msg);
	strs_clear(&folders);
	return t;
}

static void the_slurm_template_is_right_and_expands(void **state)
{
	struct template *t = built_in("slurm");
	struct template_problems p = { 0 };
	struct cluster_spec s;
	struct err err = ERR_INIT;

	(void)state;
	if (template_check(&p, t))
		fail_msg("%u:%u %s", p.v[0].line, p.v[0].column, p.v[0].text);
	if (expand(&s, t, "idle=90", "htc_max=3", &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(s.template_name, "slurm");
	assert_string_equal(s.template_hash, t->hash);
	assert_string_equal(s.cloud, "azsim");
	assert_string_equal(s.region, "westeurope");
	assert_string_equal(s.head_size, "Standard_D2s_v5");
	assert_string_equal(s.vnet_cidr, "10.20.0.0/16");
	assert_string_equal(s.subnet_cidr, "10.20.0.0/16");
	assert_string_equal(cluster_setting(&s, "ProctrackType", ""), "proctrack/linuxproc");
	assert_int_equal(s.n_arrays, 2);
	assert_string_equal(s.arrays[0].name, "htc");
	assert_string_equal(s.arrays[0].sizes.v[0], "Standard_F2s_v2");
	assert_int_equal(s.arrays[0].spot, SPOT_THEN_ONDEMAND);
	assert_int_equal(s.arrays[0].max_nodes, 3);
	assert_int_equal(s.arrays[0].idle_s, 90);
	assert_true(s.arrays[0].is_default);
	assert_true(s.arrays[1].colocated);
	assert_int_equal(s.arrays[1].max_nodes, 4);
	assert_string_equal(s.storage[0].path, "/shared");
	assert_int_equal(s.storage[0].policy, KEEP_DELETE);
	assert_int_equal(s.cycle_s, 5);
	cluster_spec_clear(&s);
	template_problems_clear(&p);
	template_free(t);
}

static const char *const params_text =
    "parameters:\n"
    "  n: {type: int, min: 1, max: 9, default: 2}\n"
    "  ratio: {type: real, default: 0.5}\n"
    "  big: {type: bool, default: no}\n"
    "  mode: {type: choice, choices: [cost, balanced], default: cost}\n"
    "  word: {type: text, default: ''}\n"
    "  sizes: {type: text, default: 'A_1, B_2'}\n"
    "  must: {type: duration}\n" REST
    "scheduler: {type: slurm, settings: {D: '${mode}', A: 'x${word}y${n}', B: $$5$, C: '${word}'}}\n"
    "arrays:\n"
    "  a: {sizes: '${sizes}', spot: only, max_nodes: '${n}', max_price: '${ratio}', colocated: '${big}', idle: '${must}'}\n";

static void values_go_into_the_tree_and_are_not_read_again(void **state)
{
	struct template *t = parsed(params_text);
	struct cluster_spec s;
	struct err err = ERR_INIT;

	(void)state;
	if (expand(&s, t, "word=${n}: [a, b] # 'no' \"yaml\"", "must=2h", &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(cluster_setting(&s, "A", ""), "x${n}: [a, b] # 'no' \"yaml\"y2");
	assert_string_equal(cluster_setting(&s, "B", ""), "$5$");
	assert_int_equal(s.arrays[0].sizes.n, 2);
	assert_string_equal(s.arrays[0].sizes.v[1], "B_2");
	assert_int_equal(s.arrays[0].idle_s, 7200);
	assert_true(s.arrays[0].max_price > 0.49 && s.arrays[0].max_price < 0.51);
	assert_true(s.arrays[0].is_default);
	cluster_spec_clear(&s);
	template_free(t);
}

static void what_tables_show_of_a_size_names_it(void **state)
{
	struct template *t = built_in("slurm");
	struct cluster_spec s;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(expand(&s, t, "htc_size=F4s_v2", "head_size=Standard_D2s_v5", &err),
			 0);
	assert_string_equal(s.arrays[0].sizes.v[0], "Standard_F4s_v2");
	assert_string_equal(s.head_size, "Standard_D2s_v5");
	cluster_spec_clear(&s);
	assert_int_equal(expand(&s, t, "shared_keep=keep", NULL, &err), -1);
	assert_non_null(strstr(err.msg, "give it disk_gib to keep it, as with shared_gib=64"));
	cluster_spec_clear(&s);
	template_free(t);
}

static void a_budget_is_a_limit_of_the_month_and_there_is_none_without(void **state)
{
	struct template *t = parsed(
	    "cluster: {cloud: a, region: westeurope, image: 'a:b:c:1', budget: {month: 250.5}}\n"
	    "head: {size: A_1}\nscheduler: {type: slurm}\narrays: {a: {sizes: A_1}}\n");
	struct cluster_spec s;
	struct err err = ERR_INIT;

	(void)state;
	if (expand(&s, t, NULL, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(s.budget_month > 250.49 && s.budget_month < 250.51);
	cluster_spec_clear(&s);
	assert_true(s.budget_month < 0);
	template_free(t);
}

static void a_value_that_does_not_fit_names_parameter_and_what_is_allowed(void **state)
{
	static const struct {
		const char *param, *says;
	} wrong[] = {
		{ "n=10", "parameter n: 10 is outside 1 to 9" },
		{ "n=x", "parameter n: \"x\" is not a whole number" },
		{ "ratio=half", "parameter ratio: \"half\" is not a number" },
		{ "big=1", "parameter big: \"1\" is not yes or no" },
		{ "mode=balance",
		  "parameter mode: \"balance\" is not one of cost, balanced; did you mean \"balanced\"?" },
		{ "must=soon", "parameter must: \"soon\" is not a time such as" },
		{ "word=a\nb", "parameter word: \"a\\x0Ab\" is not one line" },
		{ "wrod=1", "no parameter \"wrod\"; did you mean \"word\"?" },
		{ "n", "write NAME=VALUE" },
		{ "ratio=1", "parameter must (duration) has no default: give must=VALUE" },
	};
	struct template *t = parsed(params_text);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct cluster_spec s;
		struct err err = ERR_INIT;

		assert_int_equal(expand(&s, t, wrong[i].param, NULL, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		if (!strstr(err.msg, wrong[i].says))
			fail_msg("%s: %s", wrong[i].param, err.msg);
	}
	template_free(t);
}

static void a_parameter_given_twice_is_refused(void **state)
{
	struct template *t = parsed(params_text);
	struct cluster_spec s;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(expand(&s, t, "n=1", "n=1", &err), -1);
	assert_non_null(strstr(err.msg, "given twice"));
	template_free(t);
}

/* Right by its type, wrong where it is used: the place in the template is told. */
static void a_value_that_does_not_fit_its_place_names_the_place(void **state)
{
	struct template *t = parsed(params_text);
	struct cluster_spec s;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(expand(&s, t, "sizes=Standard F2", "must=1", &err), -1);
	assert_non_null(
	    strstr(err.msg, "template mine: line 13, column 14: sizes of array \"a\""));
	template_free(t);
}

static void a_value_may_not_grow_without_end(void **state)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct cluster_spec s;
	struct err err = ERR_INIT;
	struct template *t;

	(void)state;
	buf_adds(&text, "parameters: {w: {type: text, default: ");
	for (int i = 0; i < 400; i++)
		buf_adds(&text, "0123456789");
	buf_adds(&text, "}}\n" REST
			"arrays: {a: {sizes: x}}\nscheduler:\n  type: slurm\n  settings:\n");
	for (int i = 0; i < 2; i++)
		buf_addf(&text, "    s%d: ${w}%s\n", i, i ? "${w}" : "");
	t = parsed(buf_str(&text));
	assert_int_equal(expand(&s, t, NULL, NULL, &err), -1);
	if (!strstr(err.msg, "at most 4095 bytes"))
		fail_msg("%s", err.msg);
	template_free(t);
	buf_clear(&text);
}

/*
 * Folders
 */

struct place {
	char dir[64];
	struct strs folders;
};

static int make_place(void **state)
{
	struct place *p = xcalloc(1, sizeof(*p));
	const char *tmp = getenv("TMPDIR");

	snprintf(p->dir, sizeof(p->dir), "%.40s/templateXXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	p->folders = (struct strs)STRS_INIT(4);
	strs_addf(&p->folders, "%s/absent", p->dir);
	strs_add(&p->folders, p->dir);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;

	file_remove_tree(p->dir, NULL);
	strs_clear(&p->folders);
	free(p);
	return 0;
}

static char *put(const struct place *p, const char *name)
{
	char *path = xasprintf("%s/%s", p->dir, name);

	assert_int_equal(file_write(path, "title: x\n", 9, 0644, NULL), 0);
	return path;
}

static void templates_are_found_by_name_and_by_path(void **state)
{
	struct place *p = *state;
	char *path = put(p, "mine.yaml");
	struct strs names = STRS_INIT(10);
	struct err err = ERR_INIT;
	struct template *t = template_load(&p->folders, "mine", &err);

	free(put(p, "notes.txt"));
	assert_non_null(t);
	assert_string_equal(t->path, path);
	template_free(t);
	t = template_load(&p->folders, path, &err);
	assert_non_null(t);
	assert_string_equal(t->name, "mine");
	template_free(t);
	assert_int_equal(templates_list(&names, &p->folders, &err), 0);
	assert_int_equal(names.n, 1);
	assert_string_equal(names.v[0], "mine");
	assert_null(template_load(&p->folders, "mime", &err));
	assert_non_null(strstr(err.msg, "did you mean \"mine\"?"));
	assert_null(template_load(&p->folders, "..", &err));
	strs_clear(&names);
	free(path);
}

static void a_file_that_anybody_may_change_is_no_template(void **state)
{
	struct place *p = *state;
	char *path = put(p, "mine.yaml");
	struct err err = ERR_INIT;

	chmod(path, 0666);
	assert_null(template_load(&p->folders, "mine", &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_non_null(strstr(err.msg, "anybody may write"));
	free(path);
}

static void hours_and_budgets_come_with_their_arrays_and_the_cluster(void **state)
{
	struct template *t = parsed(
	    "cluster: {cloud: a, region: westeurope, image: 'a:b:c:1', budget: {month: 9, hard: yes},\n"
	    "  budgets: {phys: {account: physics, limit: 200}, day: {user: ann, limit: 5, period: day}}}\n"
	    "head: {size: A_1}\nscheduler: {type: slurm}\n"
	    "arrays: {a: {sizes: A_1, schedule: {work: {days: [mon-fri, sun], from: '08:00',\n"
	    "  to: '18:00', zone: UTC, min_nodes: 4, idle: 10m}, night: {from: '22:00', to: '06:00',\n"
	    "  zone: UTC, pause: yes}}}}\n");
	struct cluster_spec s;
	struct err err = ERR_INIT;
	const struct schedule_window *w;

	(void)state;
	if (expand(&s, t, NULL, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(s.budget_hard);
	assert_int_equal(s.n_budgets, 2);
	assert_string_equal(s.budgets[0].name, "phys");
	assert_string_equal(s.budgets[0].account, "physics");
	assert_int_equal(s.budgets[0].period, BUDGET_MONTH);
	assert_int_equal(s.budgets[1].period, BUDGET_DAY);
	assert_int_equal(s.arrays[0].n_schedule, 2);
	w = s.arrays[0].schedule;
	assert_string_equal(w[0].name, "work");
	assert_string_equal(w[0].days.v[1], "sun");
	assert_int_equal(w[0].min_nodes, 4);
	assert_int_equal(w[0].max_nodes, -1);
	assert_int_equal(w[0].idle_s, 600);
	assert_true(w[1].pause);
	cluster_spec_clear(&s);
	template_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_slurm_template_is_right_and_expands),
		cmocka_unit_test(values_go_into_the_tree_and_are_not_read_again),
		cmocka_unit_test(hours_and_budgets_come_with_their_arrays_and_the_cluster),
		cmocka_unit_test(what_tables_show_of_a_size_names_it),
		cmocka_unit_test(a_budget_is_a_limit_of_the_month_and_there_is_none_without),
		cmocka_unit_test(a_value_that_does_not_fit_names_parameter_and_what_is_allowed),
		cmocka_unit_test(a_parameter_given_twice_is_refused),
		cmocka_unit_test(a_value_that_does_not_fit_its_place_names_the_place),
		cmocka_unit_test(a_value_may_not_grow_without_end),
		cmocka_unit_test_setup_teardown(templates_are_found_by_name_and_by_path,
						make_place, remove_place),
		cmocka_unit_test_setup_teardown(a_file_that_anybody_may_change_is_no_template,
						make_place, remove_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
