/* The wizard without a terminal: steps from groups, fields by what they are, what a check
 * changes, drafts, and that nothing but the last key creates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rand.h"
#include "console/wizard.h"

static const char schema_text[] =
    "{\"name\":\"slurm\",\"title\":\"Slurm\",\"hash\":\"h1\",\"problems\":[],\"parameters\":["
    "{\"name\":\"region\",\"label\":\"Region\",\"help\":\"\",\"group\":\"Where\",\"type\":\"region\",\"default\":\"westeurope\",\"offers\":true,\"choices\":[]},"
    "{\"name\":\"max\",\"label\":\"Most nodes\",\"help\":\"\",\"group\":\"Nodes\",\"type\":\"int\",\"default\":\"16\",\"choices\":[],\"min\":0,\"max\":1000},"
    "{\"name\":\"spot\",\"label\":\"Spot\",\"help\":\"\",\"group\":\"Nodes\",\"type\":\"bool\",\"default\":\"true\",\"choices\":[]},"
    "{\"name\":\"disk\",\"label\":\"Disk\",\"help\":\"\",\"group\":\"Where\",\"type\":\"choice\",\"default\":\"ssd\",\"choices\":[\"ssd\",\"hdd\",\"nvme\"]},"
    "{\"name\":\"later\",\"label\":\"Of a type to come\",\"help\":\"\",\"group\":\"\",\"type\":\"storage\",\"default\":\"nfs\",\"choices\":[]},"
    "{\"name\":\"must\",\"label\":\"Must be given\",\"help\":\"\",\"group\":\"\",\"type\":\"text\",\"choices\":[]}]}";

static const char fine[] =
    "{\"problems\":[],\"checks\":[],\"cost\":{\"idle\":0.1},\"creates\":{\"now\":[],\"later\":[],\"kept\":[]},\"pending\":false}";
static const char wrong[] =
    "{\"problems\":[{\"level\":\"warn\",\"param\":\"max\",\"text\":\"quota\",\"fix\":\"8\"},"
    "{\"level\":\"fail\",\"param\":\"region\",\"text\":\"no such region\",\"fix\":\"\"}],\"checks\":[],\"pending\":false}";

static struct json *parsed(const char *text)
{
	struct err err = ERR_INIT;
	struct json *j = json_parse(text, strlen(text), &err);

	if (!j)
		fail_msg("%s", err.msg);
	return j;
}

static int up(void **state)
{
	struct wizard *w = xcalloc(1, sizeof(*w));
	struct json *schema = parsed(schema_text);

	wizard_init(w, schema, "slurm-2");
	json_free(schema);
	*state = w;
	return 0;
}

static int down(void **state)
{
	wizard_clear(*state);
	free(*state);
	return 0;
}

static enum wizard_act press(struct wizard *w, uint32_t code, int64_t now)
{
	return wizard_key(w, &(struct key){ .code = code }, now, NULL);
}

static void type(struct wizard *w, const char *text)
{
	for (; *text; text++)
		press(w, (uint32_t)*text, 0);
}

static void check(struct wizard *w, const char *answer)
{
	struct json *j = parsed(answer);

	wizard_took_check(w, j, w->serial);
	json_free(j);
}

static const char moved[] =
    "{\"problems\":[{\"level\":\"warn\",\"param\":\"region\",\"text\":\"in use\",\"fix\":\"norway\",\"moves\":true},"
    "{\"level\":\"warn\",\"param\":\"max\",\"text\":\"quota\",\"fix\":\"8\"}],\"checks\":[],\"pending\":false}";

static char *body_of(const struct wizard *w)
{
	static char text[2000];
	struct json *j = wizard_body(w);
	struct buf b = BUF_INIT(sizeof(text));

	json_write(&b, j);
	snprintf(text, sizeof(text), "%s", buf_str(&b));
	buf_clear(&b);
	json_free(j);
	return text;
}

static void groups_are_steps_in_their_order(void **state)
{
	struct wizard *w = *state;
	static const char *const steps[] = { "Name", "Where", "Nodes", "Settings", "Review" };

	assert_int_equal(w->steps.n, ARRAY_LEN(steps));
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		assert_string_equal(w->steps.v[i], steps[i]);
	assert_string_equal(w->fields[0].value, "slurm-2");
}

static void fields_of_a_step_follow_each_other_wherever_they_stand(void **state)
{
	struct wizard *w = *state;

	press(w, K_ENTER, 0);
	assert_string_equal(w->fields[w->at].name, "region");
	press(w, K_TAB, 0);
	assert_string_equal(w->fields[w->at].name, "disk");
	press(w, K_DOWN, 0);
	assert_string_equal(w->fields[w->at].name, "max");
	assert_string_equal(w->steps.v[w->step], "Nodes");
	press(w, K_BACKTAB, 0);
	assert_string_equal(w->fields[w->at].name, "disk");
	press(w, K_PAGE_UP, 0);
	assert_int_equal(w->step, 0);
	for (int i = 0; i < 9; i++)
		press(w, K_PAGE_DOWN, 0);
	assert_true(wizard_at_review(w));
}

static void a_type_that_is_not_known_is_a_line_of_text(void **state)
{
	struct wizard *w = *state;
	const char *options[WIZARD_RADIO];

	assert_int_equal(wizard_options(&w->fields[5], options), 0);
	assert_int_equal(wizard_options(&w->fields[3], options), 2); /* bool */
	assert_string_equal(w->fields[3].value, "yes");
	assert_int_equal(wizard_options(&w->fields[4], options), 3); /* choice */
	assert_string_equal(w->fields[2].hint, "0 to 1000");
}

