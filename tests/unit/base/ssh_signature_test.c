/*
 * SSH signatures: ssh-keygen checks ours, we check its, and nothing that was changed passes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/signature/ssh_signature.h"
#include "tests/unit/support.h"

static const uint8_t seed[32] = {7, 1, 2, 3};
static const char text[] = "tree 1234\n\nHead 1\n";

static void sign(vv_buf *out, const char *purpose)
{
	vv_error err;

	vv_assert_ok(vv_ssh_sign(out, seed, purpose, text, sizeof(text) - 1, &err), &err);
}

static void a_signature_names_its_key_and_belongs_to_bytes_and_purpose(void **state VV_UNUSED)
{
	vv_auto(vv_buf) s = VV_BUF_INIT;
	uint8_t key[VV_KEY_PUBLIC], own[VV_KEY_PUBLIC];
	vv_error err;

	sign(&s, "varve-head");
	vv_assert_ok(vv_ssh_public_key(own, seed, &err), &err);
	vv_assert_ok(vv_ssh_verify(key, s.data, s.len, "varve-head", text, sizeof(text) - 1, &err),
		     &err);
	assert_memory_equal(key, own, sizeof(own));
	assert_int_equal(vv_ssh_verify(key, s.data, s.len, "git", text, sizeof(text) - 1, &err),
			 VV_ECORRUPT);
	assert_int_equal(
		vv_ssh_verify(key, s.data, s.len, "varve-head", text, sizeof(text) - 2, &err),
		VV_ECORRUPT);
}

static void no_changed_byte_of_a_signature_passes(void **state VV_UNUSED)
{
	vv_auto(vv_buf) s = VV_BUF_INIT;
	uint8_t key[VV_KEY_PUBLIC], own[VV_KEY_PUBLIC];
	vv_error err;

	sign(&s, "varve-head");
	vv_assert_ok(vv_ssh_public_key(own, seed, &err), &err);
	for (size_t i = 0; i < s.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			s.data[i] = (char)(s.data[i] ^ (1 << bit));
			/* a letter may stand for bits that padding drops, or the newline for none */
			if (vv_ssh_verify(key, s.data, s.len, "varve-head", text, sizeof(text) - 1,
					  &err) == VV_OK) {
				assert_memory_equal(key, own, sizeof(own));
			}
			s.data[i] = (char)(s.data[i] ^ (1 << bit));
		}
	}
	for (size_t len = 0; len < s.len; len++) {
		assert_int_equal(
			vv_ssh_verify(key, s.data, len, "varve-head", text, sizeof(text) - 1, &err),
			VV_ECORRUPT);
	}
}

static int run_in(const char *dir, const char *command)
{
	char line[4096];

	(void)snprintf(line, sizeof(line), "cd '%s' && { %s; } >/dev/null 2>&1", dir, command);
	return system(line);
}

static void ssh_keygen_verifies_ours_and_we_verify_its(void **state VV_UNUSED)
{
	vv_auto(vv_buf) s = VV_BUF_INIT, blob = VV_BUF_INIT, allowed = VV_BUF_INIT,
			its = VV_BUF_INIT, pub = VV_BUF_INIT;
	uint8_t key[VV_KEY_PUBLIC], other[VV_KEY_PUBLIC];
	const char *dir = vv_test_dir();
	vv_error err;

	if (system("command -v ssh-keygen >/dev/null") != 0) {
		vv_skip("ssh-keygen is not installed");
	}
	sign(&s, "varve-head");
	vv_assert_ok(vv_ssh_public_key(key, seed, &err), &err);
	vv_buf_put(&blob, "\0\0\0\13", 4);
	vv_buf_puts(&blob, "ssh-ed25519");
	vv_buf_put(&blob, "\0\0\0\40", 4);
	vv_buf_put(&blob, key, sizeof(key));
	vv_buf_puts(&allowed, "ada ssh-ed25519 ");
	vv_base64_put(&allowed, blob.data, blob.len, true);
	vv_buf_puts(&allowed, "\n");
	vv_test_write(vv_test_path("allowed"), allowed.data, allowed.len);
	vv_test_write(vv_test_path("text.sig"), s.data, s.len);
	vv_test_write(vv_test_path("text"), text, sizeof(text) - 1);
	assert_int_equal(run_in(dir, "ssh-keygen -Y verify -f allowed -I ada -n varve-head "
				     "-s text.sig < text"),
			 0);
	assert_int_not_equal(
		run_in(dir, "ssh-keygen -Y verify -f allowed -I ada -n git -s text.sig < text"), 0);
	assert_int_equal(run_in(dir, "ssh-keygen -q -t ed25519 -N '' -f k && rm text.sig && "
				     "ssh-keygen -Y sign -f k -n varve-head text"),
			 0);
	vv_assert_ok(vv_read_file(&its, vv_test_path("text.sig"), 8192, &err), &err);
	vv_assert_ok(vv_read_file(&pub, vv_test_path("k.pub"), 8192, &err), &err);
	vv_assert_ok(vv_ssh_key_read(other, vv_buf_cstr(&pub), &err), &err);
	vv_assert_ok(
		vv_ssh_verify(key, its.data, its.len, "varve-head", text, sizeof(text) - 1, &err),
		&err);
	assert_memory_equal(key, other, sizeof(key));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_signature_names_its_key_and_belongs_to_bytes_and_purpose),
	cmocka_unit_test(no_changed_byte_of_a_signature_passes),
	cmocka_unit_test(ssh_keygen_verifies_ours_and_we_verify_its),
};

VV_TEST_SUITE(ssh_signature)
