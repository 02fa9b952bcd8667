/*
 * Standing: what own audits prove, and what room it gives.
 */
#include <string.h>

#include "base/sys.h"
#include "cmd/vault/hold/standing.h"
#include "cmd/vault/sealed/epoch.h"
#include "tests/unit/support.h"

#define DAY UINT64_C(86400)
#define BYTES (2u * (4096u + 32u)) /* of the shard below */

/* Me, a server, and somebody else who writes in the vault. */
enum { ME, SERVER, OTHER, PEOPLE };

typedef struct scene {
	vv_key keys[PEOPLE];
	vv_ledger *ledger;
	vv_shard shard;
	uint64_t begin; /* when the run was */
	vv_standing s;
} scene;

static const vv_cid none = {0};

static void begin(scene *x)
{
	uint8_t owners[PEOPLE][VV_KEY_PUBLIC], seed[VV_KEY_SEED];
	const char content = 'x';
	vv_error err;

	memset(x, 0, sizeof(*x));
	for (int i = 0; i < PEOPLE; i++) {
		memset(seed, i + 1, sizeof(seed));
		vv_assert_ok(vv_key_of_seed(&x->keys[i], seed, &err), &err);
		memcpy(owners[i], x->keys[i].public_key, VV_KEY_PUBLIC);
	}
	vv_assert_ok(vv_ledger_open(&x->ledger, vv_test_path("ledger"), &none, &err), &err);
	vv_assert_ok(vv_vault_begin(x->ledger, (const uint8_t(*)[VV_KEY_PUBLIC])owners, PEOPLE,
				    &x->keys[ME], &err),
		     &err);
	vv_assert_ok(vv_cid_of(&x->shard.cid, VV_CODEC_RAW, &content, 1, &err), &err);
	x->shard.leaves = 2;
	x->begin = vv_ledger_records(x->ledger)[0]->time + 10;
	x->s = (vv_standing){.now = x->begin + 10 * DAY, .self = x->keys[ME].public_key};
}

static void end(scene *x)
{
	vv_standing_clear(&x->s);
	vv_ledger_close(x->ledger);
}

/* Signs r as the author's next record, dated so many seconds after the run. */
static void say(scene *x, int author, vv_ledger_record *r, uint64_t after)
{
	const vv_ledger_author *a = vv_ledger_author_of(x->ledger, x->keys[author].public_key);
	vv_buf bytes = VV_BUF_INIT;
	char name[VV_LEDGER_NAME];
	vv_error err;

	r->vault = *vv_ledger_vault(x->ledger);
	r->time = x->begin + after;
	r->sequence = a && a->head ? a->head->sequence + 1 : 0;
	if (a && a->head) {
		r->previous = a->head->cid;
	}
	vv_assert_ok(vv_ledger_record_sign(&bytes, r, &x->keys[author], &err), &err);
	vv_ledger_name(name, r);
	vv_assert_ok(vv_ledger_take(x->ledger, name, bytes.data, bytes.len, &err), &err);
	vv_buf_clear(&bytes);
}

static void run(scene *x)
{
	vv_ledger_record r = {.kind = VV_LEDGER_VAULT,
			      .shards = &x->shard,
			      .shard_count = 1,
			      .link = *vv_ledger_vault(x->ledger)};

	say(x, ME, &r, 0);
}

/* The author places the shard at this address of the server, which signs. */
static void place(scene *x, int author, uint8_t address, uint64_t after)
{
	vv_ledger_record p = {.kind = VV_LEDGER_PLACE,
			      .shards = &x->shard,
			      .shard_count = 1,
			      .has_key = true},
			 r = {.kind = VV_LEDGER_RECEIPT, .has_key = true};
	uint8_t bytes[VV_RECEIPT_BYTES];
	vv_error err;

	memset(p.holder, address, sizeof(p.holder));
	memcpy(p.key, x->keys[SERVER].public_key, VV_KEY_PUBLIC);
	say(x, author, &p, after);
	memcpy(r.key, p.key, VV_KEY_PUBLIC);
	r.link = p.cid;
	vv_receipt_bytes(bytes, &p.cid, 0);
	vv_assert_ok(vv_key_sign(r.signature, &x->keys[SERVER], VV_RECEIPT_PURPOSE, bytes,
				 sizeof(bytes), &err),
		     &err);
	say(x, author, &r, after);
}

