/*
 * Shards: the worked example of docs/formats/vault.md, and what is no shard of this vault.
 */
#include <string.h>

#include "base/codec.h"
#include "base/keys/key_file.h"
#include "base/sys.h"
#include "cmd/vault/hold/shard.h"
#include "cmd/vault/sealed/stripe.h"
#include "tests/unit/support.h"

#ifndef VAULT_PAGE /* given by the build */
#define VAULT_PAGE ""
#endif

/* What the page's worked example says of this name. */
static const char *said(const char *name)
{
	static char out[256];
	const char *at = strstr(vv_test_read(VAULT_PAGE, NULL), "## Worked example");
	vv_buf wanted = VV_BUF_INIT;
	size_t len;

	assert_non_null(at);
	vv_buf_printf(&wanted, "\n%s  ", name);
	at = strstr(at, vv_buf_cstr(&wanted));
	if (!at) {
		fail_msg("the worked example has no '%s'", name);
		return "";
	}
	at += wanted.len;
	at += strspn(at, " ");
	len = strcspn(at, "\n");
	assert_true(len < sizeof(out));
	memcpy(out, at, len);
	out[len] = '\0';
	vv_buf_clear(&wanted);
	return out;
}

static void assert_hex(const char *name, const void *bytes, size_t len)
{
	char hex[256];

	vv_hex_write(hex, bytes, len);
	assert_string_equal(hex, said(name));
}

static void assert_cid(const char *name, const vv_cid *cid)
{
	char text[VV_CID_TEXT + 1];

	vv_cid_text(text, cid);
	assert_string_equal(text, said(name));
}

static vv_shard_seal example_seal(void)
{
	vv_shard_seal seal;
	vv_cid epoch;
	vv_error err;

	vv_assert_ok(vv_cid_of(&seal.vault, VV_CODEC_DAG_CBOR, "the first record", 16, &err), &err);
	vv_assert_ok(vv_cid_of(&epoch, VV_CODEC_DAG_CBOR, "an epoch", 8, &err), &err);
	memcpy(seal.epoch, epoch.digest, VV_EPOCH_NAME);
	for (size_t i = 0; i < VV_SEAL_SECRET; i++) {
		seal.secret[i] = (uint8_t)(32 + i);
	}
	return seal;
}

static void keys_are_those_of_the_page(void **state)
{
	uint8_t seed[VV_KEY_SEED], signature[VV_SIGNATURE], name[VV_SEALED_NAME];
	vv_buf text = VV_BUF_INIT;
	vv_shard_seal seal = example_seal();
	char did[VV_DID_TEXT];
	vv_key k;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(seed); i++) {
		seed[i] = (uint8_t)i;
	}
	assert_hex("seed", seed, sizeof(seed));
	vv_assert_ok(vv_key_of_seed(&k, seed, &err), &err);
	vv_did_text(did, k.public_key);
	assert_string_equal(did, said("did"));
	vv_assert_ok(vv_recovery_put(&text, &k, &err), &err);
	assert_string_equal(text.data, said("recovery key"));
	vv_assert_ok(vv_key_sign(signature, &k, "varve record 1", "bytes", 5, &err), &err);
	assert_hex("signature", signature, sizeof(signature));
	vv_assert_ok(vv_seal_name(name, seal.secret, "/media/usb", &err), &err);
	assert_hex("name of a holder", name, sizeof(name));
	vv_buf_clear(&text);
}

static void a_shard_is_that_of_the_page(void **state)
{
	vv_shard_seal seal = example_seal();
	uint8_t epoch[VV_EPOCH_NAME];
	vv_buf bytes = VV_BUF_INIT, content = VV_BUF_INIT;
	vv_shard s, again;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_shard_make(&bytes, &s, &seal, "some content", 12, &err), &err);
	assert_int_equal(bytes.len, VV_LEAF + VV_LEAF_HASH);
	assert_cid("vault", &seal.vault);
	assert_hex("nonce", bytes.data + 24, VV_SEAL_NONCE);
	assert_hex("tag", bytes.data + 48, VV_SEAL_TAG);
	assert_hex("root", s.root, sizeof(s.root));
	assert_cid("shard", &s.cid);
	vv_assert_ok(vv_shard_look(&again, epoch, bytes.data, bytes.len, &err), &err);
	assert_memory_equal(epoch, seal.epoch, sizeof(epoch));
	assert_true(vv_cid_equal(&again.cid, &s.cid));
	vv_assert_ok(vv_shard_open(&content, &seal, bytes.data, bytes.len, &err), &err);
	assert_int_equal(content.len, 12);
	assert_memory_equal(content.data, "some content", 12);
	vv_buf_clear(&bytes);
	vv_buf_clear(&content);
}

