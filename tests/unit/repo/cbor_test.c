/*
 * cbor: the vectors were made with the npm package @ipld/dag-cbor.
 */
#include <stdlib.h>
#include <string.h>

#include "repo/blocks/cbor.h"
#include "tests/unit/support.h"

typedef struct vector {
	const char *cid;
	const char *hex;
} vector;

static const vector node_two_links = {
	"bafyreidhocbrn2k2ih5h7zqdkvobokl3gi65un4kvmqoashxlkilzt3skq",
	"a26473697a650c656c696e6b7382d82a582500015512205e3235a8346e5a4585f8c58562f5052b8fe26a3bb122e1e96c7678"
	"4964dfc461d82a58250001551220e258d248fda94c63753607f7c4494ee0fcbe92f1a76bfdac795c9d84101eb317"};
static const vector key_order = {
	"bafyreieks75rbd4bukokxkizb6d67k6jr3ycgjm3jqy5lrkc5wxfw4fkaa",
	"a8600661610261620462616105627a7a0162c3a907636262620366c3a9c3a9c3a908"};
static const vector ints = {
	"bafyreifxytu6rtjyd2qnvpu44pfx5q7thni5kimz2gtb5623gbm74a5pem",
	"93000117181818ff19010019ffff1a000100001affffffff1b00000001000000001b001fffffffffffff2037381838ff3901"
	"0039ffff3a000100003b0000000100000000"};
static const vector big_ints = {
	"bafyreid37pjxbstr7b57u4c5zo4dxr4zodamt46gub5gt67p327rnkt2n4",
	"841bffffffffffffffff3bffffffffffffffff1b7fffffffffffffff3b7fffffffffffffff"};
static const vector bytes_vector = {"bafyreiffzgxhrmciryuj5yzxpa2u3u4qvmo44eviicuccnuhso4yl6k5ju",
				    "44000102ff"};
static const vector string_vector = {"bafyreicwpiwbbdm6ns57ezadjyto7iajymofw7qxl7owx66b2elaxcdz5y",
				     "6668c3a96c6c6f"};
static const vector nested = {
	"bafyreifxlo2qykxece5z7ocbpcyntefsnrxfjvdd2obpbg7ma2hgbwoueq",
	"a164726f6f74a3646c69737484f6f46178420000656368696c64d82a5825000171122067708316e95a41fa7fe603555c1729"
	"7b323dda378aab20e048f75a90bccf725465656d707479d82a58250001551220e3b0c44298fc1c149afbf4c8996fb92427ae"
	"41e4649b934ca495991b7852b855"};
static const vector empty_map = {"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua",
				 "a0"};
static const vector empty_list = {"bafyreidwx2fvfdiaox32v2mnn6sxu3j4qoxeqcuenhtgrv5qv6litfnmoe",
				  "80"};
static const vector null_vector = {"bafyreifqwkmiw256ojf2zws6tzjeonw6bpd5vza4i22ccpcq4hjv2ts7cm",
				   "f6"};
static const vector true_vector = {"bafyreibhvppn37ufanewvxvwendgzksh3jpwhk6sxrx2dh3m7s3t5t7noa",
				   "f5"};

static const vector *const vectors[] = {
	&node_two_links, &key_order, &ints,       &big_ints,    &bytes_vector, &string_vector,
	&nested,         &empty_map, &empty_list, &null_vector, &true_vector,
};

#define VECTORS (sizeof vectors / sizeof vectors[0])

/* From hex into memory of exactly that size, so that a step beyond is seen. */
static uint8_t *unhex(const char *hex, size_t *len)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *out = malloc(strlen(hex) / 2 + 1);
	size_t n = 0;

	assert_non_null(out);
	for (; hex[0]; hex += 2) {
		out[n++] = (uint8_t)((strchr(digits, hex[0]) - digits) << 4 |
				     (strchr(digits, hex[1]) - digits));
	}
	*len = n;
	return out;
}

static uint8_t *exactly(const uint8_t *bytes, size_t len)
{
	uint8_t *out = malloc(len > 0 ? len : 1);

	assert_non_null(out);
	memcpy(out, bytes, len);
	return out;
}

