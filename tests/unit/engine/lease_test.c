/* R3.4: who may act on a cluster, by the tag of its group. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/lease.h"
#include "provider/provider.h"

#define ENGINE	"00112233445566778899aabbccddeeff"
#define CLUSTER "1a2b3c4d"

static const struct lease mine = { .epoch = 7,
				   .machine = "0123456789abcdef",
				   .boot = "fedcba9876543210" };

static enum lease_verdict judged(const char *engine, const char *cluster, const char *lease)
{
	struct strs tags = STRS_INIT(8);
	struct lease theirs;
	enum lease_verdict v;

	strs_add(&tags, "owner=somebody");
	if (engine)
		strs_addf(&tags, "%s=%s", TAG_ENGINE, engine);
	if (cluster)
		strs_addf(&tags, "%s=%s", TAG_CLUSTER, cluster);
	if (lease)
		strs_addf(&tags, "%s=%s", TAG_LEASE, lease);
	v = lease_judge(&theirs, &mine, &tags, ENGINE, CLUSTER);
	strs_clear(&tags);
	return v;
}

static enum lease_verdict with(const char *lease)
{
	return judged(ENGINE, CLUSTER, lease);
}

static void what_is_written_reads_back(void **state)
{
	char text[LEASE_TEXT];
	struct lease l;

	(void)state;
	lease_text(text, &mine);
	assert_int_equal(lease_read(&l, text), 0);
	assert_int_equal(l.epoch, mine.epoch);
	assert_string_equal(l.machine, mine.machine);
	assert_string_equal(l.boot, mine.boot);
}

static void a_group_that_is_not_there_is_free(void **state)
{
	struct lease theirs;

	(void)state;
	assert_int_equal(lease_judge(&theirs, &mine, NULL, ENGINE, CLUSTER), LEASE_FREE);
}

static void this_life_acts_on_its_own_and_an_earlier_one_gives_way(void **state)
{
	(void)state;
	assert_int_equal(with("7.0123456789abcdef.fedcba9876543210"), LEASE_MINE);
	assert_int_equal(with("6.0123456789abcdef.fedcba9876543210"), LEASE_OLDER);
	assert_int_equal(with("6.0123456789abcdef."),
			 LEASE_OLDER); /* a boot that nobody knows */
	assert_int_equal(with(NULL), LEASE_OLDER);
}

static void a_later_life_on_this_machine_is_another_engine(void **state)
{
	(void)state;
	assert_int_equal(with("8.0123456789abcdef.fedcba9876543210"), LEASE_LATER);
}

static void another_machine_acts_on_it_whatever_its_epoch(void **state)
{
	(void)state;
	assert_int_equal(with("1.1123456789abcdef.fedcba9876543210"), LEASE_ELSEWHERE);
	assert_int_equal(with("99.1123456789abcdef.fedcba9876543210"), LEASE_ELSEWHERE);
}

static void a_lease_that_cannot_be_read_is_somebody_elses(void **state)
{
	static const char *const texts[] = {
		"",
		"7",
		"0.0123456789abcdef.x",
		"-1.0123456789abcdef.x",
		"7.0123456789abcdef",
		"7.short.x",
		"7.0123456789abcdef.x.y",
		"7.0123456789abcdef.0123456789abcdef0",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(with(texts[i]), LEASE_ELSEWHERE);
}

static void tags_of_others_are_never_ours_to_write(void **state)
{
	const char *lease = "6.0123456789abcdef.fedcba9876543210";

	(void)state;
	assert_int_equal(judged("ffffffffffffffffffffffffffffffff", CLUSTER, lease),
			 LEASE_FOREIGN);
	assert_int_equal(judged(ENGINE, "00000000", lease), LEASE_FOREIGN);
	assert_int_equal(judged(ENGINE, NULL, lease), LEASE_FOREIGN);
	assert_int_equal(judged(NULL, NULL, lease), LEASE_UNTAGGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(a_group_that_is_not_there_is_free),
		cmocka_unit_test(this_life_acts_on_its_own_and_an_earlier_one_gives_way),
		cmocka_unit_test(a_later_life_on_this_machine_is_another_engine),
		cmocka_unit_test(another_machine_acts_on_it_whatever_its_epoch),
		cmocka_unit_test(a_lease_that_cannot_be_read_is_somebody_elses),
		cmocka_unit_test(tags_of_others_are_never_ours_to_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