static void audit(scene *x, int author, uint8_t address, bool good, uint64_t after)
{
	vv_ledger_record r = {.kind = VV_LEDGER_AUDIT,
			      .asked = 1,
			      .good = good,
			      .links = good ? NULL : &x->shard.cid,
			      .link_count = !good};

	memset(r.holder, address, sizeof(r.holder));
	say(x, author, &r, after);
}

static void let_go(scene *x, vv_ledger_kind kind, uint8_t address, uint64_t after)
{
	vv_ledger_record r = {.kind = kind, .links = &x->shard.cid, .link_count = 1};

	memset(r.holder, address, sizeof(r.holder));
	say(x, ME, &r, after);
}

/* Of the server. */
static uint64_t bytes_of(scene *x)
{
	vv_vault_state *state;
	vv_error err;

	vv_standing_clear(&x->s);
	vv_assert_ok(vv_vault_state_open(&state, x->ledger, &err), &err);
	vv_assert_ok(vv_standing_add(&x->s, x->ledger, state, &err), &err);
	vv_vault_state_close(state);
	assert_true(x->s.count <= 1);
	return vv_standing_of(&x->s, x->keys[SERVER].public_key).bytes;
}

static void the_last_audit_proves_what_was_received_before_it(void **state)
{
	scene x;

	(void)state;
	begin(&x);
	run(&x);
	place(&x, ME, 1, 100);
	assert_int_equal(bytes_of(&x), 0);
	audit(&x, ME, 1, true, 99);
	assert_int_equal(bytes_of(&x), 0);
	audit(&x, ME, 1, true, 100 + 3 * DAY);
	assert_int_equal(bytes_of(&x), BYTES);
	assert_int_equal(x.s.lines[0].proven, x.begin + 100 + 3 * DAY);
	/* For so many days, and no longer. */
	x.s.now = x.begin + 100 + 33 * DAY;
	assert_int_equal(bytes_of(&x), BYTES);
	x.s.now++;
	assert_int_equal(bytes_of(&x), 0);
	audit(&x, ME, 1, true, 100 + 33 * DAY);
	assert_int_equal(bytes_of(&x), BYTES);
	end(&x);
}

static void after_a_failed_audit_nothing_counts_and_what_it_missed_only_with_a_receipt(void **state)
{
	scene x;

	(void)state;
	begin(&x);
	run(&x);
	place(&x, ME, 1, 0);
	audit(&x, ME, 1, true, 1 * DAY);
	audit(&x, ME, 1, false, 4 * DAY);
	assert_int_equal(bytes_of(&x), 0);
	audit(&x, ME, 1, true, 5 * DAY);
	assert_int_equal(bytes_of(&x), 0);
	place(&x, ME, 1, 6 * DAY);
	audit(&x, ME, 1, true, 8 * DAY);
	assert_int_equal(bytes_of(&x), BYTES);
	end(&x);
}

static void an_audit_that_asked_for_nothing_proves_nothing(void **state)
{
	scene x;
	vv_ledger_record r = {.kind = VV_LEDGER_AUDIT},
			 half = {.kind = VV_LEDGER_AUDIT, .asked = 5, .good = 4};

	(void)state;
	begin(&x);
	run(&x);
	place(&x, ME, 1, 0);
	memset(r.holder, 1, sizeof(r.holder));
	memset(half.holder, 1, sizeof(half.holder));
	say(&x, ME, &r, DAY);
	assert_int_equal(bytes_of(&x), 0);
	say(&x, ME, &half, 2 * DAY);
	assert_int_equal(bytes_of(&x), 0);
	audit(&x, ME, 1, true, 3 * DAY);
	assert_int_equal(bytes_of(&x), BYTES);
	end(&x);
}