static void typing_takes_the_place_of_what_was_offered(void **state)
{
	struct wizard *w = *state;

	type(w, "alpha");
	assert_string_equal(w->fields[0].value, "alpha");
	press(w, K_PAGE_DOWN, 0);
	press(w, K_PAGE_DOWN, 0);
	press(w, K_END, 0);
	type(w, "0"); /* a cursor key first: it is edited */
	assert_string_equal(w->fields[2].value, "160");
	press(w, K_TAB, 0);
	press(w, ' ', 0);
	assert_string_equal(w->fields[3].value, "no");
	press(w, K_RIGHT, 0);
	assert_string_equal(w->fields[3].value, "yes");
}

static void only_what_differs_is_sent_and_checked(void **state)
{
	struct wizard *w = *state;

	assert_string_equal(body_of(w),
			    "{\"name\":\"slurm-2\",\"template\":\"slurm\",\"params\":[]}");
	w->step = 2;
	press(w, K_PAGE_DOWN, 0);
	press(w, K_TAB, 0);
	type(w, "x");
	assert_string_equal(
	    body_of(w),
	    "{\"name\":\"slurm-2\",\"template\":\"slurm\",\"params\":[\"must=x\"]}");
}

static void to_review(struct wizard *w, int64_t now)
{
	while (!wizard_at_review(w))
		press(w, K_PAGE_DOWN, now);
}

static void capital_c_on_a_checked_review_creates_and_nothing_else(void **state)
{
	struct wizard *w = *state;

	type(w, "C");
	assert_string_equal(w->fields[0].value, "C");
	to_review(w, 1000);
	assert_int_equal(press(w, 'C', 1000 + WIZARD_DEAF_MS - 1), WIZARD_STAY);
	assert_int_equal(press(w, 'C', 2000), WIZARD_CHECK); /* not checked yet */
	check(w, wrong);
	assert_int_equal(press(w, 'C', 2000), WIZARD_CHECK);
	check(w, fine);
	assert_int_equal(press(w, K_ENTER, 2000), WIZARD_STAY);
	assert_int_equal(press(w, 'c', 2000), WIZARD_STAY);
	assert_int_equal(wizard_key(w, &(struct key){ .code = 'C' }, 2000, "read-only"),
			 WIZARD_CHECK);
	assert_int_equal(press(w, 'C', 2000), WIZARD_CREATE);
	assert_int_equal(press(w, 'C', 2000), WIZARD_STAY); /* once */
}

