#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"

static struct rsa_key *key, *other; /* made once: they take a moment */

static int make_keys(void **state)
{
	(void)state;
	key = rsa_key_make(2048, NULL);
	other = rsa_key_make(2048, NULL);
	return key && other ? 0 : -1;
}

static int free_keys(void **state)
{
	(void)state;
	rsa_key_free(key);
	rsa_key_free(other);
	rsa_key_free(NULL);
	return 0;
}

static void knows_sha256(void **state)
{
	char out[SHA256_HEX];

	(void)state;
	sha256_hex(out, "", 0);
	assert_string_equal(out,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_hex(out, "abc", 3);
	assert_string_equal(out,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void compares_secrets(void **state)
{
	(void)state;
	assert_true(same_secret("abc", "abc"));
	assert_true(same_secret("", ""));
	assert_false(same_secret("abc", "abd"));
	assert_false(same_secret("abc", "abcd"));
	assert_false(same_secret("abc", ""));
}

struct pair {
	const char *plain, *text, *url;
};

static void writes_and_reads_base64(void **state)
{
	static const struct pair pairs[] = {
		/* the first seven from RFC 4648 */
		{ "", "", "" },
		{ "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" },
		{ "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xFB\xFF\xFE", "+//+", "-__-" },
	};
	struct buf b = BUF_INIT(64);
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		const struct pair *p = &pairs[i];

		assert_int_equal(base64_write(&b, p->plain, strlen(p->plain)), 0);
		assert_string_equal(buf_str(&b), p->text);
		buf_reset(&b);
		assert_int_equal(base64url_write(&b, p->plain, strlen(p->plain)), 0);
		assert_string_equal(buf_str(&b), p->url);
		buf_reset(&b);
		assert_int_equal(base64_read(&b, p->text, strlen(p->text), &err), 0);
		assert_string_equal(buf_str(&b), p->plain);
		buf_reset(&b);
		assert_int_equal(base64url_read(&b, p->url, strlen(p->url), &err), 0);
		assert_string_equal(buf_str(&b), p->plain);
		buf_reset(&b);
	}
	buf_clear(&b);
}

static void says_where_base64_went_wrong(void **state)
{
	static const char *const bad[] = { "Z",	   "Zg",       "Zg=",  "Zm9",	"====",
					   "=g==", "Zg==Zg==", "Zm 9", "Zm\n9", "Zh==",
					   "Zm9=", "-__-",     "Zg===" };
	static const char *const bad_url[] = { "Z", "Zg==", "+//+", "Zh", "Zm9v\n", "Zm9" };
	struct buf b = BUF_INIT(64), small = BUF_INIT(2);
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err = (struct err)ERR_INIT;
		assert_int_equal(base64_read(&b, bad[i], strlen(bad[i]), &err), -1);
		assert_int_equal(err.code, ERR_PARSE);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad_url); i++)
		assert_int_equal(base64url_read(&b, bad_url[i], strlen(bad_url[i]), &err), -1);
	assert_int_equal(base64_read(&b, "Zm9vY!Fy", 8, &err), -1);
	assert_string_equal(err.msg, "bad base64 at byte 5");
	assert_int_equal(base64_read(&b, "Zm\0v", 4, &err), -1);
	assert_int_equal(base64_read(&small, "Zm9v", 4, &err), -1);
	assert_int_equal(err.code, ERR_FULL);
	buf_clear(&b);
	buf_clear(&small);
}

static void signs_what_only_its_own_key_verifies(void **state)
{
	struct buf sig = BUF_INIT(2048);

	(void)state;
	assert_int_equal(rs256_sign(key, &sig, "text", 4, NULL), 0);
	assert_int_equal(sig.len, 256);
	assert_true(rs256_verify(key, sig.data, sig.len, "text", 4));
	assert_false(rs256_verify(key, sig.data, sig.len, "texT", 4));
	assert_false(rs256_verify(other, sig.data, sig.len, "text", 4));
	assert_false(rs256_verify(key, sig.data, sig.len - 1, "text", 4));
	assert_false(rs256_verify(key, "", 0, "text", 4));
	sig.data[100] ^= 1;
	assert_false(rs256_verify(key, sig.data, sig.len, "text", 4));
	buf_clear(&sig);
}

static void verifies_with_a_published_key(void **state)
{
	struct buf n = BUF_INIT(2048), e = BUF_INIT(64), sig = BUF_INIT(2048);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(rsa_key_public(key, &n, &e), 0);
	assert_string_equal(buf_str(&e), "AQAB");
	assert_int_equal(n.len, 342);
	struct rsa_key *published = rsa_key_from_public(buf_str(&n), buf_str(&e), &err);

	assert_non_null(published);
	assert_int_equal(rs256_sign(key, &sig, "text", 4, NULL), 0);
	assert_true(rs256_verify(published, sig.data, sig.len, "text", 4));
	assert_int_equal(rs256_sign(published, &sig, "text", 4, &err), -1);
	assert_int_equal(rsa_key_save(published, "/nowhere", &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	rsa_key_free(published);
	assert_null(rsa_key_from_public("AQAB", "AQAB", &err)); /* far too short */
	assert_non_null(strstr(err.msg, "bits"));
	assert_null(rsa_key_from_public(buf_str(&n), "AQ",
					&err)); /* exponent 1: every signature fits */
	assert_null(rsa_key_from_public(buf_str(&n), "Ag", &err));
	assert_null(rsa_key_from_public(buf_str(&n), "", &err));
	assert_null(rsa_key_from_public("!", "AQAB", &err));
	buf_clear(&n);
	buf_clear(&e);
	buf_clear(&sig);
}

static void keeps_a_key_in_a_private_file(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/crypto.XXXXXX", tmp ? tmp : "/tmp");
	struct buf sig = BUF_INIT(2048);
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	char *path = xasprintf("%s/key.pem", dir);

	assert_int_equal(rsa_key_save(key, path, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	struct rsa_key *again = rsa_key_load(path, &err);

	assert_non_null(again);
	assert_int_equal(rs256_sign(again, &sig, "text", 4, &err), 0);
	assert_true(rs256_verify(key, sig.data, sig.len, "text", 4));
	rsa_key_free(again);
	assert_int_equal(file_write(path, "no key", 6, 0600, &err), 0);
	assert_null(rsa_key_load(path, &err));
	assert_int_equal(err.code, ERR_PARSE);
	assert_non_null(strstr(err.msg, path));
	assert_int_equal(file_remove_tree(dir, &err), 0);
	assert_null(rsa_key_load(path, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	buf_clear(&sig);
	free(path);
	free(dir);
}

static void refuses_weak_keys(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_null(rsa_key_make(1024, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_null(rsa_key_make(100000, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_sha256),
		cmocka_unit_test(compares_secrets),
		cmocka_unit_test(writes_and_reads_base64),
		cmocka_unit_test(says_where_base64_went_wrong),
		cmocka_unit_test(signs_what_only_its_own_key_verifies),
		cmocka_unit_test(verifies_with_a_published_key),
		cmocka_unit_test(keeps_a_key_in_a_private_file),
		cmocka_unit_test(refuses_weak_keys),
	};

	return cmocka_run_group_tests_name("base/crypto", tests, make_keys, free_keys);
}
