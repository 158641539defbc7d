#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rand.h"
#include "console/dialog.h"

static const char *const facts[] = { "jobs hit: 3", "owner: alice", NULL };
static const char *const losses[] = { "accounting db", "scratch", NULL };

static const struct dialog_spec undo = {
	.level = CONFIRM_UNDO, .opener = 'd', .question = "drain 12 nodes?", .count = 12
};
static const struct dialog_spec one = {
	.level = CONFIRM_BOX, .opener = K_F9, .title = "Terminate", .facts = facts, .count = 1
};
static const struct dialog_spec several = {
	.level = CONFIRM_BOX, .opener = 'T', .title = "Terminate", .count = 12
};
static const struct dialog_spec plan = {
	.level = CONFIRM_PLAN,
	.opener = 'D',
	.title = "Teardown",
	.name = "hpc-b",
	.losses = losses,
	.count = 1,
};

static enum dialog_answer press(struct dialog *d, uint32_t code, int64_t now)
{
	struct key k = { .code = code };

	if (code == K_PASTE) {
		k.text = "hpc-b\n";
		k.len = k.total = 6;
	}
	return dialog_key(d, &k, now);
}

static enum dialog_answer type(struct dialog *d, const char *text, int64_t now)
{
	enum dialog_answer a = DIALOG_ASKING;

	for (; *text; text++)
		a = press(d, (unsigned char)*text, now);
	return a;
}

static void what_is_held_does_not_begin_and_keeps_what_was_typed(void **state)
{
	static const struct dialog_spec bare = {
		.level = CONFIRM_PLAN, .opener = 'D', .title = "Teardown", .name = "hpc-b"
	};
	struct dialog d;

	(void)state;
	dialog_open(&d, &bare, 0);
	type(&d, "hpc-b", 1000);
	dialog_hold(&d, "no engine");
	assert_false(dialog_complete(&d));
	assert_int_equal(press(&d, K_F9, 1100), DIALOG_ASKING);
	assert_int_equal(d.state, DIALOG_FORM);
	assert_string_equal(d.note, "no engine");
	assert_string_equal(d.typed, "hpc-b");
	dialog_hold(&d, NULL);
	assert_int_equal(press(&d, K_F9, 1200), DIALOG_ASKING);
	assert_int_equal(d.state, DIALOG_COUNTING);
	dialog_hold(&d, "no engine"); /* a countdown ends with the link */
	assert_int_equal(dialog_time(&d, 60000), DIALOG_ASKING);
	assert_int_equal(d.state, DIALOG_FORM);
	dialog_hold(&d, NULL);
	assert_int_equal(dialog_time(&d, 90000), DIALOG_ASKING);
	assert_int_equal(press(&d, K_ESC, 90000), DIALOG_NO);
}

static void enter_and_escape_mean_no_everywhere(void **state)
{
	static const struct dialog_spec *const specs[] = { &undo, &one, &several, &plan };
	static const uint32_t no[] = { K_ENTER, K_ESC, K_CTRL('c') };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(specs); i++)
		for (size_t j = 0; j < ARRAY_LEN(no); j++) {
			struct dialog d;

			dialog_open(&d, specs[i], 0);
			assert_int_equal(press(&d, no[j], 400), DIALOG_NO);
			assert_int_equal(press(&d, 'y', 500), DIALOG_NO); /* and it stays no */
		}
}

static void enter_after_a_name_throws_nothing_away(void **state)
{
	struct dialog d;

	(void)state;
	dialog_open(&d, &plan, 0);
	press(&d, 'd', 400);
	assert_int_equal(press(&d, K_ENTER, 500), DIALOG_ASKING);
	assert_string_equal(d.typed, "d");
	assert_non_null(strstr(d.note, "Enter does nothing here"));
	assert_int_equal(press(&d, K_ESC, 600), DIALOG_NO);
}