static void assert_written(vv_buf *b, const vector *want)
{
	size_t len;
	uint8_t *bytes = unhex(want->hex, &len);
	char text[VV_CID_TEXT + 1];
	vv_error err;
	vv_cid cid;

	vv_assert_ok(vv_buf_ok(b, &err), &err);
	assert_int_equal(b->len, len);
	assert_memory_equal(b->data, bytes, len);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, b->data, b->len, &err), &err);
	vv_cid_text(text, &cid);
	assert_string_equal(text, want->cid);
	vv_buf_clear(b);
	free(bytes);
}

static vv_cid link_to(const char *text)
{
	vv_error err;
	vv_cid cid;

	vv_assert_ok(vv_cid_parse(&cid, text, strlen(text), &err), &err);
	return cid;
}

static void maps_links_and_keys_are_written_as_others_write_them(void **state)
{
	static const char *const keys[] = {"",   "a",        "b",   "aa",
					   "zz", "\xc3\xa9", "bbb", "\xc3\xa9\xc3\xa9\xc3\xa9"};
	static const uint64_t values[] = {6, 2, 4, 5, 1, 7, 3, 8};
	vv_cid a = link_to("bafkreic6gi22qndoljcyl6gfqvrpkbjlr7rguo5relq6s3dwpbewjx6eme");
	vv_cid c = link_to("bafkreihcldjer7njjrrxknqh67cestxa7s7jf4nhnp62y6k4twcbahvtc4");
	vv_buf b = VV_BUF_INIT;
	size_t i;

	(void)state;
	vv_cbor_put_map(&b, 2);
	vv_cbor_put_key(&b, "size");
	vv_cbor_put_uint(&b, 12);
	vv_cbor_put_key(&b, "links");
	vv_cbor_put_array(&b, 2);
	vv_cbor_put_link(&b, &a);
	vv_cbor_put_link(&b, &c);
	assert_written(&b, &node_two_links);
	vv_cbor_put_map(&b, 8);
	for (i = 0; i < 8; i++) {
		vv_cbor_put_key(&b, keys[i]);
		vv_cbor_put_uint(&b, values[i]);
	}
	assert_written(&b, &key_order);
}

static void integers_are_written_in_their_shortest_form(void **state)
{
	static const uint64_t values[] = {
		0, 1, 23, 24, 255, 256, 65535, 65536, 4294967295, 4294967296, 9007199254740991,
	};
	vv_buf b = VV_BUF_INIT;
	size_t len, i;
	uint8_t *bytes = unhex(ints.hex, &len);

	(void)state;
	for (i = 0; i < sizeof values / sizeof values[0]; i++) {
		vv_cbor_put_uint(&b, values[i]);
	}
	/* After the head of the list; what is negative, varve never writes. */
	assert_true(1 + b.len < len);
	assert_memory_equal(b.data, bytes + 1, b.len);
	vv_buf_clear(&b);
	free(bytes);
}

static void other_values_are_written_as_others_write_them(void **state)
{
	vv_buf b = VV_BUF_INIT;

	(void)state;
	vv_cbor_put_bytes(&b, "\x00\x01\x02\xff", 4);
	assert_written(&b, &bytes_vector);
	vv_cbor_put_text(&b, "h\xc3\xa9llo", 6);
	assert_written(&b, &string_vector);
	vv_cbor_put_null(&b);
	assert_written(&b, &null_vector);
	vv_cbor_put_bool(&b, true);
	assert_written(&b, &true_vector);
	vv_cbor_put_map(&b, 0);
	assert_written(&b, &empty_map);
	vv_cbor_put_array(&b, 0);
	assert_written(&b, &empty_list);
}

static void canonical_blocks_pass_the_check(void **state)
{
	vv_error err;
	size_t i, len;

	(void)state;
	for (i = 0; i < VECTORS; i++) {
		uint8_t *bytes = unhex(vectors[i]->hex, &len);

		vv_assert_ok(vv_cbor_check(bytes, len, &err), &err);
		free(bytes);
	}
}

