/* One grammar for every noun: what passes, and where a mistake is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "model/columns.h"
#include "model/queue.h"
#include "model/view.h"
#include "model/work.h"
#include "server/filter.h"

#define NOW	     INT64_C(1790000000000)
#define AGO(seconds) (NOW - (seconds)*1000)

static const struct node nodes[] = {
	{ .name = "htc-1",
	  .array = "htc",
	  .size = "Standard_F2s_v2",
	  .zone = "1",
	  .spot = true,
	  .state = NODE_BUSY,
	  .price = 0.02,
	  .cpus = 2,
	  .mem_bytes = INT64_C(4) << 30,
	  .jobs = 2,
	  .requested_ms = AGO(700) },
	{ .name = "htc-2",
	  .array = "htc",
	  .size = "Standard_F2s_v2",
	  .zone = "2",
	  .spot = true,
	  .state = NODE_FAILED,
	  .reason = "mount /shared timed out",
	  .price = -1,
	  .cpus = 2,
	  .mem_bytes = INT64_C(4) << 30,
	  .jobs = -1,
	  .requested_ms = AGO(90) },
	{ .name = "hpc-10",
	  .array = "hpc",
	  .size = "Standard_HB120rs_v3",
	  .state = NODE_DRAINING,
	  .price = 3.6,
	  .cpus = 120,
	  .mem_bytes = INT64_C(448) << 30 },
	{ .name = "htc2-1",
	  .array = "htc2",
	  .size = "Standard_F16s_v2",
	  .state = NODE_UNHEALTHY,
	  .price = 0.5,
	  .cpus = 16,
	  .mem_bytes = INT64_C(32) << 30,
	  .requested_ms = AGO(4000) },
};

static struct job job(const char *id, const char *array_id, const char *name, const char *user,
		      enum job_state state)
{
	return (struct job){ .id = id,
			     .array_id = array_id,
			     .task = "",
			     .name = name,
			     .user = user,
			     .account = strcmp(user, "bob") == 0 ? "proj2" : "proj1",
			     .partition = "htc",
			     .reason = "",
			     .constraint = "",
			     .dependency = "",
			     .nodes = "",
			     .waits = "",
			     .state = state,
			     .cpus = 1,
			     .nodes_min = 1,
			     .tasks = 1,
			     .limit_s = -1,
			     .submit_s = (NOW - 7200000) / 1000 };
}

/* As many letters as rows: x passes, . does not. */
static void check(enum noun noun, const void *rows, size_t n, size_t size, const char *text,
		  const char *expected)
{
	struct err err = ERR_INIT;
	struct filter *f = filter_parse(noun, text, &err);
	char got[16] = "";

	if (!f)
		fail_msg("%s: %s", text, err.msg);
	filter_begin(f);
	for (size_t i = 0; i < n; i++)
		got[i] = filter_passes(f, (const char *)rows + i * size, NOW) ? 'x' : '.';
	filter_free(f);
	if (strcmp(got, expected) != 0)
		fail_msg("%s: %s, not %s", text, got, expected);
}