static void hears_nothing_before_it_can_be_read(void **state)
{
	struct dialog d;

	(void)state;
	dialog_open(&d, &undo, 1000);
	assert_int_equal(dialog_wait(&d, 1000), DIALOG_DEAF_MS);
	assert_int_equal(press(&d, 'y', 1299), DIALOG_ASKING);
	assert_int_equal(press(&d, K_ENTER, 1299), DIALOG_ASKING);
	assert_int_equal(press(&d, 'y', 1300), DIALOG_YES);
}

static void one_object_takes_the_right_case_of_y(void **state)
{
	struct dialog_spec others = one;
	struct dialog d;

	(void)state;
	dialog_open(&d, &one, 0);
	assert_int_equal(press(&d, 'y', 400), DIALOG_YES);
	others.others = true;
	dialog_open(&d, &others, 0);
	assert_int_equal(press(&d, 'y', 400), DIALOG_NO);
	dialog_open(&d, &others, 0);
	assert_int_equal(press(&d, 'Y', 400), DIALOG_YES);
}

static void several_objects_take_their_count(void **state)
{
	struct dialog d;

	(void)state;
	dialog_open(&d, &several, 0);
	assert_int_equal(press(&d, 'y', 400), DIALOG_ASKING);
	assert_int_equal(press(&d, K_BACKSPACE, 400), DIALOG_ASKING);
	assert_int_equal(press(&d, K_PASTE, 400), DIALOG_ASKING);
	assert_string_equal(d.note, "paste refused: type it");
	assert_int_equal(press(&d, '1', 400), DIALOG_ASKING);
	assert_int_equal(press(&d, '2', 400), DIALOG_YES);
}