static void a_check_of_older_values_is_not_believed(void **state)
{
	struct wizard *w = *state;
	struct json *j = parsed(fine);
	unsigned int before = w->serial;

	type(w, "beta");
	wizard_took_check(w, j, before);
	assert_false(wizard_is_checked(w));
	wizard_took_check(w, j, w->serial);
	assert_true(wizard_is_checked(w));
	type(w, "2");
	assert_false(wizard_is_checked(w));
	json_free(j);
}

static void a_problem_stands_at_its_field_and_is_mended_by_a_key(void **state)
{
	struct wizard *w = *state;
	size_t step = 0;

	check(w, wrong);
	assert_string_equal(w->fields[2].problem, "quota");
	assert_false(w->fields[2].fails);
	assert_true(w->fields[1].fails);
	assert_int_equal(wizard_problems(w, true), 1);
	assert_int_equal(wizard_problems(w, false), 2);
	wizard_problem_step(w, json_at(json_get(w->check, "problems"), 0), &step);
	assert_int_equal(step, 2);
	to_review(w, 0);
	press(w, 'm', 1000);
	assert_string_equal(w->fields[2].value, "8");
	press(w, '3', 1000);
	assert_int_equal(w->step, 2);
}

static void a_list_filters_and_takes(void **state)
{
	struct wizard *w = *state;
	struct json *offers = parsed(
	    "{\"offers\":[{\"value\":\"northeurope\",\"text\":\"a\"},{\"value\":\"uksouth\",\"text\":\"b\"}]}");

	press(w, K_PAGE_DOWN, 0);
	assert_int_equal(press(w, K_F2, 0), WIZARD_OFFERS);
	wizard_took_offers(w, offers);
	type(w, "uk");
	press(w, K_ENTER, 0);
	assert_string_equal(w->fields[1].value, "uksouth");
	press(w, K_F2, 0);
	type(w, "north"); /* before the list is here, and what the field has is not in it */
	wizard_took_offers(w, offers);
	press(w, K_ENTER, 0);
	assert_string_equal(w->fields[1].value, "northeurope");
	press(w, K_F2, 0);
	type(w, "uk");
	wizard_took_offers(w, offers);
	press(w, K_ENTER, 0);
	press(w, K_F2, 0);
	wizard_took_offers(w, offers);
	press(w, K_ESC, 0);
	assert_string_equal(w->fields[1].value, "uksouth");
	assert_false(w->list.open);
	json_free(offers);
}

static void a_list_is_offered_where_there_can_be_one(void **state)
{
	struct wizard *w = *state;

	assert_false(wizard_has_list(w)); /* the name */
	press(w, K_PAGE_DOWN, 0);
	assert_true(wizard_has_list(w)); /* region */
	press(w, K_TAB, 0);
	assert_string_equal(w->fields[w->at].name, "disk");
	assert_true(wizard_has_list(w)); /* choices */
	press(w, K_PAGE_DOWN, 0);
	assert_string_equal(w->fields[w->at].name, "max");
	assert_false(wizard_has_list(w));
	assert_int_equal(press(w, K_F2, 0), WIZARD_STAY);
	assert_string_equal(w->note, "there is no list for this: type it");
}

static void a_step_is_unknown_where_a_value_could_not_be_looked_at(void **state)
{
	struct wizard *w = *state;
	struct json *check =
	    parsed("{\"problems\":[],\"checks\":[],\"unknown\":[\"max\"]}");

	wizard_took_check(w, check, w->serial);
	assert_false(w->fields[1].unknown);
	assert_string_equal(w->fields[2].name, "max");
	assert_true(w->fields[2].unknown);
	json_free(check);
}

static void what_stands_in_the_field_filters_its_list_once_it_was_typed(void **state)
{
	struct wizard *w = *state;
	struct json *offers = parsed(
	    "{\"offers\":[{\"value\":\"northeurope\",\"text\":\"a\"},{\"value\":\"uksouth\",\"text\":\"b\"}]}");

	press(w, K_PAGE_DOWN, 0);
	press(w, K_F2, 0);
	wizard_took_offers(w, offers);
	assert_string_equal(w->list.filter.text, ""); /* it is what the template has */
	press(w, K_ESC, 0);
	type(w, "SOUTH");
	press(w, K_F2, 0);
	wizard_took_offers(w, offers);
	assert_false(wizard_list_shows(&w->list, w->list.values.n - 2));
	press(w, K_ENTER, 0);
	assert_string_equal(w->fields[1].value, "uksouth");
	type(w, "mars");
	press(w, K_F2, 0);
	wizard_took_offers(w, offers);
	assert_true(wizard_list_shows(&w->list, 0)); /* nothing fits: all of it */
	press(w, K_ESC, 0);
	json_free(offers);
}