static const struct {
	const char *filter, *passes;
} of_nodes[] = {
	{ "", "xxxx" },
	{ "  ", "xxxx" },
	{ "array:htc", "xx.." },
	{ "array:HTC", "...." },
	{ "Array:htc", "xx.." },
	{ "array=htc", "xx.." },
	{ "array!=htc", "..xx" },
	{ "array:htc,hpc", "xxx." },
	{ "array!=htc,hpc", "...x" },
	{ "!array:htc", "..xx" },
	{ "!!array:htc", "xx.." },
	{ "state:fail,drain", ".xx." },
	{ "state:failed", ".x.." },
	{ "st:failed", ".x.." },
	{ "state=failed", ".x.." },
	{ "state:lost", "...x" },
	{ "state:d", "..x." },
	{ "state:FAIL", ".x.." },
	{ "!state:busy", ".xxx" },
	{ "state!=busy", ".xxx" },
	{ "state~\"^(f|b)\"", "xx.." },
	{ "kind:spot", "xx.." },
	{ "kind:ondemand", "..xx" },
	{ "kind:ded", "..xx" },
	{ "kind:spot cost>0.01 zone:1", "x..." },
	{ "cost>0.5", "..x." },
	{ "cost>=0.5", "..xx" },
	{ "cost<1", "x..x" },
	{ "cost!=3.6", "xx.x" },
	{ "cost:3.6", "..x." },
	{ "cpus>=16", "..xx" },
	{ "cpu=2", "xx.." },
	{ "mem>32G", "..x." },
	{ "mem>=32g", "..xx" },
	{ "mem<5000M", "xx.." },
	{ "age>10m", "x..x" },
	{ "age<2m", ".x.." },
	{ "age>1h", "...x" },
	{ "age>1h6m30s", "...x" },
	{ "age>1h6m50s", "...." },
	{ "age<=90", ".x.." },
	{ "jobs>0", "x..." },
	{ "jobs=0", "..xx" },
	{ "issue:yes", ".x.x" },
	{ "name:htc", "xx.x" },
	{ "name=htc-1", "x..." },
	{ "name~\"^h(t|p)c-1\"", "x.x." },
	{ "name:/^htc-[0-9]$/", "xx.." },
	{ "name~^HTC", "...." },
	{ "/^htc-/", "xx.." },
	{ "sku:hb120", "..x." },
	{ "size:F2s", "xx.." },
	{ "\"timed out\"", ".x.." },
	{ "timed out", ".x.." },
	{ "Timed", "...." },
	{ "fail", ".x.." },
	{ "htc -1", "x..x" },
	{ "hpc|state:busy", "x.x." },
	{ "hpc | state:busy", "x.x." },
	{ "htc (state:busy|state:fail)", "xx.." },
	{ "htc !(state:busy|state:fail)", "...x" },
	{ "array:htc state:busy|array:hpc state:busy", "x..." },
	{ "array:htc|array:hpc state:busy", "xx.." },
	{ "(array:htc|array:hpc) state:busy", "x..." },
	{ "reason:/time[d]? out$/", ".x.." },
	{ "reason:\"/shared\"", ".x.." },
	{ "zone:2,1", "xx.." },
	{ "name~/^h[pt]c-[[:digit:]]+$/ name~/[]x+(){50}-]/", "xxx." },
	{ "name~/(h|t){1,2}pc-[0-9]{2,}/", "..x." },
	{ "name~a+b+c+d+e+f+g+h+i+j+k+l+|hpc", "..x." },
	{ "name:htc-[1-2]", "xx.." },
	{ "node:htc-[2,9-11],hpc", ".xx." },
	{ "node!=htc-[1-2]", "..xx" },
	{ "name:\"htc-[1\"", "...." },
	{ "name:\"htc*\"", "...." },
	{ "or", "...." },
	{ "timed \"out\"", ".x.." },
	{ "timed \"or\"", "...." },
	{ "timed /or/", "...." },
};

static void nodes_pass_as_the_grammar_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(of_nodes); i++)
		check(NOUN_NODE, nodes, ARRAY_LEN(nodes), sizeof(nodes[0]), of_nodes[i].filter,
		      of_nodes[i].passes);
}

static void jobs_pass_as_the_grammar_says(void **state)
{
	struct job v[] = { job("12", "", "sweep", "alice", JOB_RUNNING),
			   job("88_3", "88", "cfd_Wing", "bob", JOB_PENDING),
			   job("88_[5-37]", "88", "cfd_wing", "bob", JOB_HELD),
			   job("881", "", "cfd", "carol", JOB_CANCELLED) };
	static const struct {
		const char *filter, *passes;
	} t[] = {
		{ "id:88", ".xx." },
		{ "id=88_3", ".x.." },
		{ "job:881", "...x" },
		{ "state:R", "x..." },
		{ "state:PD,H", ".xx." },
		{ "state:run", "x..." },
		{ "PD", ".x.." },
		{ "user:alice|user:bob pending>1h", "xxx." },
		{ "pending>1h", ".xx." },
		{ "wait>3h", "...." },
		{ "time>0", "x..." },
		{ "limit>1d", "xxxx" },
		{ "cfd", ".xxx" },
		{ "Wing", ".x.." },
		{ "prio:0", "xxxx" },
		{ "part:htc user!=bob", "x..x" },
		{ "cpus<1k", "xxxx" },
		{ "array:88", ".xx." },
		{ "account:proj2", ".xx." },
		{ "account!=proj2 part:htc", "x..x" },
		{ "proj2", ".xx." },
		{ "id:88_3", ".x.." },
		{ "id:88_5", "..x." },
		{ "id!=88_5", "xx.x" },
		{ "id:12_5", "x..." }, /* one row of an array says none of its tasks */
		{ "id:88_3..88_5", ".xx." },
		{ "id:88_4..9", "..x." },
		{ "id:88_[1,3],12", "xx.." },
		{ "id:88_[38-99]", "...." },
		{ "node:htc-2", "x..." },
		{ "node=htc-2", "x..." },
		{ "node:htc-[2,9]", "x..." },
		{ "node:htc-[4-9]", "...." },
		{ "why:\"maximum of\"", ".x.." },
		{ "why:limit", ".x.." },
		{ "why~maximum", ".x.." },
	};

	(void)state;
	v[0].start_s = v[0].submit_s;
	v[3].start_s = 0;
	v[0].nodes = "htc-[1-3],hpc-7";
	v[1].waits = "at a limit: htc has its maximum of 16 nodes";
	v[1].reason_class = REASON_LIMIT;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		check(NOUN_JOB, v, ARRAY_LEN(v), sizeof(v[0]), t[i].filter, t[i].passes);
}

