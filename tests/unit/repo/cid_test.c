/*
 * cid: the vectors were made with the npm package multiformats.
 */
#include <string.h>

#include "repo/blocks/cid.h"
#include "tests/unit/support.h"

typedef struct vector {
	uint8_t codec;
	const char *bytes;  /* of the block, hex */
	const char *binary; /* hex */
	const char *text;
} vector;

static const vector vectors[] = {
	{VV_CODEC_RAW, "",
	 "01551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	 "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},
	{VV_CODEC_RAW, "68656c6c6f20",
	 "015512205e3235a8346e5a4585f8c58562f5052b8fe26a3bb122e1e96c76784964dfc461",
	 "bafkreic6gi22qndoljcyl6gfqvrpkbjlr7rguo5relq6s3dwpbewjx6eme"},
	{VV_CODEC_RAW, "776f726c640a",
	 "01551220e258d248fda94c63753607f7c4494ee0fcbe92f1a76bfdac795c9d84101eb317",
	 "bafkreihcldjer7njjrrxknqh67cestxa7s7jf4nhnp62y6k4twcbahvtc4"},
	{VV_CODEC_RAW, "68656c6c6f20776f726c64",
	 "01551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
	 "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"},
	{VV_CODEC_DAG_CBOR, "a0",
	 "01711220c19a797fa1fd590cd2e5b42d1cf5f246e29b91684e2f87404b81dc345c7a56a0",
	 "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"},
	{VV_CODEC_DAG_CBOR, "80",
	 "0171122076be8b528d0075f7aae98d6fa57a6d3c83ae480a8469e668d7b0af968995ac71",
	 "bafyreidwx2fvfdiaox32v2mnn6sxu3j4qoxeqcuenhtgrv5qv6litfnmoe"},
	{VV_CODEC_DAG_CBOR, "f6",
	 "01711220b0b2988b6bbe724bacda5e9e524736de0bc7dae41c46b4213c50e1d35d4e5f13",
	 "bafyreifqwkmiw256ojf2zws6tzjeonw6bpd5vza4i22ccpcq4hjv2ts7cm"},
};

#define VECTORS (sizeof vectors / sizeof vectors[0])

static size_t unhex(uint8_t *out, const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (; hex[0]; hex += 2) {
		out[n++] = (uint8_t)((strchr(digits, hex[0]) - digits) << 4 |
				     (strchr(digits, hex[1]) - digits));
	}
	return n;
}

static void blocks_get_the_names_that_ipfs_gives_them(void **state)
{
	uint8_t bytes[64], binary[64], written[VV_CID_BYTES];
	char text[VV_CID_TEXT + 1];
	vv_error err;
	vv_cid cid;
	size_t i, len;

	(void)state;
	for (i = 0; i < VECTORS; i++) {
		len = unhex(bytes, vectors[i].bytes);
		vv_assert_ok(vv_cid_of(&cid, vectors[i].codec, bytes, len, &err), &err);
		vv_cid_text(text, &cid);
		assert_string_equal(text, vectors[i].text);
		assert_int_equal(unhex(binary, vectors[i].binary), VV_CID_BYTES);
		vv_cid_write(written, &cid);
		assert_memory_equal(written, binary, VV_CID_BYTES);
	}
}

static void both_spellings_read_back_as_the_same_cid(void **state)
{
	uint8_t binary[64];
	vv_cid a, b;
	vv_error err;
	size_t i;

	(void)state;
	for (i = 0; i < VECTORS; i++) {
		(void)unhex(binary, vectors[i].binary);
		vv_assert_ok(vv_cid_read(&a, binary, VV_CID_BYTES, &err), &err);
		vv_assert_ok(vv_cid_parse(&b, vectors[i].text, VV_CID_TEXT, &err), &err);
		assert_true(vv_cid_equal(&a, &b));
		assert_int_equal(a.codec, vectors[i].codec);
	}
}

static void other_kinds_of_binary_cid_are_refused(void **state)
{
	uint8_t binary[64], copy[64];
	vv_error err;
	vv_cid cid;
	size_t i, len;
	unsigned value;

	(void)state;
	(void)unhex(binary, vectors[0].binary);
	for (len = 0; len < 60; len++) {
		if (len != VV_CID_BYTES) {
			memset(copy, 0, sizeof copy);
			memcpy(copy, binary, len < VV_CID_BYTES ? len : VV_CID_BYTES);
			vv_assert_status(vv_cid_read(&cid, copy, len, &err), VV_EUSAGE, &err);
		}
	}
	for (i = 0; i < 4; i++) {
		for (value = 0; value < 256; value++) {
			bool good = value == binary[i] || (i == 1 && value == VV_CODEC_DAG_CBOR);

			memcpy(copy, binary, VV_CID_BYTES);
			copy[i] = (uint8_t)value;
			vv_assert_status(vv_cid_read(&cid, copy, VV_CID_BYTES, &err),
					 good ? VV_OK : VV_EUSAGE, &err);
		}
	}
}

static void only_the_one_text_form_is_accepted(void **state)
{
	static const char *const bad[] = {
		"",
		"b",
		"Bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
		"bAfkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
		"zafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk",
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykua",
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk=",
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk1",
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk ",
		"QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
	};
	vv_error err;
	vv_cid cid;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		vv_assert_status(vv_cid_parse(&cid, bad[i], strlen(bad[i]), &err), VV_EUSAGE, &err);
		assert_true(err.message[0] != '\0');
	}
}

static void spare_bits_of_the_last_character_must_be_zero(void **state)
{
	char text[VV_CID_TEXT + 1];
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned good = 0;
	vv_error err;
	vv_cid cid;
	size_t i;

	(void)state;
	memcpy(text, vectors[0].text, sizeof text);
	for (i = 0; i < 32; i++) {
		text[VV_CID_TEXT - 1] = letters[i];
		if (vv_cid_parse(&cid, text, VV_CID_TEXT, &err) == VV_OK) {
			char again[VV_CID_TEXT + 1];

			vv_cid_text(again, &cid);
			assert_string_equal(again, text);
			good++;
		}
	}
	assert_int_equal(good, 8);
}

static void order_is_by_digest_then_codec_and_the_prefix_sorts_alike(void **state)
{
	vv_cid a = {VV_CODEC_RAW, {1, 2, 3, 4, 5, 6, 7, 8, 9}}, b = a, c = a;

	(void)state;
	b.digest[7] = 9;
	c.codec = VV_CODEC_DAG_CBOR;
	assert_true(vv_cid_compare(&a, &b) < 0 && vv_cid_compare(&b, &a) > 0);
	assert_true(vv_cid_prefix(&a) < vv_cid_prefix(&b));
	assert_true(vv_cid_prefix(&a) == 0x0102030405060708u);
	assert_true(vv_cid_compare(&a, &c) < 0 && vv_cid_compare(&a, &a) == 0);
	assert_false(vv_cid_equal(&a, &c));
	a.codec = 0;
	assert_true(vv_cid_is_null(&a));
	assert_false(vv_cid_is_null(&b));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(blocks_get_the_names_that_ipfs_gives_them),
	cmocka_unit_test(both_spellings_read_back_as_the_same_cid),
	cmocka_unit_test(other_kinds_of_binary_cid_are_refused),
	cmocka_unit_test(only_the_one_text_form_is_accepted),
	cmocka_unit_test(spare_bits_of_the_last_character_must_be_zero),
	cmocka_unit_test(order_is_by_digest_then_codec_and_the_prefix_sorts_alike),
};

VV_TEST_SUITE(cid)
