/*
 * Stripes against a model with tables of powers: the same parity, and everything back whichever are lost.
 */
#include <string.h>

#include "base/sys.h"
#include "cmd/vault/sealed/stripe.h"
#include "tests/unit/support.h"

#define BODY (VV_LEAVES_MAX * VV_LEAF)

/* --- the model: GF(256) by discrete logarithms ------------------------------------------------ */

static uint8_t power[512], logarithm[256];

static void make_field(void)
{
	unsigned x = 1;

	for (unsigned i = 0; i < 255; i++) {
		power[i] = power[i + 255] = (uint8_t)x;
		logarithm[x] = (uint8_t)i;
		x = x << 1 ^ (x & 0x80 ? 0x11d : 0);
	}
}

static uint8_t times(uint8_t a, uint8_t b)
{
	return a && b ? power[logarithm[a] + logarithm[b]] : 0;
}

static uint8_t coefficient(vv_code c, unsigned parity, unsigned data)
{
	return power[255 - logarithm[(c.data + parity) ^ data]];
}

/* --- stripes --------------------------------------------------------------------------------------- */

typedef struct stripe {
	vv_code code;
	vv_buf bytes[VV_STRIPE_MAX];
	vv_shard shards[VV_STRIPE_MAX];
} stripe;

static void clear_stripe(stripe *s)
{
	for (size_t i = 0; i < VV_STRIPE_MAX; i++) {
		vv_buf_clear(&s->bytes[i]);
	}
}

static void make_stripe(stripe *s, vv_code code, uint64_t seed)
{
	uint8_t from[VV_STRIPE_MAX], wanted[VV_STRIPE_MAX], *body = vv_malloc(BODY);
	vv_stripe_work *w;
	vv_prng r;
	vv_error err;

	memset(s, 0, sizeof(*s));
	s->code = code;
	vv_prng_init(&r, seed);
	for (unsigned i = 0; i < code.data; i++) {
		vv_prng_bytes(&r, body, BODY);
		vv_buf_put(&s->bytes[i], body, BODY);
		vv_assert_ok(vv_leaves_end(&s->bytes[i], &s->shards[i], &err), &err);
		assert_int_equal(s->bytes[i].len, VV_SHARD_MAX);
		from[i] = (uint8_t)i;
	}
	for (unsigned i = 0; i < code.parity; i++) {
		wanted[i] = (uint8_t)(code.data + i);
	}
	vv_assert_ok(vv_stripe_open(&w, code, from, wanted, code.parity, &err), &err);
	for (unsigned i = 0; i < code.data; i++) {
		vv_assert_ok(vv_stripe_take(w, i, s->bytes[i].data, s->bytes[i].len, &err), &err);
	}
	for (unsigned i = 0; i < code.parity; i++) {
		const unsigned n = code.data + i;
		vv_assert_ok(vv_stripe_get(w, i, &s->bytes[n], &s->shards[n], &err), &err);
	}
	vv_stripe_close(w);
	vv_free(body);
}

/* What is lost comes back from the first K of the rest, taken last first. */
static void assert_comes_back(const stripe *s, const bool *lost)
{
	uint8_t from[VV_STRIPE_MAX], wanted[VV_STRIPE_MAX];
	size_t had = 0, gone = 0;
	vv_buf bytes = VV_BUF_INIT;
	vv_stripe_work *w;
	vv_shard is;
	vv_error err;

	for (unsigned i = 0; i < vv_code_shards(s->code); i++) {
		if (lost[i]) {
			wanted[gone++] = (uint8_t)i;
		} else if (had < s->code.data) {
			from[had++] = (uint8_t)i;
		}
	}
	assert_int_equal(had, s->code.data);
	vv_assert_ok(vv_stripe_open(&w, s->code, from, wanted, gone, &err), &err);
	for (size_t i = had; i > 0; i--) {
		const vv_buf *b = &s->bytes[from[i - 1]];
		vv_assert_ok(vv_stripe_take(w, i - 1, b->data, b->len, &err), &err);
	}
	for (size_t i = 0; i < gone; i++) {
		vv_assert_ok(vv_stripe_get(w, i, &bytes, &is, &err), &err);
		assert_true(vv_cid_equal(&is.cid, &s->shards[wanted[i]].cid));
		assert_memory_equal(is.root, s->shards[wanted[i]].root, sizeof(is.root));
		assert_int_equal(bytes.len, s->bytes[wanted[i]].len);
		assert_memory_equal(bytes.data, s->bytes[wanted[i]].data, bytes.len);
	}
	vv_stripe_close(w);
	vv_buf_clear(&bytes);
}