static void other_nouns_have_their_columns(void **state)
{
	struct event e = { .seq = 3,
			   .at_ms = AGO(5),
			   .level = EVENT_WARN,
			   .cluster = "demo",
			   .object = "htc-3",
			   .actor = "engine",
			   .text = "boot failed" };
	struct operation o = { .id = 4, .kind = OP_START, .state = OP_FAILED, .actor = "op" };
	struct template_row t = { .name = "slurm", .scheduler = "slurm", .arrays = "htc,hpc" };
	struct array_row a = { .array = "htc", .cluster = "demo", .live = 3, .max = -1 };
	struct cluster_row c = { .view = { .price_now = -1, .jobs_pending = 33 } };

	(void)state;
	c.cluster.state = CLUSTER_RUNNING;
	check(NOUN_EVENT, &e, 1, 0, "level:warn who:engine object:htc text:fail", "x");
	check(NOUN_EVENT, &e, 1, 0, "level:info", ".");
	check(NOUN_OPERATION, &o, 1, 0, "kind:start state:fail who:op", "x");
	check(NOUN_OPERATION, &o, 1, 0, "state:running", ".");
	check(NOUN_TEMPLATE, &t, 1, 0, "slurm array:hpc", "x");
	check(NOUN_ARRAY, &a, 1, 0, "cluster:demo nodes>=3", "x");
	check(NOUN_ARRAY, &a, 1, 0, "max>0|max<=0", ".");
	check(NOUN_CLUSTER, &c, 1, 0, "state:RUN pending>30", "x");
	check(NOUN_CLUSTER, &c, 1, 0, "cost>=0|cost<0", ".");
}

static const struct {
	enum noun noun;
	const char *filter, *error;
} mistakes[] = {
	{ NOUN_NODE, "stat:busy",
	  "at character 1: node rows have no \"stat\": name, state, array" },
	{ NOUN_NODE, "array:htc foo>1", "at character 11: node rows have no \"foo\"" },
	{ NOUN_NODE, "state:", "at character 7: a value is expected" },
	{ NOUN_NODE, "state:busy,", "at character 12: a value is expected" },
	{ NOUN_NODE, "state:xyz", "at character 7: no state is called \"xyz\": planned," },
	{ NOUN_NODE, "state=fail", "at character 7: no state is called \"fail\"" },
	{ NOUN_NODE, "state>3", "at character 6: state is no number" },
	{ NOUN_NODE, "name<b", "at character 5: name is no number" },
	{ NOUN_NODE, "cost~1", "at character 5: cost is a number" },
	{ NOUN_NODE, "cost>many", "at character 6: \"many\" is no number for cost" },
	{ NOUN_NODE, "cost>1k", "at character 6: \"1k\" is no number for cost" },
	{ NOUN_NODE, "age>3x", "at character 5: \"3x\" is no number for age: 90s" },
	{ NOUN_NODE, "cpus>1h", "at character 6: \"1h\" is no number" },
	{ NOUN_NODE, "cpus>--1", "at character 6: \"--1\" is no number" },
	{ NOUN_NODE, "(a b", "at character 1: ( is not closed" },
	{ NOUN_NODE, "a )", "at character 3: there is no ( for this )" },
	{ NOUN_NODE, "a | ", "at character 5: a word or a field is expected" },
	{ NOUN_NODE, "| a", "at character 1: a word or a field is expected" },
	{ NOUN_NODE, "!", "at character 2: a word or a field is expected" },
	{ NOUN_NODE, "()", "at character 2: a word or a field is expected" },
	{ NOUN_NODE, "name:\"a", "at character 6: \" is not closed" },
	{ NOUN_NODE, "name:/a", "at character 6: / is not closed" },
	{ NOUN_NODE, "name~\"a(\"", "at character 6: " },
	{ NOUN_NODE, "name~(a", "at character 6: a value is expected" },
	{ NOUN_NODE, "name~\"(a)\\1\"", "at character 6: this expression is too large" },
	{ NOUN_NODE, "name~\"((a{99}){99}){99}\"",
	  "at character 6: this expression is too large" },
	{ NOUN_NODE, "name~a++++++++++++++++++++++++++++++",
	  "at character 6: this expression is too large" },
	{ NOUN_NODE, "name~/((((((((((a+)+)+)+)+)+)+)+)+)+/",
	  "at character 6: this expression is too large" },
	{ NOUN_NODE, "name~x{100}y{301}", "at character 6: this expression is too large" },
	{ NOUN_NODE, "name~al+++*+++*+++++++", "at character 6: this expression is too large" },
	{ NOUN_NODE, "\xc3\xbc\xc3\xbc foo:1", "at character 4: node rows have no \"foo\"" },
	{ NOUN_NODE, "state:fail or state:drain",
	  "at character 12: OR is |, or a comma, as in state:fail,drain; as a word it stands in "
	  "quotes: \"or\"" },
	{ NOUN_NODE, "array:htc AND state:fail",
	  "at character 11: a blank is AND: leave it out" },
	{ NOUN_NODE, "array:htc && state:fail",
	  "at character 11: a blank is AND: leave it out" },
	{ NOUN_NODE, "(not state:fail)", "at character 2: NOT is !, as in !state:fail" },
	{ NOUN_NODE, "kind:spot name:htc-*",
	  "at character 20: * stands for nothing here, an expression goes behind ~: "
	  "name~\"^htc-\"" },
	{ NOUN_NODE, "name:*1*b",
	  "at character 6: * stands for nothing here, an expression goes "
	  "behind ~: name~\"1.*b$\"" },
	{ NOUN_NODE, "htc-*",
	  "at character 5: * stands for nothing here, an expression stands "
	  "in slashes: /^htc-/" },
	{ NOUN_NODE, "name:htc-[1-x]",
	  "at character 6: this is no list of hosts, as htc-[1-3,7] is" },
	{ NOUN_JOB, "id:41..45", "at character 4: these are no tasks of an array, as 42_5" },
	{ NOUN_JOB, "id:41_5..42_9", "at character 4: these are no tasks of an array" },
	{ NOUN_JOB, "marked:yes", "at character 1: job rows have no \"marked\"" },
};

