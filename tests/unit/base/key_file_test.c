/*
 * Key files: what was written comes back, to whoever may have it.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/keys/key_file.h"
#include "tests/unit/support.h"

static vv_status give(void *payload, const char *did, vv_buf *out, vv_error *err)
{
	(void)did;
	vv_buf_puts(out, payload);
	return vv_buf_ok(out, err);
}

static void a_key_comes_back_from_its_file(void **state)
{
	const char *path = vv_test_path("config/key");
	struct stat st;
	char did[VV_DID_TEXT], is[VV_DID_TEXT];
	bool sealed;
	vv_key k, back;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_new(&k, &err), &err);
	vv_assert_ok(vv_key_file_write(path, &k, NULL, &err), &err);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	vv_assert_ok(vv_key_file_read(&back, path, NULL, NULL, &err), &err);
	assert_memory_equal(&back, &k, sizeof(k));
	vv_did_text(did, k.public_key);
	vv_assert_ok(vv_key_file_look(is, &sealed, path, &err), &err);
	assert_string_equal(is, did);
	assert_false(sealed);
}

static void a_passphrase_opens_its_key_and_no_other_does(void **state)
{
	const char *path = vv_test_path("key");
	char right[] = "correct horse", wrong[] = "correct house";
	vv_buf passphrase = VV_BUF_INIT;
	vv_key k, back;
	vv_error err;

	(void)state;
	vv_buf_puts(&passphrase, right);
	vv_assert_ok(vv_key_new(&k, &err), &err);
	vv_assert_ok(vv_key_file_write(path, &k, &passphrase, &err), &err);
	vv_assert_ok(vv_key_file_read(&back, path, give, right, &err), &err);
	assert_memory_equal(&back, &k, sizeof(k));
	vv_assert_status(vv_key_file_read(&back, path, give, wrong, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "wrong passphrase for the key did:key:z6Mk");
	vv_buf_clear(&passphrase);
}

static void a_file_that_others_may_read_is_refused(void **state)
{
	const char *path = vv_test_path("my key");
	char command[2048];
	vv_key k;
	vv_error err;

	(void)state;
	(void)snprintf(command, sizeof(command), "chmod 600 '%s'", path);
	vv_assert_ok(vv_key_new(&k, &err), &err);
	vv_assert_ok(vv_key_file_write(path, &k, NULL, &err), &err);
	assert_int_equal(chmod(path, 0640), 0);
	vv_assert_status(vv_key_file_read(&k, path, NULL, NULL, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "other users can read the key");
	vv_assert_contains(err.hint, command); /* as sh reads it */
}

static void a_damaged_file_is_no_key(void **state)
{
	const char *path = vv_test_path("key");
	size_t len;
	vv_key k;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_new(&k, &err), &err);
	vv_assert_ok(vv_key_file_write(path, &k, NULL, &err), &err);
	const char *text = vv_test_read(path, &len);
	const size_t format = strcspn(text, "\n") - 1; /* the number of another one */
	for (size_t i = 0; i < len; i++) {
		vv_buf changed = VV_BUF_INIT;
		vv_buf_put(&changed, text, len);
		changed.data[i] = changed.data[i] == '7' ? '8' : '7';
		vv_test_write(path, changed.data, len);
		assert_int_equal(chmod(path, 0600), 0);
		vv_assert_status(vv_key_file_read(&k, path, NULL, NULL, &err),
				 i == format ? VV_ENOSUPPORT : VV_EINPUT, &err);
		vv_test_write(path, text, i);
		vv_assert_status(vv_key_file_read(&k, path, NULL, NULL, &err), VV_EINPUT, &err);
		vv_buf_clear(&changed);
	}
}

static void a_recovery_key_is_read_however_it_is_copied(void **state)
{
	const char *path = vv_test_path("paper");
	vv_buf text = VV_BUF_INIT;
	vv_key k, back;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_new(&k, &err), &err);
	vv_assert_ok(vv_recovery_put(&text, &k, &err), &err);
	vv_buf_putc(&text, '\n');
	vv_test_write(path, text.data, text.len);
	assert_int_equal(chmod(path, 0600), 0);
	vv_assert_ok(vv_key_file_read(&back, path, NULL, NULL, &err), &err);
	assert_memory_equal(&back, &k, sizeof(k));
	for (size_t i = 17; i < text.len; i++) {
		text.data[i] = (char)(text.data[i] == '-'   ? ' '
				      : text.data[i] >= 'a' ? text.data[i] - 32
							    : text.data[i]);
	}
	vv_test_write(path, text.data, text.len);
	vv_assert_ok(vv_key_file_read(&back, path, NULL, NULL, &err), &err);
	assert_memory_equal(&back, &k, sizeof(k));
	text.data[30] = text.data[30] == 'B' ? 'C' : 'B';
	vv_test_write(path, text.data, text.len);
	vv_assert_status(vv_key_file_read(&back, path, NULL, NULL, &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, "is mistyped");
	vv_buf_clear(&text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_key_comes_back_from_its_file),
	cmocka_unit_test(a_passphrase_opens_its_key_and_no_other_does),
	cmocka_unit_test(a_file_that_others_may_read_is_refused),
	cmocka_unit_test(a_damaged_file_is_no_key),
	cmocka_unit_test(a_recovery_key_is_read_however_it_is_copied),
};

VV_TEST_SUITE(key_file)
