/* What differs between two revisions: lines for the eye, fields for what it would do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rand.h"
#include "template/compare.h"
#include "template/template.h"

/* "-b|+B| c" */
static void shown(char out[2000], const char *from, const char *to)
{
	struct compare_lines l;
	size_t n = 0;

	compare_texts(&l, from, to);
	out[0] = '\0';
	for (size_t i = 0; i < l.n; i++)
		n += (size_t)snprintf(out + n, 2000 - n, "%s%c%.*s", i ? "|" : "", l.v[i].sign,
				      (int)l.v[i].len, l.v[i].text);
	compare_lines_clear(&l);
}

static void equal_texts_have_no_lines(void **state)
{
	char out[2000];

	(void)state;
	shown(out, "a\nb\n", "a\nb\n");
	assert_string_equal(out, "");
	shown(out, "", "");
	assert_string_equal(out, "");
	shown(out, "a\nb", "a\nb\n"); /* a last line end is no line */
	assert_string_equal(out, "");
}

static void a_changed_line_stands_twice_with_its_neighbours(void **state)
{
	char out[2000];

	(void)state;
	shown(out, "a\nmax: 8\nc\n", "a\nmax: 16\nc\n");
	assert_string_equal(out, " a|-max: 8|+max: 16| c");
	shown(out, "", "a\n");
	assert_string_equal(out, "+a");
	shown(out, "a\nb\n", "");
	assert_string_equal(out, "-a|-b");
}

static void what_is_far_from_any_change_is_left_out(void **state)
{
	char out[2000];

	(void)state;
	shown(out, "1\n2\n3\n4\n5\n6\n7\n8\n9\nx\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\ny\n");
	assert_string_equal(out, "@| 7| 8| 9|-x|+y");
	shown(out, "x\n1\n2\n3\n4\n5\n6\n7\n8\nx\n", "y\n1\n2\n3\n4\n5\n6\n7\n8\ny\n");
	assert_string_equal(out, "-x|+y| 1| 2| 3|@| 6| 7| 8|-x|+y");
}

static void lines_are_numbered_in_their_own_text(void **state)
{
	struct compare_lines l;

	(void)state;
	compare_texts(&l, "a\nb\nc\n", "a\nc\nd\n");
	assert_int_equal(l.n, 4);
	assert_int_equal(l.v[1].sign, '-');
	assert_int_equal(l.v[1].old_line, 2);
	assert_int_equal(l.v[1].new_line, 0);
	assert_int_equal(l.v[2].old_line, 3);
	assert_int_equal(l.v[2].new_line, 2);
	assert_int_equal(l.v[3].sign, '+');
	assert_int_equal(l.v[3].new_line, 3);
	compare_lines_clear(&l);
}

/* Without the lines that each has alone, two texts of letters are the same. */
static void rest_of(char *out, const char *text, size_t n, const struct compare_lines *l,
		    char sign)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		bool alone = false;

		for (size_t k = 0; k < l->n; k++)
			alone = alone ||
				(l->v[k].sign == sign &&
				 (sign == '-' ? l->v[k].old_line : l->v[k].new_line) == i + 1);
		if (!alone)
			out[m++] = text[2 * i];
	}
	out[m] = '\0';
}

static void what_each_has_alone_is_all_that_differs(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, 7);
	for (int round = 0; round < 300; round++) {
		char a[40] = "", b[40] = "", rest_a[20], rest_b[20];
		size_t n = rng_below(&rng, 14), k = rng_below(&rng, 14);
		struct compare_lines l;

		for (size_t i = 0; i < n; i++)
			snprintf(a + 2 * i, 3, "%c\n", (int)('a' + rng_below(&rng, 3)));
		for (size_t i = 0; i < k; i++)
			snprintf(b + 2 * i, 3, "%c\n", (int)('a' + rng_below(&rng, 3)));
		compare_texts(&l, a, b);
		rest_of(rest_a, a, n, &l, '-');
		rest_of(rest_b, b, k, &l, '+');
		assert_string_equal(rest_a, rest_b);
		compare_lines_clear(&l);
	}
}