static void a_mistake_names_its_column(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		struct err err = ERR_INIT;
		struct filter *f = filter_parse(mistakes[i].noun, mistakes[i].filter, &err);

		if (f)
			fail_msg("%s is taken", mistakes[i].filter);
		if (strncmp(err.msg, mistakes[i].error, strlen(mistakes[i].error)) != 0)
			fail_msg("%s: %s", mistakes[i].filter, err.msg);
	}
}

static void parentheses_end_somewhere(void **state)
{
	char text[200];
	struct err err = ERR_INIT;

	(void)state;
	memset(text, '(', sizeof(text));
	text[199] = '\0';
	assert_null(filter_parse(NOUN_JOB, text, &err));
	assert_non_null(strstr(err.msg, "parentheses"));
	memset(text, '!', 100);
	memcpy(text + 100, "a", 2);
	filter_free(filter_parse(NOUN_JOB, text, &err));
}

/* Whatever is typed: an answer or an error, and no crash. */
static void soup_of_characters_is_answered(void **state)
{
	static const char soup[] = "aastate:=!~<>|(),\"/ 1kname\\[]{}*^$";
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[24];
		struct err err = ERR_INIT;
		struct filter *f;
		size_t n = 0;

		for (; n < sizeof(text) - 1 && (seed >> 28 || n < 3); n++) {
			seed = seed * 1664525 + 1013904223;
			text[n] = soup[(seed >> 16) % (sizeof(soup) - 1)];
		}
		text[n] = '\0';
		f = filter_parse(NOUN_NODE, text, &err);
		if (f)
			filter_passes(f, &nodes[i % 4], NOW);
		else
			assert_int_equal(strncmp(err.msg, "at character ", 13), 0);
		filter_free(f);
	}
}

static void names_sort_as_people_count(void **state)
{
	(void)state;
	assert_true(natural_compare("htc-2", "htc-10") < 0);
	assert_true(natural_compare("htc-10", "htc-9") > 0);
	assert_true(natural_compare("a", "b") < 0);
	assert_true(natural_compare("a", "a1") < 0);
	assert_true(natural_compare("n01", "n1") != 0);
	assert_true(natural_compare("n007", "n7a") < 0);
	assert_int_equal(natural_compare("12_3", "12_3"), 0);
}

static void only_ages_move_with_the_clock(void **state)
{
	struct filter *f = filter_parse(NOUN_JOB, "user:bob age>1h", NULL);

	(void)state;
	assert_true(filter_moves(f));
	assert_false(filter_is_empty(f));
	filter_free(f);
	f = filter_parse(NOUN_JOB, "user:bob cpus>1", NULL);
	assert_false(filter_moves(f));
	filter_free(f);
	f = filter_parse(NOUN_JOB, " ", NULL);
	assert_true(filter_is_empty(f));
	filter_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_pass_as_the_grammar_says),
		cmocka_unit_test(jobs_pass_as_the_grammar_says),
		cmocka_unit_test(other_nouns_have_their_columns),
		cmocka_unit_test(a_mistake_names_its_column),
		cmocka_unit_test(parentheses_end_somewhere),
		cmocka_unit_test(soup_of_characters_is_answered),
		cmocka_unit_test(names_sort_as_people_count),
		cmocka_unit_test(only_ages_move_with_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