static void what_the_template_has_is_in_the_list(void **state)
{
	struct wizard *w = *state;
	struct json *offers = parsed("{\"offers\":[{\"value\":\"disk-1\",\"text\":\"a\"}]}");

	press(w, K_PAGE_DOWN, 0);
	type(w, "disk-1");
	press(w, K_TAB, 0);
	press(w, K_BACKTAB, 0);
	press(w, K_F2, 0);
	wizard_took_offers(w, offers);
	assert_int_equal(w->list.values.n, 2);
	assert_string_equal(w->list.values.v[w->list.at], "disk-1");
	press(w, K_UP, 0);
	press(w, K_ENTER, 0);
	assert_string_equal(w->fields[1].value, "westeurope");
	json_free(offers);
}

static const char form_text[] =
    "[{\"name\":\"max\",\"label\":\"Most nodes\",\"type\":\"int\",\"default\":\"16\",\"fixed\":\"\"},"
    "{\"name\":\"part\",\"label\":\"Partition\",\"type\":\"\",\"default\":\"\",\"choices\":[\"htc\"],\"none\":\"the script's\"},"
    "{\"name\":\"region\",\"label\":\"Region\",\"type\":\"region\",\"default\":\"west\",\"offers\":true,\"fixed\":\"it lives\"}]";

static void a_form_keeps_what_is_fixed_and_lets_choose_none(void **state)
{
	struct json *list = parsed(form_text);
	const char *options[WIZARD_RADIO];
	struct wizard w;

	(void)state;
	wizard_form_init(&w, "a form", "Send", list);
	json_free(list);
	press(&w, K_TAB, 0);
	assert_int_equal(wizard_options(&w.fields[1], options), 2);
	assert_string_equal(wizard_choice(&w.fields[1], options[0]), "the script's");
	press(&w, K_RIGHT, 0);
	assert_string_equal(w.fields[1].value, "htc");
	press(&w, K_RIGHT, 0);
	assert_string_equal(w.fields[1].value, "");
	press(&w, K_TAB, 0);
	type(&w, "x");
	assert_string_equal(w.fields[2].value, "west");
	assert_string_equal(w.note, "Region is not changed: it lives");
	assert_int_equal(press(&w, K_F2, 0), WIZARD_STAY);
	assert_false(w.list.open);
	press(&w, K_DELETE, 0);
	press(&w, K_BACKSPACE, 0);
	assert_string_equal(w.fields[2].value, "west");
	wizard_clear(&w);
}

static const char limit[] =
    "{\"problems\":[{\"level\":\"warn\",\"param\":\"max\",\"text\":\"quota\",\"fix\":\"8\"}]}";

static void opened_and_typed(struct wizard *w, const char *before)
{
	struct json *list = parsed(form_text);

	wizard_form_init(w, "a form", "Send", list);
	json_free(list);
	assert_int_equal(press(w, K_F8, 0), WIZARD_CHECK);
	assert_string_equal(w->note, "not checked yet"); /* nothing was read of it */
	check(w, before);
	type(w, "3");
	assert_int_equal(press(w, K_F8, 0), WIZARD_CHECK);
	assert_false(wizard_sends(w, NULL));
}

static void f8_behind_what_was_typed_sends_it_once_it_is_checked(void **state)
{
	struct wizard w;

	(void)state;
	opened_and_typed(&w, fine);
	assert_string_equal(w.note, "it is being checked, and then sent: any key stops that");
	check(&w, fine);
	assert_true(wizard_sends(&w, NULL));
	assert_true(w.sending);
	assert_false(wizard_sends(&w, NULL));
	wizard_clear(&w);
	opened_and_typed(&w, limit); /* what was known before */
	check(&w, limit);
	assert_true(wizard_sends(&w, NULL));
	wizard_clear(&w);
}