static void parity_is_that_of_the_page(void **state)
{
	static const uint8_t from[] = {0, 1, 2, 3}, wanted[] = {4, 5};
	vv_buf bytes = VV_BUF_INIT;
	vv_stripe_work *w;
	vv_shard s;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_stripe_open(&w, (vv_code){4, 2}, from, wanted, 2, &err), &err);
	for (size_t j = 0; j < 4; j++) {
		vv_buf_reset(&bytes);
		for (size_t n = 0; n < VV_LEAVES_MAX * VV_LEAF; n++) {
			vv_buf_putc(&bytes, (char)((2 * j + 1) * n + j));
		}
		vv_assert_ok(vv_leaves_end(&bytes, &s, &err), &err);
		vv_assert_ok(vv_stripe_take(w, j, bytes.data, bytes.len, &err), &err);
	}
	vv_assert_ok(vv_stripe_get(w, 0, &bytes, &s, &err), &err);
	assert_cid("parity 4", &s.cid);
	vv_assert_ok(vv_stripe_get(w, 1, &bytes, &s, &err), &err);
	assert_cid("parity 5", &s.cid);
	vv_stripe_close(w);
	vv_buf_clear(&bytes);
}

/* Every leaf of every size has a path that shows it, and only it, at that place. */
static void a_leaf_and_its_path_show_where_it_is(void **state)
{
	static const unsigned sizes[] = {1, 2, 4, 8, 16, 32, 64, 128, VV_LEAVES_MAX};
	uint8_t path[VV_LEAF_PATH_MAX * VV_LEAF_HASH];
	uint8_t *data = vv_malloc(VV_SHARD_FULL);
	vv_shard_seal seal = example_seal();
	vv_buf bytes = VV_BUF_INIT;
	size_t hashes, wrong;
	vv_shard s;
	vv_prng r;
	vv_error err;

	(void)state;
	vv_prng_init(&r, 2);
	vv_prng_bytes(&r, data, VV_SHARD_FULL);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const unsigned leaves = sizes[i];
		vv_assert_ok(vv_shard_make(&bytes, &s, &seal, data, VV_SHARD_ROOM(leaves), &err),
			     &err);
		const uint8_t *trailer = (const uint8_t *)bytes.data + (size_t)leaves * VV_LEAF;
		for (unsigned at = 0; at < leaves; at++) {
			const uint8_t *leaf = (const uint8_t *)bytes.data + (size_t)at * VV_LEAF;
			vv_assert_ok(vv_leaf_path(path, &hashes, trailer, leaves, at, &err), &err);
			assert_true(hashes <= VV_LEAF_PATH_MAX);
			vv_assert_ok(vv_leaf_check_path(&s, at, leaf, path, hashes, &err), &err);
			wrong = (size_t)((at + 1) % leaves);
			if (leaves > 1) {
				assert_int_equal(vv_leaf_check_path(&s, at,
								    (const uint8_t *)bytes.data +
									    wrong * VV_LEAF,
								    path, hashes, &err),
						 VV_ECORRUPT);
				path[0] ^= 1;
				assert_int_equal(
					vv_leaf_check_path(&s, at, leaf, path, hashes, &err),
					VV_ECORRUPT);
			}
			assert_int_equal(vv_leaf_check_path(&s, at, leaf, path, hashes + 1, &err),
					 VV_ECORRUPT);
		}
	}
	vv_buf_clear(&bytes);
	vv_free(data);
}

static void every_size_comes_back(void **state)
{
	static const size_t sizes[] = {0,
				       1,
				       VV_SHARD_ROOM(1),
				       VV_SHARD_ROOM(1) + 1,
				       VV_SHARD_ROOM(4),
				       VV_SHARD_ROOM(128),
				       VV_SHARD_ROOM(128) + 1,
				       VV_SHARD_FULL};
	static const unsigned leaves[] = {1, 1, 1, 2, 4, 128, 254, 254};
	vv_shard_seal seal = example_seal();
	uint8_t *data = vv_malloc(VV_SHARD_FULL);
	vv_buf bytes = VV_BUF_INIT, content = VV_BUF_INIT;
	vv_shard s;
	vv_prng r;
	vv_error err;

	(void)state;
	vv_prng_init(&r, 1);
	vv_prng_bytes(&r, data, VV_SHARD_FULL);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		vv_assert_ok(vv_shard_make(&bytes, &s, &seal, data, sizes[i], &err), &err);
		assert_int_equal(s.leaves, leaves[i]);
		assert_int_equal(bytes.len, vv_shard_len(leaves[i]));
		assert_true(bytes.len <= VV_SHARD_MAX);
		vv_buf_reset(&content);
		vv_assert_ok(vv_shard_open(&content, &seal, bytes.data, bytes.len, &err), &err);
		assert_int_equal(content.len, sizes[i]);
		assert_memory_equal(content.data, data, sizes[i]);
		const char *trailer = bytes.data + (size_t)s.leaves * VV_LEAF;
		for (unsigned k = 0; k < s.leaves; k += s.leaves / 2 + 1) {
			vv_assert_ok(vv_leaf_check(&s, k, bytes.data + (size_t)k * VV_LEAF, trailer,
						   &err),
				     &err);
		}
	}
	vv_free(data);
	vv_buf_clear(&bytes);
	vv_buf_clear(&content);
}