static void what_others_say_or_place_does_not_count(void **state)
{
	scene x;

	(void)state;
	begin(&x);
	run(&x);
	place(&x, ME, 1, 0);
	audit(&x, SERVER, 1, true, 3 * DAY);
	audit(&x, OTHER, 1, true, 3 * DAY);
	assert_int_equal(bytes_of(&x), 0);
	/* Nor does a place of theirs, whoever audits it. */
	place(&x, SERVER, 2, 0);
	place(&x, OTHER, 7, 0);
	audit(&x, ME, 2, true, 4 * DAY);
	audit(&x, ME, 7, true, 4 * DAY);
	assert_int_equal(bytes_of(&x), 0);
	audit(&x, ME, 1, true, 4 * DAY);
	assert_int_equal(bytes_of(&x), BYTES);
	/* Nor do they take anything away by an audit. */
	audit(&x, OTHER, 1, false, 5 * DAY);
	assert_int_equal(bytes_of(&x), BYTES);
	end(&x);
}

static void an_audit_dated_after_now_does_not_count_yet(void **state)
{
	scene x;
	vv_ledger_record last = {.kind = VV_LEDGER_AUDIT, .asked = 1, .good = 1};

	(void)state;
	begin(&x);
	run(&x);
	place(&x, ME, 1, 0);
	audit(&x, ME, 1, true, 400 * DAY);
	assert_int_equal(bytes_of(&x), 0);
	x.s.now = x.begin + 401 * DAY;
	assert_int_equal(bytes_of(&x), BYTES);
	x.s.now = UINT64_MAX;
	assert_int_equal(bytes_of(&x), 0);
	/* The largest time overflows nothing. */
	memset(last.holder, 1, sizeof(last.holder));
	say(&x, ME, &last, UINT64_MAX - x.begin);
	assert_int_equal(bytes_of(&x), BYTES);
	end(&x);
}

static void a_copy_counts_once_whatever_addresses_its_server_has(void **state)
{
	scene x;

	(void)state;
	begin(&x);
	run(&x);
	place(&x, ME, 1, 0);
	place(&x, ME, 2, 0);
	audit(&x, ME, 1, true, 2 * DAY);
	audit(&x, ME, 2, true, 3 * DAY);
	assert_int_equal(bytes_of(&x), BYTES);
	/* What one of them lost is still proved at the other. */
	audit(&x, ME, 2, false, 4 * DAY);
	assert_int_equal(bytes_of(&x), BYTES);
	end(&x);
}

static void what_is_let_go_of_is_not_kept_any_more(void **state)
{
	scene x;

	(void)state;
	begin(&x);
	run(&x);
	place(&x, ME, 1, 0);
	audit(&x, ME, 1, true, DAY);
	let_go(&x, VV_LEDGER_DROP, 1, 2 * DAY);
	assert_int_equal(bytes_of(&x), 0);
	audit(&x, ME, 1, true, 5 * DAY);
	assert_int_equal(bytes_of(&x), 0);
	place(&x, ME, 1, 6 * DAY);
	audit(&x, ME, 1, true, 7 * DAY);
	assert_int_equal(bytes_of(&x), BYTES);
	let_go(&x, VV_LEDGER_RETIRE, 1, 8 * DAY);
	assert_int_equal(bytes_of(&x), 0);
	end(&x);
}

static void room_is_the_ratio_of_what_is_kept(void **state)
{
	(void)state;
	assert_int_equal(vv_standing_room(0, 1500, 100), 0);
	assert_int_equal(vv_standing_room(1001, 1500, 100000), 1501);
	assert_int_equal(vv_standing_room(1000000, 1000000, 500), 500);
	/* However much was kept. */
	assert_true(vv_standing_room(UINT64_MAX, 1000, UINT64_MAX) == UINT64_MAX);
	assert_true(vv_standing_room(UINT64_MAX, 1000000, UINT64_MAX) == UINT64_MAX);
	assert_true(vv_standing_room(UINT64_MAX, 1, UINT64_MAX) == UINT64_MAX / 1000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_last_audit_proves_what_was_received_before_it),
	cmocka_unit_test(
		after_a_failed_audit_nothing_counts_and_what_it_missed_only_with_a_receipt),
	cmocka_unit_test(an_audit_that_asked_for_nothing_proves_nothing),
	cmocka_unit_test(what_others_say_or_place_does_not_count),
	cmocka_unit_test(an_audit_dated_after_now_does_not_count_yet),
	cmocka_unit_test(a_copy_counts_once_whatever_addresses_its_server_has),
	cmocka_unit_test(what_is_let_go_of_is_not_kept_any_more),
	cmocka_unit_test(room_is_the_ratio_of_what_is_kept),
};

VV_TEST_SUITE(standing)