static void f8_sends_nothing_that_was_not_to_be_read_before(void **state)
{
	struct wizard w;

	(void)state;
	opened_and_typed(&w, fine);
	check(&w, limit); /* new */
	assert_false(wizard_sends(&w, NULL));
	assert_string_equal(w.note, "checked now: F8 goes on");
	assert_int_equal(press(&w, K_F8, 0), WIZARD_CREATE);
	wizard_clear(&w);
	opened_and_typed(&w, fine);
	check(&w, wrong);
	assert_false(wizard_sends(&w, NULL));
	assert_string_equal(w.note, "not so: what is marked ! has to be mended");
	wizard_clear(&w);
	opened_and_typed(&w, fine);
	press(&w, K_DOWN, 0); /* any other key */
	check(&w, fine);
	assert_false(wizard_sends(&w, NULL));
	wizard_clear(&w);
	opened_and_typed(&w, fine);
	wizard_engine(&w, "the engine is away");
	wizard_engine(&w, "");
	check(&w, fine);
	assert_false(wizard_sends(&w, NULL));
	wizard_clear(&w);
	opened_and_typed(&w, fine);
	check(&w, fine);
	assert_false(wizard_sends(&w, "read only"));
	assert_string_equal(w.note, "not now: read only");
	assert_false(w.sending);
	wizard_clear(&w);
}

/* Four words that have no room side by side. */
static const char choices_text[] =
    "[{\"name\":\"keep\",\"label\":\"At teardown\",\"type\":\"choice\",\"default\":\"auto\","
    "\"choices\":[\"auto\",\"delete\",\"keep\",\"snapshot\"],\"fixed\":\"\"}]";

static void choices_are_chosen_and_never_typed(void **state)
{
	struct json *list = parsed(choices_text);
	const char *options[WIZARD_RADIO];
	struct wizard w;

	(void)state;
	wizard_form_init(&w, "a form", "Send", list);
	json_free(list);
	assert_int_equal(wizard_options(&w.fields[0], options), 0);
	press(&w, K_RIGHT, 0);
	assert_string_equal(w.fields[0].value, "delete");
	press(&w, ' ', 0);
	press(&w, K_LEFT, 0);
	press(&w, K_LEFT, 0);
	press(&w, K_LEFT, 0);
	assert_string_equal(w.fields[0].value, "snapshot");
	press(&w, K_F2, 0);
	assert_string_equal(w.list.filter.text, "");
	assert_string_equal(w.list.values.v[w.list.at], "snapshot");
	press(&w, K_ESC, 0);
	type(&w, "ke"); /* looks for it in the list */
	assert_true(w.list.open);
	assert_string_equal(w.fields[0].value, "snapshot");
	press(&w, K_ENTER, 0);
	assert_string_equal(w.fields[0].value, "keep");
	press(&w, K_BACKSPACE, 0);
	assert_string_equal(w.fields[0].value, "keep");
	wizard_clear(&w);
}

static void a_value_from_elsewhere_is_as_if_typed(void **state)
{
	struct wizard *w = *state;

	wizard_fill(w, "region", "uksouth");
	wizard_fill(w, "region", "");
	wizard_fill(w, "nobody", "x");
	assert_string_equal(w->fields[1].value, "uksouth");
	assert_true(w->changed);
	press(w, K_PAGE_DOWN, 0);
	assert_string_equal(w->edit.text, "uksouth");
}