static void parity_is_that_of_the_model(void **state)
{
	const vv_code code = {4, 2};
	uint8_t sum;
	stripe s;

	(void)state;
	make_field();
	make_stripe(&s, code, 1);
	for (unsigned i = 0; i < code.parity; i++) {
		const uint8_t *made = (const uint8_t *)s.bytes[code.data + i].data;
		for (size_t n = 0; n < BODY; n++) {
			sum = 0;
			for (unsigned j = 0; j < code.data; j++) {
				sum ^= times(coefficient(code, i, j), (uint8_t)s.bytes[j].data[n]);
			}
			assert_int_equal(made[n], sum);
		}
	}
	clear_stripe(&s);
}

static void any_two_of_six_come_back(void **state)
{
	stripe s;

	(void)state;
	make_stripe(&s, (vv_code){4, 2}, 2);
	for (unsigned a = 0; a < 6; a++) {
		for (unsigned b = a; b < 6; b++) {
			bool lost[VV_STRIPE_MAX] = {false};
			lost[a] = lost[b] = true;
			assert_comes_back(&s, lost);
		}
	}
	clear_stripe(&s);
}

static void any_m_of_any_code_come_back(void **state)
{
	vv_prng r;
	stripe s;

	(void)state;
	vv_prng_init(&r, 3);
	for (unsigned turn = 0; turn < 12; turn++) {
		/* The last one is the largest that there is. */
		const uint32_t data = turn == 11 ? 16 : 2 + (uint32_t)vv_prng_below(&r, 14);
		const uint32_t parity = turn == 11 ? 16 : 1 + (uint32_t)vv_prng_below(&r, 5);
		bool lost[VV_STRIPE_MAX] = {false};
		make_stripe(&s, (vv_code){data, parity}, turn);
		for (unsigned n = 0; n < parity; n++) {
			lost[vv_prng_below(&r, data + parity)] = true;
		}
		assert_comes_back(&s, lost);
		clear_stripe(&s);
	}
}

static void a_shard_that_is_not_full_is_refused(void **state)
{
	const uint8_t from[] = {0, 1}, twice[] = {1, 1}, wanted[] = {2};
	vv_stripe_work *w;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_stripe_open(&w, (vv_code){2, 1}, from, wanted, 1, &err), &err);
	vv_assert_status(vv_stripe_take(w, 0, "short", 5, &err), VV_ECORRUPT, &err);
	vv_stripe_close(w);
	vv_assert_status(vv_stripe_open(&w, (vv_code){2, 1}, twice, wanted, 1, &err), VV_ECORRUPT,
			 &err);
}

static void a_code_is_two_numbers(void **state)
{
	static const char *const wrong[] = {"",     "4",    "4+",   "+2",    "4+0",
					    "1+1",  "0+2",  "31+2", "16+17", "4+2+1",
					    "4+2 ", " 4+2", "4-2",  "32+0",  "4294967298+1"};
	vv_code c;

	(void)state;
	assert_true(vv_code_parse(&c, "4+2"));
	assert_int_equal(c.data, 4);
	assert_int_equal(c.parity, 2);
	assert_true(vv_code_parse(&c, "31+1"));
	assert_true(vv_code_parse(&c, "2+30"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(vv_code_parse(&c, wrong[i]));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(parity_is_that_of_the_model),
	cmocka_unit_test(any_two_of_six_come_back),
	cmocka_unit_test(any_m_of_any_code_come_back),
	cmocka_unit_test(a_shard_that_is_not_full_is_refused),
	cmocka_unit_test(a_code_is_two_numbers),
};

VV_TEST_SUITE(stripe)