static void a_shard_of_another_vault_or_epoch_does_not_open(void **state)
{
	vv_shard_seal seal = example_seal(), other = seal;
	vv_buf bytes = VV_BUF_INIT, content = VV_BUF_INIT;
	vv_shard s;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_shard_make(&bytes, &s, &seal, "some content", 12, &err), &err);
	other.vault.digest[0] ^= 1;
	vv_assert_status(vv_shard_open(&content, &other, bytes.data, bytes.len, &err), VV_ECORRUPT,
			 &err);
	other = seal;
	other.epoch[0] ^= 1;
	vv_assert_status(vv_shard_open(&content, &other, bytes.data, bytes.len, &err), VV_ECORRUPT,
			 &err);
	vv_buf_clear(&bytes);
	vv_buf_clear(&content);
}

static void a_changed_byte_shows_wherever_it_is(void **state)
{
	vv_shard_seal seal = example_seal();
	uint8_t epoch[VV_EPOCH_NAME];
	vv_buf bytes = VV_BUF_INIT, content = VV_BUF_INIT;
	vv_shard s, is;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_shard_make(&bytes, &s, &seal, "some content", 12, &err), &err);
	for (size_t i = 0; i < bytes.len; i += i < 100 ? 1 : 61) {
		bytes.data[i] ^= 4;
		assert_true(vv_shard_look(&is, epoch, bytes.data, bytes.len, &err) < 0);
		if (i < VV_LEAF && !(i >= 18 && i < 24)) {
			assert_true(vv_shard_open(&content, &seal, bytes.data, bytes.len, &err) <
				    0);
		}
		bytes.data[i] ^= 4;
	}
	assert_true(vv_shard_look(&is, epoch, bytes.data, bytes.len - 1, &err) < 0);
	assert_true(vv_shard_look(&is, epoch, bytes.data, 0, &err) < 0);
	bytes.data[7] = 2;
	vv_assert_status(vv_shard_look(&is, epoch, bytes.data, bytes.len, &err), VV_ENOSUPPORT,
			 &err);
	vv_buf_clear(&bytes);
	vv_buf_clear(&content);
}

static void a_holder_of_hashes_alone_fails_an_audit(void **state)
{
	vv_shard_seal seal = example_seal();
	char content[3 * VV_LEAF] = {0}, zeros[VV_LEAF] = {0};
	vv_buf bytes = VV_BUF_INIT;
	vv_shard s;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_shard_make(&bytes, &s, &seal, content, sizeof(content), &err), &err);
	char *trailer = bytes.data + (size_t)s.leaves * VV_LEAF;
	vv_assert_status(vv_leaf_check(&s, 2, zeros, trailer, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "leaf 2 has changed");
	vv_assert_status(vv_leaf_check(&s, 1, bytes.data, trailer, &err), VV_ECORRUPT, &err);
	trailer[0] ^= 1;
	vv_assert_status(vv_leaf_check(&s, 2, bytes.data + 2 * VV_LEAF, trailer, &err), VV_ECORRUPT,
			 &err);
	vv_assert_contains(err.message, "its hashes are not those of the shard");
	vv_buf_clear(&bytes);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(keys_are_those_of_the_page),
	cmocka_unit_test(a_shard_is_that_of_the_page),
	cmocka_unit_test(parity_is_that_of_the_page),
	cmocka_unit_test(a_leaf_and_its_path_show_where_it_is),
	cmocka_unit_test(every_size_comes_back),
	cmocka_unit_test(a_shard_of_another_vault_or_epoch_does_not_open),
	cmocka_unit_test(a_changed_byte_shows_wherever_it_is),
	cmocka_unit_test(a_holder_of_hashes_alone_fails_an_audit),
};

VV_TEST_SUITE(shard)