static void texts_too_long_to_be_matched_are_replaced_whole(void **state)
{
	struct buf from = BUF_INIT(1 << 20), to = BUF_INIT(1 << 20);
	struct compare_lines l;
	size_t less = 0, more = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		buf_addf(&from, "a%d\n", i);
		buf_addf(&to, "b%d\n", i);
	}
	compare_texts(&l, buf_str(&from), buf_str(&to));
	for (size_t i = 0; i < l.n; i++) {
		less += l.v[i].sign == '-';
		more += l.v[i].sign == '+';
	}
	assert_int_equal(less, 3000);
	assert_int_equal(more, 3000);
	compare_lines_clear(&l);
	buf_clear(&from);
	buf_clear(&to);
}

/*
 * Clusters
 */

#define HEAD                                                                                   \
	"cluster: {cloud: azsim, region: westeurope, image: '%s'}\n"                           \
	"head: {size: Standard_D2s_v5}\nscheduler: {type: slurm, settings: {A: %s}}\n"

static void spec_of(struct cluster_spec *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void spec_of(struct cluster_spec *s, const char *fmt, ...)
{
	char text[2000];
	struct err err = ERR_INIT;
	struct template *t;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	t = template_parse(text, strlen(text), "mine", &err);
	cluster_spec_init(s);
	if (!t || template_expand(s, t, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	template_free(t);
}

static const struct spec_change *named(const struct spec_changes *c, const char *what)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].what, what) == 0)
			return &c->v[i];
	fail_msg("no change is called \"%s\"", what);
	return NULL;
}

static void each_change_says_what_it_does(void **state)
{
	struct cluster_spec a, b;
	struct spec_changes c;
	const struct spec_change *x;

	(void)state;
	spec_of(&a, HEAD "arrays: {htc: {sizes: [Standard_F2s_v2], max_nodes: 8, idle: 5m}}\n",
		"a:b:c:1", "1");
	spec_of(&b, HEAD "arrays: {htc: {sizes: [Standard_F2s_v2], max_nodes: 16, idle: 5m}}\n",
		"a:b:c:2", "2");
	compare_specs(&c, &a, &b);
	assert_int_equal(c.n, 3);
	x = named(&c, "array htc max_nodes");
	assert_string_equal(x->from, "8");
	assert_string_equal(x->to, "16");
	assert_string_equal(x->array, "htc");
	assert_int_equal(x->effect, CHANGE_NOW);
	assert_int_equal(named(&c, "image")->effect, CHANGE_NEW_NODES);
	assert_int_equal(named(&c, "setting A")->effect, CHANGE_NEW_CLUSTER);
	assert_int_equal(spec_changes_count(&c, '~'), 3);
	assert_int_equal(spec_changes_count(&c, '+'), 0);
	spec_changes_clear(&c);
	compare_specs(&c, &a, &a);
	assert_int_equal(c.n, 0);
	cluster_spec_clear(&a);
	cluster_spec_clear(&b);
}

static void arrays_come_and_go_by_their_names(void **state)
{
	struct cluster_spec a, b;
	struct spec_changes c;

	(void)state;
	spec_of(&a,
		HEAD "arrays: {x: {sizes: [Standard_F2s_v2]}, y: {sizes: [Standard_F2s_v2]}}\n",
		"a:b:c:1", "1");
	spec_of(&b,
		HEAD "arrays: {x: {sizes: [Standard_F2s_v2]}, z: {sizes: [Standard_F2s_v2]}}\n",
		"a:b:c:1", "1");
	compare_specs(&c, &a, &b);
	assert_int_equal(named(&c, "array y")->sign, '-');
	assert_int_equal(named(&c, "array z")->sign, '+');
	assert_int_equal(c.n, 2);
	spec_changes_clear(&c);
	cluster_spec_clear(&a);
	cluster_spec_clear(&b);
}

