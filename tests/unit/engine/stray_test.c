/* R7.1, R7.2, R7.5: what a thing in a cloud is to us, by its tags, its name and the rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/stray.h"

#define SUB	"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/"
#define GROUP	SUB "paceline-demo-1a2b3c4d"
#define COMPUTE GROUP "/providers/Microsoft.Compute/"
#define NET	GROUP "/providers/Microsoft.Network/"
#define SET	COMPUTE "virtualMachineScaleSets/demo-1a2b3c4d-htc-abcdef-1"

static bool named(const char *id)
{
	return stray_named(id, "demo", "1a2b3c4d");
}

static void right_tags_and_no_row_make_a_stray_of_every_kind(void **state)
{
	struct stray_facts f = { .ours = true, .cluster_known = true };

	(void)state;
	assert_int_equal(stray_is(&f), STRAY_PART);
	f.cluster_known = false;
	assert_int_equal(stray_is(&f), STRAY_ORPHAN);
	f.in_use = true; /* with its machine: of a lost cluster nobody else lists either */
	assert_int_equal(stray_is(&f), STRAY_ORPHAN);
}

static void what_a_row_has_or_a_machine_holds_is_none(void **state)
{
	struct stray_facts f = { .ours = true, .cluster_known = true, .recorded = true };

	(void)state;
	assert_int_equal(stray_is(&f), STRAY_NOT);
	f.recorded = false;
	f.in_use = true;
	assert_int_equal(stray_is(&f), STRAY_NOT);
}

static void an_open_intent_or_operation_makes_none(void **state)
{
	struct stray_facts f = { .ours = true, .cluster_known = true, .changing = true };

	(void)state;
	assert_int_equal(stray_is(&f), STRAY_NOT);
	f = (struct stray_facts){ .named = true, .cluster_known = true, .changing = true };
	assert_int_equal(stray_is(&f), STRAY_NOT);
}

static void our_name_without_tags_is_residue(void **state)
{
	struct stray_facts f = { .named = true };

	(void)state;
	assert_int_equal(stray_is(&f), STRAY_RESIDUE);
	f.cluster_known = f.recorded = true; /* somebody took its tags off */
	assert_int_equal(stray_is(&f), STRAY_RESIDUE);
	f.in_use = true;
	assert_int_equal(stray_is(&f), STRAY_NOT);
}

static void what_is_foreign_is_none(void **state)
{
	struct stray_facts f = { 0 };

	(void)state;
	assert_int_equal(stray_is(&f), STRAY_NOT);
	f = (struct stray_facts){ .others = true, .named = true };
	assert_int_equal(stray_is(&f), STRAY_NOT);
}

static void names_of_ours_are_known_by_their_shape(void **state)
{
	static const char *const ours[] = {
		GROUP,
		SUB "PACELINE-DEMO-1A2B3C4D",
		SUB "paceline-disk-demo-shared-1a2b3c4d",
		NET "virtualNetworks/vnet",
		NET "networkSecurityGroups/nsg",
		COMPUTE "virtualMachines/head",
		COMPUTE "disks/head_OsDisk_1_0a1b2c",
		SET,
		COMPUTE "virtualMachines/demo-1a2b3c4d-htc-abcdef-1_00000001",
		NET "networkInterfaces/demo-1a2b3c4d-nic",
		SUB "somewhere/providers/Microsoft.Compute/disks/demo-shared-1a2b3c4d",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (!named(ours[i]))
			fail_msg("%s", ours[i]);
}

static void names_that_only_look_like_ours_are_not(void **state)
{
	static const char *const others[] = {
		SUB "paceline-demo-1a2b3c4e",
		SUB "paceline-demo2-1a2b3c4d",
		SUB "paceline-disk-other-shared-1a2b3c4d",
		SUB "somewhere",
		SUB "somewhere/providers/Microsoft.Network/virtualNetworks/vnet",
		NET "networkInterfaces/theirs",
		NET "publicIPAddresses/header",
		COMPUTE "disks/demo-1a2b3c4de",
		COMPUTE "disks/other-1a2b3c4d",
		"/subscriptions/x",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (named(others[i]))
			fail_msg("%s", others[i]);
	assert_false(stray_named(GROUP, "demo", ""));
}

static void a_machine_is_its_sets_and_a_disk_its_machines(void **state)
{
	char owner[320];

	(void)state;
	stray_owner(owner, COMPUTE "virtualMachines/demo-1a2b3c4d-htc-abcdef-1_00000001",
		    "Microsoft.Compute/virtualMachines");
	assert_string_equal(owner, SET);
	stray_owner(owner, COMPUTE "disks/head_OsDisk_1_0a1b2c", "Microsoft.Compute/disks");
	assert_string_equal(owner, COMPUTE "virtualMachines/head");
	stray_owner(owner, COMPUTE "disks/demo-shared-1a2b3c4d", "Microsoft.Compute/disks");
	assert_string_equal(owner, "");
	stray_owner(owner, NET "networkInterfaces/nic0-nic-1",
		    "Microsoft.Network/networkInterfaces");
	assert_string_equal(owner, "");
	stray_owner(owner, COMPUTE "virtualMachines/head", "Microsoft.Compute/virtualMachines");
	assert_string_equal(owner, "");
}

static void cards_addresses_and_disks_are_looked_at_before_they_are_called_loose(void **state)
{
	(void)state;
	assert_true(stray_is_held("Microsoft.Network/networkInterfaces"));
	assert_true(stray_is_held("microsoft.network/publicipaddresses"));
	assert_true(stray_is_held("Microsoft.Compute/disks"));
	assert_false(stray_is_held("Microsoft.Network/networkSecurityGroups"));
	assert_false(stray_is_held("Microsoft.Storage/storageAccounts"));
	assert_false(stray_is_held("Microsoft.Compute/virtualMachines"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_tags_and_no_row_make_a_stray_of_every_kind),
		cmocka_unit_test(what_a_row_has_or_a_machine_holds_is_none),
		cmocka_unit_test(an_open_intent_or_operation_makes_none),
		cmocka_unit_test(our_name_without_tags_is_residue),
		cmocka_unit_test(what_is_foreign_is_none),
		cmocka_unit_test(names_of_ours_are_known_by_their_shape),
		cmocka_unit_test(names_that_only_look_like_ours_are_not),
		cmocka_unit_test(a_machine_is_its_sets_and_a_disk_its_machines),
		cmocka_unit_test(
		    cards_addresses_and_disks_are_looked_at_before_they_are_called_loose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