static void the_key_that_opens_never_confirms(void **state)
{
	struct dialog_spec spec;
	struct dialog d;

	(void)state;
	spec = one;
	spec.opener = 'y';
	dialog_open(&d, &spec, 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(press(&d, 'y', 400 + i), DIALOG_ASKING);
	dialog_open(&d, &spec, 0);
	assert_int_equal(type(&d, "yes", 400), DIALOG_YES);
	spec = several;
	spec.opener = '2';
	spec.count = 2;
	dialog_open(&d, &spec, 0);
	assert_int_equal(press(&d, '2', 400), DIALOG_ASKING);
	spec = plan;
	spec.opener = K_F9;
	dialog_open(&d, &spec, 0);
	type(&d, "hpc-b", 400);
	press(&d, ' ', 400);
	press(&d, K_DOWN, 400);
	press(&d, ' ', 400);
	assert_true(dialog_complete(&d));
	press(&d, K_F9, 400);
	assert_int_equal(dialog_wait(&d, 500), -1); /* no countdown */
	press(&d, K_F8, 500);
	assert_int_equal(dialog_time(&d, 5500), DIALOG_YES);
}

static void fill_plan(struct dialog *d, const struct dialog_spec *spec)
{
	dialog_open(d, spec, 0);
	type(d, "hpc-b", 400);
	press(d, ' ', 400);
	press(d, K_DOWN, 400);
	press(d, ' ', 400);
}

static void a_plan_needs_name_losses_key_and_five_seconds(void **state)
{
	struct dialog d;

	(void)state;
	dialog_open(&d, &plan, 0);
	type(&d, "hpc-b", 400);
	press(&d, K_F9, 400); /* the losses are not accepted */
	assert_int_equal(dialog_time(&d, 9000), DIALOG_ASKING);
	press(&d, ' ', 9000);
	press(&d, K_F9, 9000); /* only one of two */
	assert_int_equal(dialog_time(&d, 18000), DIALOG_ASKING);
	press(&d, K_DOWN, 18000);
	press(&d, ' ', 18000);
	assert_int_equal(press(&d, K_F9, 20000), DIALOG_ASKING);
	assert_int_equal(dialog_wait(&d, 20000), 1000);
	assert_int_equal(dialog_time(&d, 24999), DIALOG_ASKING);
	assert_int_equal(dialog_time(&d, 25000), DIALOG_YES);
}

static void what_is_missing_is_named(void **state)
{
	struct dialog d;

	(void)state;
	dialog_open(&d, &plan, 0);
	press(&d, K_F9, 400);
	assert_string_equal(d.note, "not yet: type the name first; accept each loss");
	type(&d, "hpc-c", 500);
	press(&d, K_F9, 600);
	assert_string_equal(d.note, "not yet: the name is not hpc-b; accept each loss");
	press(&d, K_BACKSPACE, 700);
	type(&d, "b", 700);
	press(&d, ' ', 800);
	press(&d, K_F9, 900);
	assert_string_equal(d.note, "not yet: accept the loss");
	press(&d, K_DOWN, 1000);
	press(&d, ' ', 1000);
	type(&d, "b", 1100);
	press(&d, K_F9, 1200);
	assert_string_equal(d.note, "not yet: the name is not hpc-b");
}

static void any_key_ends_the_countdown(void **state)
{
	static const uint32_t keys[] = { ' ', K_ENTER, K_ESC, 'x', K_F1, K_PASTE, K_F9 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct dialog d;

		fill_plan(&d, &plan);
		press(&d, K_F9, 1000);
		assert_int_equal(press(&d, keys[i], 3000), DIALOG_NO);
		assert_int_equal(dialog_time(&d, 60000), DIALOG_NO);
	}
}

static void a_held_key_is_one_press(void **state)
{
	struct dialog_spec spec = plan;
	struct dialog d;

	(void)state;
	spec.no_countdown = true;
	fill_plan(&d, &spec);
	for (int t = 1000; t < 4000; t += 30)
		assert_int_equal(press(&d, K_F9, t), DIALOG_ASKING);
	assert_int_equal(dialog_time(&d, 60000), DIALOG_ASKING); /* no clock acts here */
	assert_int_equal(press(&d, K_F9, 60000), DIALOG_YES);
}

static void a_locked_dialog_can_be_read_only(void **state)
{
	struct dialog_spec spec = one;
	struct dialog d;

	(void)state;
	spec.locked = "read-only";
	dialog_open(&d, &spec, 0);
	assert_int_equal(press(&d, 'y', 400), DIALOG_ASKING);
	assert_string_equal(d.note, "read-only");
	spec = plan;
	spec.locked = "needs role operator";
	fill_plan(&d, &spec);
	press(&d, K_F9, 500);
	assert_int_equal(dialog_time(&d, 60000), DIALOG_ASKING);
}

/* What the rules of tui.md 4.3 say, told a second time and in another way: a text of the keys
 * that counted. */
struct witness {
	char typed[256];
	size_t n;
	bool accepted[2];
	size_t focus;
	int64_t counting; /* since when; -1 not */
};

static uint32_t random_key(struct rng *r)
{
	static const uint32_t likely[] = { 'y',	    'Y',	 'h',  'p',   'c',
					   '-',	    'b',	 '1',  '2',   ' ',
					   K_F9,    K_F8,	 K_UP, K_TAB, K_DOWN,
					   K_PASTE, K_BACKSPACE, 'e',  's' };

	if (rng_below(r, 10) < 9)
		return likely[rng_below(r, ARRAY_LEN(likely))];
	uint64_t x = rng_below(r, 400);
	return x < 32	 ? (x ? (uint32_t)x : 1)
	       : x < 128 ? (uint32_t)x
			 : K_FIRST + 1 + (uint32_t)(x % (K_LAST - K_FIRST - 1));
}

static void note_key(struct witness *w, uint32_t code)
{
	if (code == ' ')
		w->accepted[w->focus] = !w->accepted[w->focus];
	else if (code == K_DOWN || code == K_TAB || code == K_UP || code == K_BACKTAB)
		w->focus = !w->focus;
	else if (code == K_BACKSPACE)
		w->n -= w->n > 0;
	else if (code == K_CTRL('u'))
		w->n = 0;
	else if (code > 0x20 && code < 0x7f && w->n < 64)
		w->typed[w->n++] = (char)code;
	w->typed[w->n] = '\0';
}

static bool plan_is_due(const struct witness *w, int64_t now)
{
	return w->counting >= 0 && now - w->counting >= DIALOG_COUNT_MS;
}

/* 10^6 keys over plan dialogs: whenever one acts, the witness saw the whole sequence and five
 * quiet seconds. */
static void random_keys_never_act_without_the_whole_sequence(void **state)
{
	struct rng r;
	struct dialog d;
	struct witness w = { .counting = -1 };
	int64_t now = 1000, opened = now;
	size_t acted = 0;

	(void)state;
	rng_seed(&r, 20261122);
	dialog_open(&d, &plan, now);
	for (int i = 0; i < 1000000; i++) {
		uint64_t pick = rng_below(&r, 300);
		uint32_t code = random_key(&r);

		now += pick == 0 ? 6000 : (int64_t)rng_below(&r, 120);
		if (pick == 1) { /* help chance: the right keys in order, or the whole sequence
				    would never come by */
			fill_plan(&d, &plan);
			d.deaf_until = now;
			w = (struct witness){ .typed = "hpc-b",
					      .n = 5,
					      .accepted = { true, true },
					      .counting = -1,
					      .focus = 1 };
			opened = now - DIALOG_DEAF_MS;
			code = K_F9;
		}
		enum dialog_answer a = dialog_time(&d, now);
		if (a == DIALOG_ASKING) {
			bool complete =
			    strcmp(w.typed, "hpc-b") == 0 && w.accepted[0] && w.accepted[1];

			a = press(&d, code, now);
			assert_int_not_equal(
			    a, DIALOG_YES); /* no key acts by itself at this level */
			if (w.counting >= 0 && a == DIALOG_ASKING)
				assert_int_equal(code,
						 K_F9); /* the bounce; all others cancel */
			else if (a == DIALOG_ASKING && now - opened >= DIALOG_DEAF_MS &&
				 code == K_F9 && complete)
				w.counting = now;
			else if (a == DIALOG_ASKING && now - opened >= DIALOG_DEAF_MS &&
				 code != K_PASTE && code != K_F9)
				note_key(&w, code);
		} else if (a == DIALOG_YES) {
			assert_true(plan_is_due(&w, now));
			acted++;
		}
		if (a != DIALOG_ASKING) {
			dialog_open(&d, &plan, now);
			opened = now;
			w = (struct witness){ .counting = -1 };
		}
	}
	assert_true(acted > 0); /* or this test would prove nothing */
}

/* 10^6 keys over count dialogs: one acts only when the last text typed is the count. */
static void random_keys_never_act_without_the_count(void **state)
{
	struct rng r;
	struct dialog d;
	struct witness w = { .counting = -1 };
	int64_t now = 1000, opened = now;
	size_t acted = 0;

	(void)state;
	rng_seed(&r, 4711);
	dialog_open(&d, &several, now);
	for (int i = 0; i < 1000000; i++) {
		uint32_t code = random_key(&r);

		now += (int64_t)rng_below(&r, 120);
		enum dialog_answer a = press(&d, code, now);
		if (now - opened >= DIALOG_DEAF_MS && code == ' ' && w.n < 64)
			w.typed[w.n++] = ' ';
		else if (now - opened >= DIALOG_DEAF_MS && code != K_PASTE)
			note_key(&w, code);
		if (a == DIALOG_YES) {
			assert_string_equal(w.typed, "12");
			acted++;
		}
		assert_int_equal(dialog_time(&d, now) == DIALOG_YES, 0);
		if (a != DIALOG_ASKING) {
			dialog_open(&d, &several, now);
			opened = now;
			w = (struct witness){ .counting = -1 };
		}
	}
	assert_true(acted > 0);
}

static void draws_the_facts_beside_the_question(void **state)
{
	struct screen s;
	struct dialog d;
	struct buf out = BUF_INIT(BUF_TEXT_MAX);

	(void)state;
	screen_init(&s, 7, 60, true);
	dialog_open(&d, &one, 0);
	dialog_draw(&d, &s, screen_area(&s), 0);
	screen_dump(&s, &out);
	assert_string_equal(buf_str(&out),
			    "\n"
			    "+- Terminate ... ------------------------------------------+\n"
			    "| jobs hit: 3                                              |\n"
			    "| owner: alice                                             |\n"
			    "| Press y to go on.                                        |\n"
			    "| Enter and Esc: no                                        |\n"
			    "+----------------------------------------------------------\n");
	buf_clear(&out);
	screen_clear(&s);
}

/* What was typed of the name stands there in every size, and the losses before the facts. */
static void what_is_typed_is_seen_however_small_the_screen_is(void **state)
{
	static const struct {
		int rows, cols;
		const char *typed; /* as it is seen */
	} sizes[] = {
		{ 24, 80, ": hpc-b" }, { 10, 40, "the name: hpc-b" }, { 8, 30, "hpc-b" },
		{ 6, 16, "> hpc-b" },  { 3, 12, "> hpc-b" },	      { 2, 40, "hpc-b" }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct buf out = BUF_INIT(BUF_TEXT_MAX);
		struct screen s;
		struct dialog d;

		screen_init(&s, sizes[i].rows, sizes[i].cols, true);
		dialog_open(&d, &plan, 0);
		for (const char *c = "hpc-b"; *c; c++)
			press(&d, (unsigned char)*c, 1000);
		dialog_draw(&d, &s, screen_area(&s), 1000);
		screen_dump(&s, &out);
		if (!strstr(buf_str(&out), sizes[i].typed))
			fail_msg("%dx%d:\n%s", sizes[i].cols, sizes[i].rows, buf_str(&out));
		assert_true(s.cursor_row >= 0);
		buf_clear(&out);
		screen_clear(&s);
	}
}

static void draws(const struct dialog *d, int rows, int cols, const char *picture)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX);
	struct screen s;

	screen_init(&s, rows, cols, true);
	dialog_draw(d, &s, screen_area(&s), 1000);
	screen_dump(&s, &out);
	assert_string_equal(buf_str(&out), picture);
	buf_clear(&out);
	screen_clear(&s);
}