static void what_a_living_cluster_may_change_is_taken_over(void **state)
{
	struct cluster_spec a, b;
	struct spec_changes c;
	struct array_spec *arrays;

	(void)state;
	spec_of(&a, HEAD "arrays: {htc: {sizes: [Standard_F2s_v2], max_nodes: 8}}\n", "a:b:c:1",
		"1");
	spec_of(
	    &b,
	    "cluster: {cloud: azsim, region: westeurope, image: 'a:b:c:2', budget: {month: 100}}\n"
	    "head: {size: Standard_D2s_v5}\nscheduler: {type: slurm, settings: {A: 2}}\n"
	    "arrays: {htc: {sizes: [Standard_F4s_v2], max_nodes: 16, idle: %ds}}\n",
	    90);
	arrays = a.arrays;
	spec_take(&a, &b);
	assert_ptr_equal(a.arrays, arrays); /* decisions point into them */
	assert_int_equal(a.arrays[0].max_nodes, 16);
	assert_int_equal(a.arrays[0].idle_s, 90);
	assert_true(a.budget_month == 100);
	assert_string_equal(a.arrays[0].sizes.v[0], "Standard_F4s_v2");
	assert_int_equal(a.arrays[0].sizes.n, 1);
	assert_string_equal(a.image, "a:b:c:2");
	compare_specs(&c, &a, &b);
	for (size_t i = 0; i < c.n; i++)
		assert_int_equal(c.v[i].effect, CHANGE_NEW_CLUSTER);
	assert_int_equal(c.n, 1);
	spec_changes_clear(&c);
	cluster_spec_clear(&a);
	cluster_spec_clear(&b);
}

static void hours_and_budgets_are_told_and_taken_over_at_once(void **state)
{
	struct cluster_spec a, b;
	struct spec_changes c;

	(void)state;
	spec_of(&a,
		HEAD
		"arrays: {htc: {sizes: [A_1], schedule: {work: {from: '08:00', to: '18:00', "
		"zone: UTC, min_nodes: 1}, old: {from: '08:00', to: '09:00', zone: UTC, "
		"pause: yes}}}}\n",
		"a:b:c:1", "1");
	spec_of(
	    &b,
	    "cluster: {cloud: azsim, region: westeurope, image: '%s', budgets: {phys: {account: "
	    "physics, limit: 20}}}\n"
	    "head: {size: Standard_D2s_v5}\nscheduler: {type: slurm, settings: {A: %s}}\n"
	    "arrays: {htc: {sizes: [A_1], schedule: {work: {from: '08:00', to: '19:00', zone: "
	    "UTC, min_nodes: 1}}}}\n",
	    "a:b:c:1", "1");
	compare_specs(&c, &a, &b);
	assert_int_equal(c.n, 3);
	assert_string_equal(c.v[0].what, "budget phys");
	assert_int_equal(c.v[0].sign, '+');
	assert_string_equal(c.v[0].to, "account physics $20 month");
	assert_string_equal(c.v[1].what, "array htc schedule work");
	assert_non_null(strstr(c.v[1].from, "08:00-18:00 UTC"));
	assert_non_null(strstr(c.v[1].to, "08:00-19:00 UTC"));
	assert_int_equal(c.v[2].sign, '-');
	for (size_t i = 0; i < c.n; i++)
		assert_int_equal(c.v[i].effect, CHANGE_NOW);
	spec_changes_clear(&c);
	spec_take(&a, &b);
	assert_int_equal(a.arrays[0].n_schedule, 1);
	assert_string_equal(a.arrays[0].schedule[0].to, "19:00");
	assert_string_equal(a.budgets[0].account, "physics");
	compare_specs(&c, &a, &b);
	assert_int_equal(c.n, 0);
	spec_changes_clear(&c);
	cluster_spec_clear(&a);
	cluster_spec_clear(&b);
}

#define STORED HEAD "arrays: {htc: {sizes: [A_1]}}\nstorage: {shared: {path: /s, %s}}\n"

static void a_disk_is_as_it_was_made(void **state)
{
	struct cluster_spec a, b, was;
	struct spec_changes c;

	(void)state;
	spec_of(&a, STORED, "a:b:c:1", "1", "disk_gib: 8");
	spec_of(&b, STORED, "a:b:c:1", "1", "disk_gib: 16, disk: mine");
	compare_specs(&c, &a, &b);
	assert_string_equal(named(&c, "storage shared disk_gib")->to, "16");
	assert_string_equal(named(&c, "storage shared disk")->to, "mine");
	for (size_t i = 0; i < c.n; i++)
		if (strstr(c.v[i].what, "disk"))
			assert_int_equal(c.v[i].effect, CHANGE_NEW_CLUSTER);
	spec_changes_clear(&c);

	/* one that was taken over by these words is called something else by now */
	free(a.storage[0].disk);
	a.storage[0].disk = xstrdup("old-1a2b");
	a.storage[0].disk_gib = 64;
	a.storage[0].policy = b.storage[0].policy;
	spec_of(&was, STORED, "a:b:c:1", "1", "disk_gib: 16, disk: mine");
	compare_taken_over(&b, &was, &a);
	compare_specs(&c, &a, &b);
	assert_int_equal(c.n, 0);
	spec_changes_clear(&c);
	cluster_spec_clear(&b);
	spec_of(&b, STORED, "a:b:c:1", "1", "disk_gib: 32, disk: mine");
	compare_taken_over(&b, &was, &a);
	compare_specs(&c, &a, &b);
	assert_string_equal(named(&c, "storage shared disk_gib")->to, "32");
	spec_changes_clear(&c);
	cluster_spec_clear(&a);
	cluster_spec_clear(&b);
	cluster_spec_clear(&was);
}

