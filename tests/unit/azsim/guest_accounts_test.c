#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "azsim/guest/accounts.h"
#include "azsim/guest/hosts.h"

#include <arpa/inet.h>

static const char passwd[] = "root:$6$secret:0:0:root:/root:/bin/bash\n"
			     "munge:x:102:105::/nonexistent:/usr/sbin/nologin\n"
			     "slurm:x:64030:64030::/nonexistent:/usr/sbin/nologin\n"
			     "alice:x:1000:1000:Alice:/home/alice:/bin/bash\n"
			     "+@netgroup\n"
			     "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";

static void keeps_daemons_and_drops_people(void **state)
{
	struct buf b = BUF_INIT(4096);

	(void)state;
	accounts_passwd(&b, passwd, strlen(passwd), "azureuser");
	assert_string_equal(buf_str(&b),
			    "root:x:0:0:root:/root:/bin/bash\n"
			    "munge:x:102:105::/nonexistent:/usr/sbin/nologin\n"
			    "slurm:x:64030:64030::/nonexistent:/usr/sbin/nologin\n"
			    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
			    "azureuser:x:1000:1000:Administrator:/home/azureuser:/bin/bash\n");
	buf_clear(&b);
}

static void no_password_opens_an_account(void **state)
{
	struct buf b = BUF_INIT(4096);

	(void)state;
	accounts_shadow(&b, "root:x:0:0:r:/root:/bin/sh\nop:x:1000:1000::/home/op:/bin/sh\n",
			61);
	assert_string_equal(buf_str(&b),
			    "root:*:19000:0:99999:7:::\nop:*:19000:0:99999:7:::\n");
	buf_clear(&b);
}

static void the_admin_is_in_sudo_and_nobody_else_is(void **state)
{
	static const char group[] =
	    "root:x:0:\nsudo:x:27:alice,bob\nmunge:x:105:\nalice:x:1000:\n";
	struct buf b = BUF_INIT(4096);

	(void)state;
	accounts_group(&b, group, strlen(group), "op");
	assert_string_equal(buf_str(&b), "root:x:0:\nsudo:x:27:op\nmunge:x:105:\nop:x:1000:\n");
	buf_clear(&b);
}

static void a_system_account_is_no_admin(void **state)
{
	(void)state;
	assert_true(account_is_system(passwd, strlen(passwd), "munge"));
	assert_false(account_is_system(passwd, strlen(passwd), "alice"));
	assert_false(account_is_system(passwd, strlen(passwd), "mung"));
	assert_true(account_name_ok("azureuser"));
	assert_true(account_name_ok("_op-1"));
	assert_false(account_name_ok(""));
	assert_false(account_name_ok("-op"));
	assert_false(account_name_ok("1op"));
	assert_false(account_name_ok("op:x"));
	assert_false(account_name_ok("a23456789012345678901234567890123"));
}

static void hosts_lists_each_name_once(void **state)
{
	struct host hosts[] = { { .name = "head" }, { .name = "node" }, { .name = "HEAD" } };
	struct buf b = BUF_INIT(4096);

	(void)state;
	inet_pton(AF_INET, "10.20.0.4", &hosts[0].address);
	inet_pton(AF_INET, "10.20.0.5", &hosts[1].address);
	inet_pton(AF_INET, "10.20.0.6", &hosts[2].address);
	hosts_text(&b, hosts, 3);
	assert_string_equal(buf_str(&b),
			    "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
			    "10.20.0.4 head\n10.20.0.5 node\n");
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_daemons_and_drops_people),
		cmocka_unit_test(no_password_opens_an_account),
		cmocka_unit_test(the_admin_is_in_sudo_and_nobody_else_is),
		cmocka_unit_test(a_system_account_is_no_admin),
		cmocka_unit_test(hosts_lists_each_name_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