static void a_draft_comes_back_by_names(void **state)
{
	struct wizard *w = *state, again;
	struct json *schema = parsed(schema_text), *draft;

	type(w, "gamma");
	press(w, K_PAGE_DOWN, 0);
	type(w, "uksouth");
	draft = wizard_draft(w, 5);
	json_set_str(json_get_mut(draft, "values"), "gone", "x");
	wizard_init(&again, schema, "other");
	wizard_restore(&again, draft);
	assert_string_equal(again.fields[0].value, "gamma");
	assert_string_equal(again.fields[1].value, "uksouth");
	assert_int_equal(again.step, 1);
	assert_string_equal(again.note, "1 values of the draft have no parameter any more");
	assert_false(again.changed);
	assert_int_equal(press(&again, K_F4, 0), WIZARD_STAY); /* it is asked first */
	assert_non_null(strstr(again.note, "y/N"));
	assert_int_equal(press(&again, K_F4, 0), WIZARD_STAY); /* which F4 does not answer */
	assert_string_equal(again.fields[0].value, "gamma");
	assert_string_equal(again.note, "nothing was changed");
	press(&again, K_F4, 0);
	assert_int_equal(press(&again, 'y', 0), WIZARD_ANEW);
	assert_string_equal(again.fields[0].value, "other");
	assert_string_equal(again.fields[1].value, "westeurope");
	wizard_clear(&again);
	json_free(draft);
	json_free(schema);
}

static uint32_t random_key(struct rng *r)
{
	static const uint32_t special[] = { K_TAB,     K_ENTER, K_BACKTAB, K_PAGE_DOWN,
					    K_PAGE_UP, K_F2,	K_F4,	   K_F5,
					    K_F6,      K_F7,	K_UP,	   K_DOWN,
					    K_LEFT,    K_RIGHT, K_ESC,	   K_BACKSPACE,
					    K_F8,      K_PASTE };

	if (rng_below(r, 2))
		return special[rng_below(r, ARRAY_LEN(special))];
	return ' ' + (uint32_t)rng_below(r, 95);
}

/* Whatever is pressed: it is created by 'C', on the review that was seen, of values that were
 * checked. */
static void random_keys_create_nothing_without_the_last_one(void **state)
{
	struct wizard *w = *state;
	struct rng r;
	size_t created = 0;

	rng_seed(&r, 7);
	for (int i = 0; i < 300000; i++) {
		uint32_t code = random_key(&r);
		struct key k = { .code = code, .text = "C\n", .len = 2, .total = 2 };
		int64_t now = (int64_t)i * 40;
		bool seen = wizard_at_review(w) && now >= w->deaf_until;
		bool checked =
		    w->check && w->checked == w->serial && !w->show_text && !w->list.open;

		if (rng_below(&r, 5) == 0)
			check(w, rng_below(&r, 3) ? fine : wrong);
		checked = checked || (w->check && w->checked == w->serial);
		if (wizard_key(w, &k, now, NULL) != WIZARD_CREATE)
			continue;
		assert_int_equal(code, 'C');
		assert_true(seen && checked);
		assert_int_equal(wizard_problems(w, true), 0);
		w->sending = false;
		created++;
	}
	assert_true(created > 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, up, down)

static const struct wizard_field *field(const struct wizard *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->fields[i].name, name) == 0)
			return &w->fields[i];
	fail_msg("no field %s", name);
	return NULL;
}

static void what_would_be_moved_is_shown_moved_and_what_is_typed_stays(void **state)
{
	struct wizard *w = *state;

	check(w, moved);
	assert_string_equal(field(w, "region")->value, "norway");
	assert_string_equal(field(w, "region")->moved,
			    "in use; norway is the next that is free");
	assert_string_equal(field(w, "max")->value, "16");
	press(w, K_PAGE_DOWN, 0);
	type(w, "westeurope");
	assert_null(field(w, "region")->moved);
	check(w, moved);
	assert_string_equal(field(w, "region")->value, "westeurope");
}

static void f7_mends_what_the_step_shows_wherever_the_cursor_is(void **state)
{
	struct wizard *w = *state;

	check(w, fine);
	press(w, K_PAGE_DOWN, 0);
	check(w, moved);
	press(w, K_DOWN, 0);
	press(w, K_F7, 0);
	assert_string_equal(field(w, "region")->value, "norway");
	assert_string_equal(field(w, "max")->value, "16");
}

