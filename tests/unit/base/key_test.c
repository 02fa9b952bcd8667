/*
 * Keys: names, signatures and boxes belong to one key and one purpose.
 */
#include <string.h>

#include "base/keys/key.h"
#include "tests/unit/support.h"

static vv_key key_of(uint8_t fill)
{
	uint8_t seed[VV_KEY_SEED];
	vv_key k;
	vv_error err;

	memset(seed, fill, sizeof(seed));
	vv_assert_ok(vv_key_of_seed(&k, seed, &err), &err);
	return k;
}

/* RFC 8032, section 7.1, test 1. */
static void a_seed_makes_the_public_key_of_rfc_8032(void **state)
{
	static const uint8_t seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
					 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
					 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19,
					 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
	static const uint8_t wanted[4] = {0xd7, 0x5a, 0x98, 0x01};
	vv_key k;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_of_seed(&k, seed, &err), &err);
	assert_memory_equal(k.public_key, wanted, sizeof(wanted));
}

static void a_did_is_read_as_it_was_written(void **state)
{
	vv_key k = key_of(7);
	char did[VV_DID_TEXT];
	uint8_t back[VV_KEY_PUBLIC];
	vv_error err;

	(void)state;
	vv_did_text(did, k.public_key);
	assert_memory_equal(did, "did:key:z6Mk", 12);
	vv_assert_ok(vv_did_read(back, did, &err), &err);
	assert_memory_equal(back, k.public_key, sizeof(back));
	did[20] = did[20] == 'a' ? 'b' : 'a';
	assert_true(vv_did_read(back, did, &err) < 0 ||
		    memcmp(back, k.public_key, sizeof(back)) != 0);
	vv_assert_status(vv_did_read(back, "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1Z", &err),
			 VV_EUSAGE, &err);
	vv_assert_status(vv_did_read(back, "did:web:example.org", &err), VV_EUSAGE, &err);
	vv_assert_status(vv_did_read(back, "did:key:z", &err), VV_EUSAGE, &err);
}

/* As Kubo has it. */
static void a_key_has_a_name_at_ipns(void **state)
{
	uint8_t key[VV_KEY_PUBLIC];
	char name[VV_IPNS_TEXT];

	(void)state;
	assert_int_equal(
		vv_did_read(key, "did:key:z6MkuzCjfRLLgGrNL1CzZ68RGEzcMkkS7kHYge8jfgP5HGoL", NULL),
		VV_OK);
	vv_did_ipns(name, key);
	assert_string_equal(name, "k51qzi5uqu5dlxocmrbv0ev301l3n8o191xbazx7tvaedje8ns3eswpeuoc7h7");
}

static void a_signature_is_of_one_purpose_and_these_bytes(void **state)
{
	vv_key k = key_of(1), other = key_of(2);
	uint8_t s[VV_SIGNATURE];
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_sign(s, &k, "varve record 1", "abc", 3, &err), &err);
	vv_assert_ok(vv_key_verify(s, k.public_key, "varve record 1", "abc", 3, &err), &err);
	vv_assert_status(vv_key_verify(s, k.public_key, "varve receipt 1", "abc", 3, &err),
			 VV_ECORRUPT, &err);
	vv_assert_status(vv_key_verify(s, k.public_key, "varve record 1", "abd", 3, &err),
			 VV_ECORRUPT, &err);
	vv_assert_status(vv_key_verify(s, other.public_key, "varve record 1", "abc", 3, &err),
			 VV_ECORRUPT, &err);
}

static void a_box_opens_for_its_key_alone(void **state)
{
	vv_key k = key_of(3), other = key_of(4);
	vv_buf box = VV_BUF_INIT, out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_key_box(&box, k.public_key, "secret", 6, &err), &err);
	assert_int_equal(box.len, 6 + VV_KEY_BOX_MORE);
	vv_assert_status(vv_key_box_open(&out, &other, box.data, box.len, &err), VV_EREFUSED, &err);
	vv_assert_ok(vv_key_box_open(&out, &k, box.data, box.len, &err), &err);
	assert_int_equal(out.len, 6);
	assert_memory_equal(out.data, "secret", 6);
	box.data[50] ^= 1;
	vv_assert_status(vv_key_box_open(&out, &k, box.data, box.len, &err), VV_EREFUSED, &err);
	vv_assert_status(vv_key_box_open(&out, &k, box.data, 10, &err), VV_EREFUSED, &err);
	vv_buf_clear(&box);
	vv_buf_clear(&out);
}

static void nothing_is_sealed_to_a_point_of_low_order(void **state)
{
	uint8_t low[VV_KEY_PUBLIC] = {1};
	vv_buf box = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_status(vv_key_box(&box, low, "secret", 6, &err), VV_EUSAGE, &err);
	vv_buf_clear(&box);
}

/* Makes room for the bytes that come next, and fills it. */
static void fill_room(vv_buf *b)
{
	vv_buf_reset(b);
	assert_true(vv_buf_reserve(b, 200));
	memset(b->data, 'x', b->cap);
}

static void a_box_and_its_content_end_with_a_nul(void **state)
{
	vv_key k = key_of(3);
	vv_buf box = VV_BUF_INIT, out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	fill_room(&box);
	fill_room(&out);
	vv_assert_ok(vv_key_box(&box, k.public_key, "secret", 6, &err), &err);
	assert_int_equal(box.data[box.len], '\0');
	vv_assert_ok(vv_key_box_open(&out, &k, box.data, box.len, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), "secret");
	vv_buf_clear_all(&box, &out);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_seed_makes_the_public_key_of_rfc_8032),
	cmocka_unit_test(a_did_is_read_as_it_was_written),
	cmocka_unit_test(a_key_has_a_name_at_ipns),
	cmocka_unit_test(a_signature_is_of_one_purpose_and_these_bytes),
	cmocka_unit_test(a_box_opens_for_its_key_alone),
	cmocka_unit_test(nothing_is_sealed_to_a_point_of_low_order),
	cmocka_unit_test(a_box_and_its_content_end_with_a_nul),
};

VV_TEST_SUITE(key)