static void what_is_lost_outlasts_the_facts_and_the_question_its_answer(void **state)
{
	struct dialog_spec spec = plan;
	struct dialog d;

	(void)state;
	spec.facts = facts;
	dialog_open(&d, &spec, 0);
	press(&d, K_DOWN, 1000);
	draws(&d, 5, 40,
	      "+- Teardown ---------------------------+\n"
	      "| [ ] I accept the loss of scratch     |\n"
	      "| Type the name:                       |\n"
	      "| F9 is off until all is done. Esc: no |\n"
	      "+--------------------------------------\n");
	spec = undo;
	spec.opener = 'y';
	dialog_open(&d, &spec, 0);
	press(&d, 'y', 1000);
	press(&d, 'e', 1000);
	draws(&d, 1, 20, " drain 1~ yes/N ye\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_held_does_not_begin_and_keeps_what_was_typed),
		cmocka_unit_test(enter_and_escape_mean_no_everywhere),
		cmocka_unit_test(enter_after_a_name_throws_nothing_away),
		cmocka_unit_test(hears_nothing_before_it_can_be_read),
		cmocka_unit_test(one_object_takes_the_right_case_of_y),
		cmocka_unit_test(several_objects_take_their_count),
		cmocka_unit_test(the_key_that_opens_never_confirms),
		cmocka_unit_test(a_plan_needs_name_losses_key_and_five_seconds),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(any_key_ends_the_countdown),
		cmocka_unit_test(a_held_key_is_one_press),
		cmocka_unit_test(a_locked_dialog_can_be_read_only),
		cmocka_unit_test(random_keys_never_act_without_the_whole_sequence),
		cmocka_unit_test(random_keys_never_act_without_the_count),
		cmocka_unit_test(draws_the_facts_beside_the_question),
		cmocka_unit_test(what_is_typed_is_seen_however_small_the_screen_is),
		cmocka_unit_test(what_is_lost_outlasts_the_facts_and_the_question_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
