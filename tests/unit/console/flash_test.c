#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console/flash.h"

static void a_changed_cell_is_on_for_five_seconds(void **state)
{
	struct flash f = { .n = 0 };

	(void)state;
	flash_see(&f, 1, "##==", 1000);
	assert_int_equal(flash_wait(&f, 1000), -1);
	flash_see(&f, 1, "##=#", 2000);
	assert_true(flash_on(&f, 1, 3, 2000));
	assert_false(flash_on(&f, 1, 2, 2000));
	assert_false(flash_on(&f, 2, 3, 2000));
	assert_int_equal(flash_wait(&f, 3000), 4000);
	assert_true(flash_on(&f, 1, 3, 6999));
	assert_false(flash_on(&f, 1, 3, 7000));
	assert_int_equal(flash_wait(&f, 7000), -1);
	flash_clear(&f);
}

static void another_picture_is_no_change(void **state)
{
	struct flash f = { .n = 0 };
	char old[FLASH_MOST + 3], new[FLASH_MOST + 3];

	(void)state;
	memset(old, '=', sizeof(old));
	memset(new, '#', sizeof(new));
	old[FLASH_MOST + 2] = new[FLASH_MOST + 2] = '\0';
	flash_see(&f, 1, old, 0);
	flash_see(&f, 1, new, 0);
	assert_int_equal(flash_wait(&f, 0), -1);
	flash_clear(&f);
}

static void a_row_that_grows_tells_of_what_it_had(void **state)
{
	struct flash f = { .n = 0 };

	(void)state;
	flash_see(&f, 1, "#=", 0);
	flash_see(&f, 1, "##~~", 0);
	assert_true(flash_on(&f, 1, 1, 0));
	assert_false(flash_on(&f, 1, 2, 0));
	flash_clear(&f);
}

static void marks_have_an_end(void **state)
{
	struct flash f = { .n = 0 };

	(void)state;
	for (int i = 0; i < 10 * FLASH_MOST; i++)
		flash_see(&f, 1, i % 2 ? "#" : "=", 0);
	assert_int_equal(f.n_marks, FLASH_MOST);
	flash_see(&f, 1, "!", FLASH_MS + 1);
	assert_true(flash_on(&f, 1, 0, FLASH_MS + 1));
	flash_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_changed_cell_is_on_for_five_seconds),
		cmocka_unit_test(another_picture_is_no_change),
		cmocka_unit_test(a_row_that_grows_tells_of_what_it_had),
		cmocka_unit_test(marks_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
