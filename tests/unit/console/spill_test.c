#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "console/spill.h"

static bool takes(struct spill *s, uint32_t code, int64_t now)
{
	struct key k = { .code = code };

	return spill_takes(s, &k, now);
}

static struct spill refused(void)
{
	struct spill s;

	spill_begin(&s, "f (filter): there is nothing to filter", 5000);
	return s;
}

static void what_is_typed_on_is_dropped_until_a_pause(void **state)
{
	struct spill s = { 0 };
	int64_t now = 5000;

	(void)state;
	assert_false(takes(&s, 'd', now));
	s = refused();
	for (const char *c = "demo dx\x08"; *c; c++)
		assert_true(takes(&s, *c == '\x08' ? (uint32_t)K_BACKSPACE : (unsigned char)*c,
				  now += 900));
	assert_true(takes(&s, K_TAB, now += 10)); /* it completes */
	assert_true(takes(&s, K_CTRL('u'), now += 10));
	assert_true(takes(&s, 'x', now += SPILL_PAUSE_MS - 1));
	assert_false(takes(&s, 'd', now += SPILL_PAUSE_MS));
	assert_false(takes(&s, 'd', now + 1));
	assert_string_equal(s.why, "f (filter): there is nothing to filter");
}

/* Whoever reads first begins later than a second; what is no text is meant. */
static void a_key_that_is_meant_is_a_key(void **state)
{
	static const uint32_t meant[] = { K_F9, K_DOWN, K_PAGE_UP, K_MOUSE, K_TAB };
	struct spill s = refused();

	(void)state;
	assert_false(takes(&s, 'd', 5000 + SPILL_FIRST_MS));
	for (size_t i = 0; i < ARRAY_LEN(meant); i++) {
		s = refused();
		assert_false(takes(&s, meant[i], 5010));
		assert_false(takes(&s, 'd', 5020));
	}
}

static void enter_and_esc_end_it_and_are_none_either(void **state)
{
	static const uint32_t ends[] = { K_ENTER, K_ESC, K_CTRL('c') };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct spill s = refused();

		assert_true(takes(&s, 'd', 5010));
		assert_true(takes(&s, ends[i], 5020));
		assert_false(takes(&s, 'd', 5030));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_on_is_dropped_until_a_pause),
		cmocka_unit_test(a_key_that_is_meant_is_a_key),
		cmocka_unit_test(enter_and_esc_end_it_and_are_none_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