static void nothing_is_created_while_the_engine_is_away_or_before_it_checked_anew(void **state)
{
	struct wizard *w = *state;

	check(w, fine);
	press(w, K_PAGE_DOWN, 0);
	press(w, K_PAGE_DOWN, 0);
	press(w, K_PAGE_DOWN, 0);
	press(w, K_PAGE_DOWN, 0);
	assert_true(wizard_at_review(w));
	wizard_engine(w, "the engine is away since 12:03:58");
	assert_int_equal(wizard_key(w, &(struct key){ .code = 'C' }, 1000, "no connection"),
			 WIZARD_CHECK);
	assert_string_equal(w->note, "not now: no connection");
	wizard_engine(w, "");
	assert_false(wizard_is_checked(w));
	assert_int_equal(press(w, 'C', 1000), WIZARD_CHECK);
	assert_string_equal(w->note, "not checked yet");
	check(w, fine);
	assert_string_equal(w->note, "checked now: C goes on");
	assert_true(wizard_is_checked(w));
	assert_int_equal(press(w, 'C', 1000), WIZARD_CREATE);
}

static void a_value_may_be_as_long_as_a_template_lets_it(void **state)
{
	struct wizard *w = *state;
	size_t n = PROMPT_TEXT + 100;
	char *text = xcalloc(n + 1, 1);

	memset(text, 'x', n);
	press(w, K_PAGE_DOWN, 0);
	wizard_key(w,
		   &(struct key){ .code = K_PASTE, .text = text, .len = 2000, .total = 2000 },
		   0, NULL);
	assert_int_equal(strlen(field(w, "region")->value), 2000);
	assert_string_equal(w->note, "");
	wizard_key(w, &(struct key){ .code = K_PASTE, .text = text, .len = n, .total = n }, 0,
		   NULL);
	assert_int_equal(strlen(field(w, "region")->value), PROMPT_TEXT - 1);
	assert_non_null(strstr(w->note, "4095 bytes have room"));
	free(text);
}

static void a_key_that_means_nothing_says_what_does(void **state)
{
	struct wizard *w = *state;

	check(w, fine);
	press(w, K_F11, 0);
	assert_non_null(strstr(w->note, "F11 does nothing here"));
	press(w, 'a', 0);
	assert_string_equal(w->note, "");
	press(w, K_PAGE_DOWN, 0);
	press(w, K_DOWN, 0); /* a choice: no text is typed */
	press(w, 'z', 0);
	assert_string_equal(w->note, "z does nothing here: Left, Right or Space choose");
	press(w, K_PAGE_DOWN, 0);
	press(w, K_PAGE_DOWN, 0);
	press(w, K_PAGE_DOWN, 0);
	assert_true(wizard_at_review(w));
	press(w, 'z', 1000);
	assert_non_null(strstr(w->note, "z does nothing here: C creates"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(groups_are_steps_in_their_order),
		T(fields_of_a_step_follow_each_other_wherever_they_stand),
		T(a_type_that_is_not_known_is_a_line_of_text),
		T(typing_takes_the_place_of_what_was_offered),
		T(only_what_differs_is_sent_and_checked),
		T(capital_c_on_a_checked_review_creates_and_nothing_else),
		T(a_check_of_older_values_is_not_believed),
		T(a_problem_stands_at_its_field_and_is_mended_by_a_key),
		T(a_list_filters_and_takes),
		T(a_list_is_offered_where_there_can_be_one),
		T(a_step_is_unknown_where_a_value_could_not_be_looked_at),
		T(what_stands_in_the_field_filters_its_list_once_it_was_typed),
		T(what_the_template_has_is_in_the_list),
		cmocka_unit_test(a_form_keeps_what_is_fixed_and_lets_choose_none),
		cmocka_unit_test(f8_behind_what_was_typed_sends_it_once_it_is_checked),
		cmocka_unit_test(f8_sends_nothing_that_was_not_to_be_read_before),
		cmocka_unit_test(choices_are_chosen_and_never_typed),
		T(a_value_from_elsewhere_is_as_if_typed),
		T(a_draft_comes_back_by_names),
		T(random_keys_create_nothing_without_the_last_one),
		T(what_would_be_moved_is_shown_moved_and_what_is_typed_stays),
		T(f7_mends_what_the_step_shows_wherever_the_cursor_is),
		T(nothing_is_created_while_the_engine_is_away_or_before_it_checked_anew),
		T(a_value_may_be_as_long_as_a_template_lets_it),
		T(a_key_that_means_nothing_says_what_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