#define LONG_ID                                                                                \
	"/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/images-of-us/"     \
	"providers/Microsoft.Compute/galleries/ours/images/node/versions/1.0."

static void values_longer_than_what_is_shown_are_compared_whole(void **state)
{
	struct cluster_spec a, b;
	struct spec_changes c;

	(void)state;
	spec_of(&a, HEAD "arrays: {htc: {sizes: [A_1]}}\n", "a:b:c:1", "1");
	spec_of(&b, HEAD "arrays: {htc: {sizes: [A_1]}}\n", "a:b:c:1", "1");
	free(a.image);
	free(b.image);
	a.image = xstrdup(LONG_ID "1");
	b.image = xstrdup(LONG_ID "2");
	for (int i = 0; i < 8; i++) {
		strs_addf(&a.arrays[0].sizes, "Standard_HB120-%drs_v3", i);
		strs_addf(&b.arrays[0].sizes, "Standard_HB120-%drs_v3", i);
	}
	strs_add(&b.arrays[0].sizes, "Standard_D2s_v5");
	compare_specs(&c, &a, &b);
	assert_int_equal(c.n, 2);
	assert_string_not_equal(named(&c, "image")->from, named(&c, "image")->to);
	assert_string_equal(named(&c, "array htc sizes")->to, "... Standard_D2s_v5");
	spec_changes_clear(&c);
	cluster_spec_clear(&a);
	cluster_spec_clear(&b);
}

static void a_limit_below_what_is_there_says_what_becomes_of_it(void **state)
{
	struct spec_change c = { .what = "array htc max_nodes", .to = "8" };
	const struct change_there few = { .nodes = 8, .cores = 16 },
				  many = { .nodes = 12, .cores = 24, .idle_s = 300 };
	char out[CHANGE_TEXT];

	(void)state;
	change_told(out, &c, &few);
	assert_string_equal(out, "no restart");
	change_told(out, &c, NULL);
	assert_string_equal(out, "no restart");
	change_told(out, &c, &many);
	assert_string_equal(out,
			    "no restart; 4 of 12 nodes are above it: they go when they are "
			    "idle for 5m, none is drained for it");
	snprintf(c.what, sizeof(c.what), "max_cores");
	change_told(out, &c, &many);
	assert_string_equal(out, "no restart; 16 of 24 cores are above it: their nodes go when "
				 "they are idle for 5m, none is drained for it");
	snprintf(c.to, sizeof(c.to), "none");
	change_told(out, &c, &many);
	assert_string_equal(out, "no restart");
	c.effect = CHANGE_NEW_NODES;
	change_told(out, &c, &many);
	assert_string_equal(out, "new nodes only; 12 running");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_no_lines),
		cmocka_unit_test(a_changed_line_stands_twice_with_its_neighbours),
		cmocka_unit_test(what_is_far_from_any_change_is_left_out),
		cmocka_unit_test(lines_are_numbered_in_their_own_text),
		cmocka_unit_test(what_each_has_alone_is_all_that_differs),
		cmocka_unit_test(texts_too_long_to_be_matched_are_replaced_whole),
		cmocka_unit_test(each_change_says_what_it_does),
		cmocka_unit_test(arrays_come_and_go_by_their_names),
		cmocka_unit_test(what_a_living_cluster_may_change_is_taken_over),
		cmocka_unit_test(hours_and_budgets_are_told_and_taken_over_at_once),
		cmocka_unit_test(a_disk_is_as_it_was_made),
		cmocka_unit_test(values_longer_than_what_is_shown_are_compared_whole),
		cmocka_unit_test(a_limit_below_what_is_there_says_what_becomes_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