static void a_block_cut_short_or_with_a_tail_is_refused(void **state)
{
	vv_error err;
	size_t i, len, cut;

	(void)state;
	for (i = 0; i < VECTORS; i++) {
		uint8_t *bytes = unhex(vectors[i]->hex, &len);
		uint8_t *longer = malloc(len + 1);

		for (cut = 0; cut < len; cut++) {
			uint8_t *part = exactly(bytes, cut);

			vv_assert_status(vv_cbor_check(part, cut, &err), VV_ECORRUPT, &err);
			vv_assert_contains(err.message, "byte ");
			free(part);
		}
		assert_non_null(longer);
		memcpy(longer, bytes, len);
		longer[len] = 0;
		vv_assert_status(vv_cbor_check(longer, len + 1, &err), VV_ECORRUPT, &err);
		free(longer);
		free(bytes);
	}
}

static void every_other_spelling_is_refused(void **state)
{
	static const char *const bad[] = {
		/* longer than needed */
		"1800",
		"1817",
		"1900ff",
		"1a0000ffff",
		"1b00000000ffffffff",
		"3817",
		"5800",
		"7800",
		"780161",
		"9800",
		"b800",
		"d92a0058250001551220",
		"d8185825",
		/* floats, half, single, double; undefined; other simple values */
		"f93c00",
		"fa3f800000",
		"fb3ff8000000000000",
		"f7",
		"e0",
		"f820",
		"f8ff",
		"f3",
		/* indefinite and reserved */
		"5f4100ff",
		"7f6100ff",
		"9fff",
		"bfff",
		"ff",
		"1c",
		"1d",
		"1e",
		"1f",
		"3c",
		"5c",
		"fc",
		/* keys that repeat, are out of order, or are not text */
		"a2616100616101",
		"a2616200616100",
		"a262616100616200",
		"a10000",
		"a14161f6",
		"a1f6f6",
		/* text that is not UTF-8: bad byte, overlong, surrogate, beyond U+10FFFF */
		"61ff",
		"62c080",
		"63eda080",
		"64f4908080",
		"a161fff6",
		/* tags that are not links */
		"c000",
		"d82af6",
		"d82a4100",
		"d82a582501015512205e3235a8346e5a4585f8c58562f5052b8fe26a3bb122e1e96c76784964dfc461",
		"d82a582500005512205e3235a8346e5a4585f8c58562f5052b8fe26a3bb122e1e96c76784964dfc461",
		"d82a582500017012205e3235a8346e5a4585f8c58562f5052b8fe26a3bb122e1e96c76784964dfc461",
		"d82a582500015513205e3235a8346e5a4585f8c58562f5052b8fe26a3bb122e1e96c76784964dfc461",
		/* counts and lengths that cannot be */
		"7bffffffffffffffff",
		"5bffffffffffffffff",
		"9bffffffffffffffff",
		"bbffffffffffffffff",
		"9b0000000020000000",
		"bb8000000000000000",
		"bb8000000000000001f6f6",
		"9a7fffffff",
		"",
	};
	vv_error err;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint8_t *bytes = unhex(bad[i], &len);
		uint8_t *exact = exactly(bytes, len);
		vv_status rc = vv_cbor_check(exact, len, &err);

		if (rc != VV_ECORRUPT) {
			print_error("%s was accepted\n", bad[i]);
		}
		vv_assert_status(rc, VV_ECORRUPT, &err);
		free(exact);
		free(bytes);
	}
}

