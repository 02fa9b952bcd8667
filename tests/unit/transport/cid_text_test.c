/*
 * CIDs as others write them: every base and version that gateways accept, and invalid ones.
 */
#include <string.h>

#include "tests/unit/support.h"
#include "transport/protocol/cid_text.h"

static void cids_of_all_kinds_are_known_as_such(void **state)
{
	static const char *const good[] = {
		"bafkqaaa",
		"QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
		"bafybeievgwqmxi5xni5riojtkcuxod5ae2qwwxk4npgxcigvxk5fg6ott4",
		"bafyreidhocbrn2k2ih5h7zqdkvobokl3gi65un4kvmqoashxlkilzt3skq",
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
		"BAFKQAAA",
	};
	static const char *const bad[] = {
		"",
		"b",
		"Qm",
		"QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbd0",
		"bafkqaab",
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykv",
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykua",
		"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk",
		"BAFKqAAA",
		"f0155000", /* a length that is none */
		"f015500f",
		"zdj7WfUMFk49HpLubTgKRGJ6oCHe2p84dQRzSqZBAmWTyQSG0",
		"notacid",
	};
	vv_foreign_cid c;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(vv_cid_text_read(&c, good[i], strlen(good[i])));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(vv_cid_text_read(&c, bad[i], strlen(bad[i])));
	}
}

/* Written by the npm package multiformats. */
static void one_cid_is_the_same_in_every_base(void **state)
{
	static const char *const texts[] = {
		"bafybeievgwqmxi5xni5riojtkcuxod5ae2qwwxk4npgxcigvxk5fg6ott4",
		"BAFYBEIEVGWQMXI5XNI5RIOJTKCUXOD5AE2QWWXK4NPGXCIGVXK5FG6OTT4",
		"f017012209535a0cba3b76a3b14393350a9770fa026a16b5d5c6bcd7120d5baba5379d39f",
		"F017012209535A0CBA3B76A3B14393350A9770FA026A16B5D5C6BCD7120D5BABA5379D39F",
		"k2jmtxv2znli2n8pnhm75amsqg5sqidcfl9thob8tnxzys6yv5ly5in3",
		"K2JMTXV2ZNLI2N8PNHM75AMSQG5SQIDCFL9THOB8TNXZYS6YV5LY5IN3",
		"zdj7WfUMFk49HpLubTgKRGJ6oCHe2p84dQRzSqZBAmWTyQSGW",
		"QmYP6tJzHpLk2t9kagJgERMj1pcgM5zJ88S2WNNqeXqY6a",
	};
	char back[VV_CID_TEXT + 1];
	vv_foreign_cid c;
	vv_cid own;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(vv_cid_text_read(&c, texts[i], strlen(texts[i])));
		assert_true(vv_cid_text_own(&own, &c));
		vv_cid_text(back, &own);
		assert_string_equal(back, texts[0]);
	}
}

static void a_cid_may_hold_its_block(void **state)
{
	vv_foreign_cid c;
	vv_cid own;

	(void)state;
	assert_true(vv_cid_text_read(&c, "bafkqabtimvwgy3yk", 17));
	assert_true(vv_cid_text_is_identity(&c));
	assert_false(vv_cid_text_own(&own, &c));
	assert_int_equal(c.digest_len, 6);
	assert_memory_equal(c.digest, "hello\n", 6);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(cids_of_all_kinds_are_known_as_such),
	cmocka_unit_test(one_cid_is_the_same_in_every_base),
	cmocka_unit_test(a_cid_may_hold_its_block),
};

VV_TEST_SUITE(cid_text)