static void nesting_is_limited(void **state)
{
	uint8_t bytes[VV_CBOR_DEPTH + 2];
	vv_error err;

	(void)state;
	memset(bytes, 0x81, sizeof bytes);
	bytes[VV_CBOR_DEPTH - 1] = 0x80;
	vv_assert_ok(vv_cbor_check(bytes, VV_CBOR_DEPTH, &err), &err);
	bytes[VV_CBOR_DEPTH - 1] = 0x81;
	bytes[VV_CBOR_DEPTH] = 0x00;
	vv_assert_ok(vv_cbor_check(bytes, VV_CBOR_DEPTH + 1, &err), &err);
	bytes[VV_CBOR_DEPTH] = 0x80;
	vv_assert_status(vv_cbor_check(bytes, VV_CBOR_DEPTH + 1, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "deeply");
}

static void a_cursor_reads_what_was_written(void **state)
{
	vv_cid to = link_to("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"), cid;
	vv_buf b = VV_BUF_INIT;
	const uint8_t *bytes;
	const char *text;
	vv_cbor_type type;
	size_t count, len;
	uint64_t u;
	bool flag;
	vv_error err;

	(void)state;
	vv_cbor_put_map(&b, 3);
	vv_cbor_put_key(&b, "v");
	vv_cbor_put_text(&b, "root", 4);
	vv_cbor_put_key(&b, "at");
	vv_cbor_put_link(&b, &to);
	vv_cbor_put_key(&b, "all");
	vv_cbor_put_array(&b, 5);
	vv_cbor_put_uint(&b, INT64_MAX);
	vv_cbor_put_uint(&b, UINT64_MAX);
	vv_cbor_put_bytes(&b, "xy", 2);
	vv_cbor_put_bool(&b, false);
	vv_cbor_put_null(&b);
	vv_cbor c = vv_cbor_of(b.data, b.len);
	vv_assert_ok(vv_cbor_get_map(&c, &count, &err), &err);
	assert_int_equal(count, 3);
	vv_assert_ok(vv_cbor_get_key(&c, "v", &err), &err);
	vv_assert_ok(vv_cbor_get_text(&c, &text, &len, &err), &err);
	assert_int_equal(len, 4);
	assert_memory_equal(text, "root", 4);
	assert_false(vv_cbor_try_key(&c, "nothing"));
	assert_true(vv_cbor_try_key(&c, "at"));
	vv_assert_ok(vv_cbor_peek(&c, &type, &err), &err);
	assert_int_equal(type, VV_CBOR_LINK);
	vv_assert_ok(vv_cbor_get_link(&c, &cid, &err), &err);
	assert_true(vv_cid_equal(&cid, &to));
	vv_assert_ok(vv_cbor_get_key(&c, "all", &err), &err);
	vv_assert_ok(vv_cbor_get_array(&c, &count, &err), &err);
	assert_int_equal(count, 5);
	vv_assert_ok(vv_cbor_get_uint(&c, &u, &err), &err);
	assert_true(u == INT64_MAX);
	vv_assert_ok(vv_cbor_get_uint(&c, &u, &err), &err);
	assert_true(u == UINT64_MAX);
	vv_assert_ok(vv_cbor_get_bytes(&c, &bytes, &len, &err), &err);
	assert_int_equal(len, 2);
	assert_memory_equal(bytes, "xy", 2);
	vv_assert_ok(vv_cbor_get_bool(&c, &flag, &err), &err);
	assert_false(flag);
	vv_assert_status(vv_cbor_end(&c, &err), VV_ECORRUPT, &err);
	vv_assert_ok(vv_cbor_get_null(&c, &err), &err);
	vv_assert_ok(vv_cbor_end(&c, &err), &err);
	vv_buf_clear(&b);
}

static void a_value_of_another_type_leaves_the_cursor_where_it_was(void **state)
{
	static const uint8_t list[] = {0x82, 0x01, 0x61, 0x78};
	const char *text;
	size_t count, len;
	uint64_t u;
	vv_error err;
	vv_cbor c, before;

	(void)state;
	c = vv_cbor_of(list, sizeof list);
	before = c;
	vv_assert_status(vv_cbor_get_map(&c, &count, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "expected a map, found a list");
	vv_assert_status(vv_cbor_get_uint(&c, &u, &err), VV_ECORRUPT, &err);
	vv_assert_status(vv_cbor_get_key(&c, "x", &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "'x'");
	assert_ptr_equal(c.p, before.p);
	vv_assert_ok(vv_cbor_get_array(&c, &count, &err), &err);
	vv_assert_ok(vv_cbor_get_uint(&c, &u, &err), &err);
	vv_assert_status(vv_cbor_get_uint(&c, &u, &err), VV_ECORRUPT, &err);
	vv_assert_ok(vv_cbor_get_text(&c, &text, &len, &err), &err);
}

static void integers_beyond_the_signed_range_are_not_cut(void **state)
{
	uint64_t u;
	size_t len, count;
	uint8_t *bytes = unhex(big_ints.hex, &len);
	vv_error err;

	(void)state;
	vv_cbor c = vv_cbor_of(bytes, len);
	vv_assert_ok(vv_cbor_get_array(&c, &count, &err), &err);
	vv_assert_ok(vv_cbor_get_uint(&c, &u, &err), &err);
	assert_true(u == UINT64_MAX);
	vv_assert_status(vv_cbor_get_uint(&c, &u, &err), VV_ECORRUPT, &err);
	vv_assert_ok(vv_cbor_skip(&c, &err), &err);
	vv_assert_ok(vv_cbor_get_uint(&c, &u, &err), &err);
	assert_true(u == INT64_MAX);
	vv_assert_status(vv_cbor_get_uint(&c, &u, &err), VV_ECORRUPT, &err);
	vv_assert_ok(vv_cbor_skip(&c, &err), &err);
	vv_assert_ok(vv_cbor_end(&c, &err), &err);
	free(bytes);
}

typedef struct seen {
	vv_cid links[8];
	size_t count, stop_at;
} seen;

static vv_status note(void *payload, const vv_cid *link, vv_error *err)
{
	seen *s = payload;

	if (s->count == s->stop_at) return vv_fail(err, VV_EREFUSED, "enough");
	s->links[s->count++] = *link;
	return VV_OK;
}

static void links_are_told_in_order(void **state)
{
	seen s;
	size_t len;
	uint8_t *bytes = unhex(nested.hex, &len);
	vv_cid first = link_to(node_two_links.cid);
	vv_error err;

	(void)state;
	memset(&s, 0, sizeof s);
	s.stop_at = 8;
	vv_assert_ok(vv_cbor_links(bytes, len, note, &s, &err), &err);
	assert_int_equal(s.count, 2);
	assert_true(vv_cid_equal(&s.links[0], &first));
	s.count = 0;
	s.stop_at = 1;
	vv_assert_status(vv_cbor_links(bytes, len, note, &s, &err), VV_EREFUSED, &err);
	assert_string_equal(err.message, "enough");
	free(bytes);
}

static void no_link_of_an_unsound_block_is_told(void **state)
{
	seen s;
	size_t len;
	uint8_t *bytes = unhex(node_two_links.hex, &len);
	vv_error err;

	(void)state;
	memset(&s, 0, sizeof s);
	s.stop_at = 8;
	vv_assert_status(vv_cbor_links(bytes, len - 1, note, &s, &err), VV_ECORRUPT, &err);
	assert_int_equal(s.count, 0);
	free(bytes);
}

static void a_flipped_bit_is_refused_or_another_canonical_block(void **state)
{
	size_t len, bit;
	uint8_t *bytes = unhex(nested.hex, &len);
	unsigned refused = 0;
	vv_error err;

	(void)state;
	for (bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refused += vv_cbor_check(bytes, len, &err) < 0;
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(refused > 100);
	vv_assert_ok(vv_cbor_check(bytes, len, &err), &err);
	free(bytes);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(maps_links_and_keys_are_written_as_others_write_them),
	cmocka_unit_test(integers_are_written_in_their_shortest_form),
	cmocka_unit_test(other_values_are_written_as_others_write_them),
	cmocka_unit_test(canonical_blocks_pass_the_check),
	cmocka_unit_test(a_block_cut_short_or_with_a_tail_is_refused),
	cmocka_unit_test(every_other_spelling_is_refused),
	cmocka_unit_test(nesting_is_limited),
	cmocka_unit_test(a_cursor_reads_what_was_written),
	cmocka_unit_test(a_value_of_another_type_leaves_the_cursor_where_it_was),
	cmocka_unit_test(integers_beyond_the_signed_range_are_not_cut),
	cmocka_unit_test(links_are_told_in_order),
	cmocka_unit_test(no_link_of_an_unsound_block_is_told),
	cmocka_unit_test(a_flipped_bit_is_refused_or_another_canonical_block),
};

VV_TEST_SUITE(cbor)
