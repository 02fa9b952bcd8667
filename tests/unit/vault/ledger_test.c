/*
 * Ledgers: what counts, and what is only said.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "cmd/vault/hold/ledger.h"
#include "cmd/vault/hold/vault_state.h"
#include "cmd/vault/sealed/epoch.h"
#include "tests/unit/support.h"

static const vv_cid none = {0};

static vv_key key_of(uint8_t fill)
{
	uint8_t seed[VV_KEY_SEED];
	vv_key k;
	vv_error err;

	memset(seed, fill, sizeof(seed));
	vv_assert_ok(vv_key_of_seed(&k, seed, &err), &err);
	return k;
}

/* A vault of one owner. */
static vv_ledger *begin(const char *dir, const vv_key *owner)
{
	vv_ledger *l;
	uint8_t owners[1][VV_KEY_PUBLIC];
	vv_error err;

	memcpy(owners[0], owner->public_key, VV_KEY_PUBLIC);
	vv_assert_ok(vv_ledger_open(&l, dir, &none, &err), &err);
	vv_assert_ok(vv_vault_begin(l, (const uint8_t(*)[VV_KEY_PUBLIC])owners, 1, owner, &err),
		     &err);
	return l;
}

static void run_of(vv_ledger_record *r, vv_shard *s, uint8_t n, const vv_cid *epoch)
{
	vv_error err;

	memset(r, 0, sizeof(*r));
	memset(s, 0, sizeof(*s));
	vv_assert_ok(vv_cid_of(&s->cid, VV_CODEC_RAW, &n, 1, &err), &err);
	s->leaves = 2;
	r->kind = VV_LEDGER_VAULT;
	r->shards = s;
	r->shard_count = 1;
	r->link = *epoch;
}

static void every_kind_is_read_as_it_was_signed(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("ledger"), &k);
	vv_ledger_record r = {.kind = VV_LEDGER_RECEIPT, .until = 5, .has_key = true};
	vv_ledger_record audit = {.kind = VV_LEDGER_AUDIT, .asked = 460, .good = 459};
	vv_ledger_record retire = {.kind = VV_LEDGER_RETIRE}, drop = {.kind = VV_LEDGER_DROP};
	vv_ledger_record place = {.kind = VV_LEDGER_PLACE};
	const vv_ledger_record *out;
	vv_shard s = {.leaves = 254};
	vv_error err;

	(void)state;
	s.cid = *vv_ledger_vault(l);
	s.cid.codec = VV_CODEC_RAW;
	place.shards = &s;
	place.shard_count = 1;
	vv_assert_ok(vv_ledger_write(l, &place, &k, &out, &err), &err);
	assert_int_equal(out->shards[0].leaves, 254);
	r.link = out->cid;
	vv_assert_ok(vv_ledger_write(l, &r, &k, &out, &err), &err);
	assert_int_equal(out->until, 5);
	assert_true(vv_cid_equal(&out->link, &r.link));
	audit.links = retire.links = drop.links = &s.cid;
	audit.link_count = retire.link_count = drop.link_count = 1;
	vv_assert_ok(vv_ledger_write(l, &audit, &k, &out, &err), &err);
	assert_int_equal(out->good, 459);
	vv_assert_ok(vv_ledger_write(l, &retire, &k, &out, &err), &err);
	vv_assert_ok(vv_ledger_write(l, &drop, &k, &out, &err), &err);
	assert_true(vv_cid_equal(&out->links[0], &s.cid));
	assert_int_equal(vv_ledger_count(l), 7);
	vv_ledger_close(l);
	/* And from the disk. */
	vv_assert_ok(vv_ledger_open(&l, vv_test_path("ledger"), &none, &err), &err);
	assert_int_equal(vv_ledger_count(l), 7);
	assert_int_equal(vv_ledger_records(l)[6]->kind, VV_LEDGER_DROP);
	vv_ledger_close(l);
}

static void a_record_is_refused_when_a_bit_of_it_was_changed(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k), *other;
	const char *name = vv_ledger_file_at(l, 1)->name;
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_ledger_file(l, name, &bytes, &err), &err);
	vv_assert_ok(vv_ledger_open(&other, vv_test_path("b"), vv_ledger_vault(l), &err), &err);
	for (size_t i = 0; i < bytes.len; i += 7) {
		bytes.data[i] ^= 1;
		assert_true(vv_ledger_take(other, name, bytes.data, bytes.len, &err) < 0);
		bytes.data[i] ^= 1;
		assert_true(vv_ledger_take(other, name, bytes.data, i, &err) < 0);
	}
	vv_assert_status(
		vv_ledger_take(other, vv_ledger_file_at(l, 0)->name, bytes.data, bytes.len, &err),
		VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "does not match its name");
	/* Whole it is taken, and waits for the one before it. */
	vv_assert_ok(vv_ledger_take(other, name, bytes.data, bytes.len, &err), &err);
	assert_int_equal(vv_ledger_count(other), 0);
	assert_int_equal(vv_ledger_authors(other)[0].waiting, 1);
	vv_ledger_close(other);
	vv_ledger_close(l);
	vv_buf_clear(&bytes);
}

static void a_record_of_another_vault_is_refused(void **state)
{
	vv_key k = key_of(1), k2 = key_of(2);
	vv_ledger *l = begin(vv_test_path("a"), &k), *m = begin(vv_test_path("b"), &k2);
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_ledger_file(l, vv_ledger_file_at(l, 0)->name, &bytes, &err), &err);
	vv_assert_status(
		vv_ledger_take(m, vv_ledger_file_at(l, 0)->name, bytes.data, bytes.len, &err),
		VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "of another vault");
	vv_ledger_close(l);
	vv_ledger_close(m);
	vv_buf_clear(&bytes);
}

static void two_records_of_one_number_are_both_kept_and_reported(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k), *copy;
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE}, audit = {.kind = VV_LEDGER_AUDIT};
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_ledger_open(&copy, vv_test_path("b"), &none, &err), &err);
	for (size_t i = 0; i < vv_ledger_file_count(l); i++) {
		vv_buf_reset(&bytes);
		vv_assert_ok(vv_ledger_file(l, vv_ledger_file_at(l, i)->name, &bytes, &err), &err);
		vv_assert_ok(vv_ledger_take(copy, vv_ledger_file_at(l, i)->name, bytes.data,
					    bytes.len, &err),
			     &err);
	}
	assert_null(vv_ledger_authors(copy)[0].fork[0]);
	vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
	vv_assert_ok(vv_ledger_write(copy, &audit, &k, NULL, &err), &err);
	for (size_t i = 0; i < vv_ledger_file_count(l); i++) {
		vv_buf_reset(&bytes);
		vv_assert_ok(vv_ledger_file(l, vv_ledger_file_at(l, i)->name, &bytes, &err), &err);
		vv_assert_ok(vv_ledger_take(copy, vv_ledger_file_at(l, i)->name, bytes.data,
					    bytes.len, &err),
			     &err);
	}
	assert_int_equal(vv_ledger_file_count(copy), 4);
	assert_int_equal(vv_ledger_authors(copy)[0].fork[0]->sequence, 2);
	vv_ledger_close(l);
	vv_ledger_close(copy);
	vv_buf_clear(&bytes);
}

static void only_owners_epochs_and_writers_runs_count(void **state)
{
	vv_key owner = key_of(1), writer = key_of(2), stranger = key_of(3);
	vv_ledger *l = begin(vv_test_path("a"), &owner);
	vv_vault_state *s;
	vv_epoch_secrets x, y;
	uint8_t both[2][VV_KEY_PUBLIC], one[1][VV_KEY_PUBLIC];
	vv_ledger_record r;
	vv_shard sh;
	vv_error err;

	(void)state;
	memcpy(both[0], owner.public_key, VV_KEY_PUBLIC);
	memcpy(both[1], writer.public_key, VV_KEY_PUBLIC);
	memcpy(one[0], writer.public_key, VV_KEY_PUBLIC);
	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	vv_assert_ok(vv_epoch_secrets_open(&x, s, vv_ledger_vault(l), &owner, &err), &err);
	vv_assert_status(vv_epoch_secrets_open(&y, s, vv_ledger_vault(l), &writer, &err),
			 VV_EREFUSED, &err);
	const vv_epoch_change add = {.readers = (const uint8_t(*)[VV_KEY_PUBLIC])both,
				     .reader_count = 2,
				     .writers = (const uint8_t(*)[VV_KEY_PUBLIC])one,
				     .writer_count = 1};
	/* A stranger says that he is a writer. */
	vv_assert_ok(vv_epoch_begin(l, s, &x, &add, &stranger, &err), &err);
	vv_vault_state_close(s);
	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	assert_int_equal(s->epochs.count, 1);
	assert_false(vv_vault_is_writer(s, writer.public_key));
	/* The owner says so. */
	vv_assert_ok(vv_epoch_begin(l, s, &x, &add, &owner, &err), &err);
	run_of(&r, &sh, 1, vv_ledger_vault(l));
	vv_assert_ok(vv_ledger_write(l, &r, &writer, NULL, &err), &err);
	run_of(&r, &sh, 2, vv_ledger_vault(l));
	vv_assert_ok(vv_ledger_write(l, &r, &stranger, NULL, &err), &err);
	vv_vault_state_close(s);
	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	assert_int_equal(s->epochs.count, 2);
	assert_true(vv_vault_is_writer(s, writer.public_key));
	assert_int_equal(s->runs.count, 1);
	assert_int_equal(s->shard_count, 1);
	/* The new reader opens what was sealed before it came. */
	vv_assert_ok(vv_epoch_secrets_open(&y, s, vv_ledger_vault(l), &writer, &err), &err);
	assert_int_equal(y.count, 2);
	assert_true(y.last);
	assert_int_equal(y.reader_count, 2);
	vv_epoch_secrets_clear(&x);
	vv_assert_ok(vv_epoch_secrets_open(&x, s, vv_ledger_vault(l), &owner, &err), &err);
	/* Removed: what it wrote before counts, what it writes now does not, nor can it read on. */
	const vv_epoch_change gone = {.readers = (const uint8_t(*)[VV_KEY_PUBLIC])both,
				      .reader_count = 1,
				      .removed = (const uint8_t(*)[VV_KEY_PUBLIC])one,
				      .removed_count = 1};
	vv_assert_ok(vv_epoch_begin(l, s, &x, &gone, &owner, &err), &err);
	run_of(&r, &sh, 3, vv_ledger_vault(l));
	vv_assert_ok(vv_ledger_write(l, &r, &writer, NULL, &err), &err);
	vv_vault_state_close(s);
	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	assert_int_equal(s->runs.count, 1);
	assert_false(vv_vault_is_writer(s, writer.public_key));
	vv_epoch_secrets_clear(&y);
	vv_assert_ok(vv_epoch_secrets_open(&y, s, vv_ledger_vault(l), &writer, &err), &err);
	assert_int_equal(y.count, 2);
	assert_false(y.last);
	vv_epoch_secrets_clear(&x);
	vv_epoch_secrets_clear(&y);
	vv_vault_state_close(s);
	vv_ledger_close(l);
}

static void a_retired_shard_lives_again_when_another_writer_names_it(void **state)
{
	vv_key owner = key_of(1), second = key_of(2);
	vv_ledger *l;
	vv_vault_state *s;
	uint8_t owners[2][VV_KEY_PUBLIC];
	vv_ledger_record r, retire = {.kind = VV_LEDGER_RETIRE};
	vv_shard sh;
	vv_error err;

	(void)state;
	memcpy(owners[0], owner.public_key, VV_KEY_PUBLIC);
	memcpy(owners[1], second.public_key, VV_KEY_PUBLIC);
	vv_assert_ok(vv_ledger_open(&l, vv_test_path("a"), &none, &err), &err);
	vv_assert_ok(vv_vault_begin(l, (const uint8_t(*)[VV_KEY_PUBLIC])owners, 2, &owner, &err),
		     &err);
	run_of(&r, &sh, 1, vv_ledger_vault(l));
	vv_assert_ok(vv_ledger_write(l, &r, &owner, NULL, &err), &err);
	retire.links = &sh.cid;
	retire.link_count = 1;
	vv_assert_ok(vv_ledger_write(l, &retire, &owner, NULL, &err), &err);
	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	assert_non_null(s->shards[0].retired);
	vv_vault_state_close(s);
	/* The second writer did not know, or wants it back. */
	vv_assert_ok(vv_ledger_write(l, &r, &second, NULL, &err), &err);
	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	assert_null(s->shards[0].retired);
	vv_vault_state_close(s);
	vv_ledger_close(l);
}

/* A run of five shards, the first four of them in two stripes of 2+1. */
/* What the state says of the shard's copy, after a receipt of that key's signature over those bytes. */
static bool receipt_counts(const vv_ledger *l, const vv_cid *shard)
{
	vv_vault_state *s;
	vv_error err;

	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	const vv_kept *k = vv_vault_shard_of(s, shard);
	assert_non_null(k);
	assert_int_equal(k->copy_count, 1);
	const bool counts = k->copies[0].receipt != NULL;
	vv_vault_state_close(s);
	return counts;
}

static void a_receipt_of_a_holder_with_a_key_counts_only_with_its_signature(void **state)
{
	vv_key owner = key_of(1), holder = key_of(2), other = key_of(3);
	vv_ledger *l = begin(vv_test_path("receipts"), &owner);
	vv_ledger_record place = {.kind = VV_LEDGER_PLACE, .has_key = true}, run;
	const vv_ledger_record *placed;
	uint8_t bytes[VV_RECEIPT_BYTES];
	vv_shard s;
	vv_error err;

	(void)state;
	run_of(&run, &s, 1, vv_ledger_vault(l));
	memcpy(place.key, holder.public_key, VV_KEY_PUBLIC);
	place.shards = &s;
	place.shard_count = 1;
	vv_assert_ok(vv_ledger_write(l, &run, &owner, NULL, &err), &err);
	vv_assert_ok(vv_ledger_write(l, &place, &owner, &placed, &err), &err);
	vv_receipt_bytes(bytes, &placed->cid, 7);
	for (unsigned i = 0; i < 4; i++) {
		vv_ledger_record r = {.kind = VV_LEDGER_RECEIPT, .link = placed->cid, .until = 7};
		const vv_key *signer = i == 1 ? &other : &holder;
		r.has_key = i > 0; /* nobody's, another's, for another time, and right */
		memcpy(r.key, i > 0 ? signer->public_key : r.key, VV_KEY_PUBLIC);
		r.until = i == 2 ? 8 : 7;
		if (i > 0) {
			vv_assert_ok(vv_key_sign(r.signature, signer, VV_RECEIPT_PURPOSE, bytes,
						 sizeof(bytes), &err),
				     &err);
		}
		vv_assert_ok(vv_ledger_write(l, &r, &owner, NULL, &err), &err);
		assert_int_equal(receipt_counts(l, &s.cid), i == 3);
	}
	vv_ledger_close(l);
}

static void striped_run_of(vv_ledger_record *r, vv_shard shards[7], vv_stripe stripes[2],
			   const vv_cid *epoch)
{
	vv_error err;

	memset(r, 0, sizeof(*r));
	memset(shards, 0, 7 * sizeof(*shards));
	for (uint8_t i = 0; i < 7; i++) {
		vv_assert_ok(vv_cid_of(&shards[i].cid, VV_CODEC_RAW, &i, 1, &err), &err);
		shards[i].leaves = i == 4 ? 1 : VV_LEAVES_MAX;
	}
	stripes[0] = (vv_stripe){.code = {2, 1}, .parity = &shards[5]};
	stripes[1] = (vv_stripe){.code = {2, 1}, .parity = &shards[6]};
	r->kind = VV_LEDGER_VAULT;
	r->shards = shards;
	r->shard_count = 5;
	r->stripes = stripes;
	r->stripe_count = 2;
	r->link = *epoch;
}

static void stripes_are_read_as_they_were_signed(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k);
	const vv_ledger_record *out;
	const vv_kept_stripe *st;
	vv_vault_state *s;
	vv_ledger_record r;
	vv_stripe stripes[2];
	vv_shard shards[7];
	vv_error err;

	(void)state;
	striped_run_of(&r, shards, stripes, vv_ledger_vault(l));
	vv_assert_ok(vv_ledger_write(l, &r, &k, &out, &err), &err);
	assert_int_equal(out->stripe_count, 2);
	assert_int_equal(out->stripes[1].code.data, 2);
	assert_true(vv_cid_equal(&out->stripes[1].parity[0].cid, &shards[6].cid));
	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	assert_int_equal(s->shard_count, 7);
	assert_int_equal(s->stripe_count, 2);
	assert_int_equal(vv_vault_shard_of(s, &shards[4].cid)->stripe, 0);
	assert_int_equal(vv_vault_shard_of(s, &shards[5].cid)->stripe, 1);
	st = &s->stripes[1];
	assert_true(vv_cid_equal(&s->shards[st->shards[0]].shard.cid, &shards[2].cid));
	assert_true(vv_cid_equal(&s->shards[st->shards[2]].shard.cid, &shards[6].cid));
	vv_vault_state_close(s);
	vv_ledger_close(l);
}

static void a_stripe_that_two_runs_name_is_one(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k);
	vv_vault_state *s;
	vv_ledger_record r;
	vv_shard shards[7];
	vv_stripe stripes[2];
	vv_error err;

	(void)state;
	striped_run_of(&r, shards, stripes, vv_ledger_vault(l));
	vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
	vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
	/* A run of its first data with the second's: another stripe, of which three shards are known. */
	vv_shard mixed[2] = {shards[0], shards[2]}, parity = shards[6];
	vv_stripe other = {.code = {2, 1}, .parity = &parity};
	uint8_t n = 99;
	vv_assert_ok(vv_cid_of(&parity.cid, VV_CODEC_RAW, &n, 1, &err), &err);
	r.shards = mixed;
	r.shard_count = 2;
	r.stripes = &other;
	r.stripe_count = 1;
	vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	assert_int_equal(s->runs.count, 3);
	assert_int_equal(s->shard_count, 8);
	assert_int_equal(s->stripe_count, 3);
	assert_int_equal(vv_vault_shard_of(s, &shards[0].cid)->stripe, 1);
	assert_int_equal(vv_vault_shard_of(s, &shards[2].cid)->stripe, 2);
	assert_int_equal(vv_vault_shard_of(s, &parity.cid)->stripe, 3);
	vv_vault_state_close(s);
	vv_ledger_close(l);
}

static void stripes_over_what_is_not_there_are_refused(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k);
	vv_arena arena;
	vv_buf file = VV_BUF_INIT;
	vv_ledger_record r, is;
	vv_stripe stripes[2];
	vv_shard shards[7];
	vv_error err;

	(void)state;
	arena = (vv_arena){0};
	for (unsigned fault = 0; fault < 5; fault++) {
		striped_run_of(&r, shards, stripes, vv_ledger_vault(l));
		r.vault = *vv_ledger_vault(l);
		r.previous = r.vault;
		r.sequence = 9;
		switch (fault) {
		case 0:
			r.shard_count = 3; /* four are in stripes */
			break;
		case 1:
			shards[3].leaves = 128;
			break;
		case 2:
			shards[6].leaves = 1;
			break;
		case 3:
			stripes[1].code.data = 1;
			break;
		default:
			stripes[1].code.parity = 0;
			break;
		}
		vv_assert_ok(vv_ledger_record_sign(&file, &r, &k, &err), &err);
		vv_assert_status(vv_ledger_record_read(&is, &arena, file.data, file.len, &err),
				 VV_ECORRUPT, &err);
	}
	vv_arena_clear(&arena);
	vv_buf_clear(&file);
	vv_ledger_close(l);
}

static void a_stripe_is_retired_when_all_of_it_is(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k);
	vv_ledger_record r, retire = {.kind = VV_LEDGER_RETIRE};
	vv_vault_state *s;
	vv_stripe stripes[2];
	vv_shard shards[7];
	vv_cid links[4];
	vv_error err;

	(void)state;
	striped_run_of(&r, shards, stripes, vv_ledger_vault(l));
	vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
	/* The first stripe but for its parity; all of the second. */
	links[0] = shards[0].cid;
	links[1] = shards[1].cid;
	links[2] = shards[2].cid;
	links[3] = shards[3].cid;
	retire.links = links;
	retire.link_count = 4;
	vv_assert_ok(vv_ledger_write(l, &retire, &k, NULL, &err), &err);
	links[0] = shards[6].cid;
	retire.link_count = 1;
	vv_assert_ok(vv_ledger_write(l, &retire, &k, NULL, &err), &err);
	vv_assert_ok(vv_vault_state_open(&s, l, &err), &err);
	assert_null(vv_vault_shard_of(s, &shards[0].cid)->retired);
	assert_null(vv_vault_shard_of(s, &shards[1].cid)->retired);
	assert_null(vv_vault_shard_of(s, &shards[5].cid)->retired);
	assert_non_null(vv_vault_shard_of(s, &shards[2].cid)->retired);
	assert_non_null(vv_vault_shard_of(s, &shards[6].cid)->retired);
	vv_vault_state_close(s);
	vv_ledger_close(l);
}

/* The key's next record with this time, as a machine with such a clock writes it. */
static void take_at(vv_ledger *l, const vv_key *k, uint64_t time)
{
	const vv_ledger_author *a = vv_ledger_author_of(l, k->public_key);
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE, .time = time, .vault = *vv_ledger_vault(l)};
	char name[VV_LEDGER_NAME];
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	if (a && a->head) {
		r.sequence = a->head->sequence + 1;
		r.previous = a->head->cid;
	}
	vv_assert_ok(vv_ledger_record_sign(&bytes, &r, k, &err), &err);
	vv_ledger_name(name, &r);
	vv_assert_ok(vv_ledger_take(l, name, bytes.data, bytes.len, &err), &err);
	vv_buf_clear(&bytes);
}

static void a_record_comes_after_all_that_its_author_knew_whatever_the_clocks_say(void **state)
{
	vv_key ada = key_of(1), bob = key_of(2);
	vv_ledger *l = begin(vv_test_path("a"), &ada);
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE};
	const vv_ledger_record *out;
	const uint64_t now = vv_ledger_records(l)[0]->time, year = UINT64_C(366) * 86400;
	vv_error err;

	(void)state;
	/* Bob's clock is twenty years ahead: hers is not, and her record follows his. */
	take_at(l, &bob, now + 20 * year);
	vv_assert_ok(vv_ledger_write(l, &r, &ada, &out, &err), &err);
	assert_int_equal(out->time, now + 20 * year + 1);
	/* And her next one that. */
	vv_assert_ok(vv_ledger_write(l, &r, &ada, &out, &err), &err);
	assert_int_equal(out->time, now + 20 * year + 1);
	/* What no clock can show is a lie, and leaves hers alone. */
	take_at(l, &bob, UINT64_MAX);
	take_at(l, &bob, now + 500 * year);
	vv_assert_ok(vv_ledger_write(l, &r, &ada, &out, &err), &err);
	assert_int_equal(out->time, now + 20 * year + 1);
	vv_ledger_close(l);
}

static void records_after_a_missing_one_count_only_over_a_bridge(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k), *other;
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE};
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
	}
	vv_assert_ok(vv_ledger_open(&other, vv_test_path("b"), vv_ledger_vault(l), &err), &err);
	for (size_t i = 0; i < vv_ledger_file_count(l); i++) {
		const char *name = vv_ledger_file_at(l, i)->name;
		vv_buf_reset(&bytes);
		vv_assert_ok(vv_ledger_file(l, name, &bytes, &err), &err);
		assert_int_equal(bytes.len, vv_ledger_file_at(l, i)->len);
		vv_assert_ok(vv_ledger_check(l, name, bytes.data, bytes.len, &err), &err);
		vv_assert_status(vv_ledger_check(l, name, bytes.data, bytes.len - 1, &err),
				 VV_ECORRUPT, &err);
		vv_assert_status(vv_ledger_check(l, name, bytes.data, 0, &err), VV_ECORRUPT, &err);
		if (i != 2) {
			vv_assert_ok(vv_ledger_take(other, name, bytes.data, bytes.len, &err),
				     &err);
		}
	}
	assert_int_equal(vv_ledger_count(other), 2);
	assert_int_equal(vv_ledger_authors(other)[0].waiting, 2);
	vv_assert_ok(vv_ledger_bridge(other, &err), &err);
	assert_int_equal(vv_ledger_count(other), 4);
	assert_int_equal(vv_ledger_authors(other)[0].waiting, 0);
	vv_ledger_close(l);
	vv_ledger_close(other);
	vv_buf_clear(&bytes);
}

/* Flips a bit of the ledger's i-th file, whose ledger is closed. */
static void flip(const char *name, size_t at)
{
	char path[512];
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)snprintf(path, sizeof(path), "%s/%s", vv_test_path("a"), name);
	vv_assert_ok(vv_read_file(&bytes, path, 1u << 20, &err), &err);
	bytes.data[at] ^= 1;
	vv_assert_ok(vv_write_file(path, bytes.data, bytes.len, false, &err), &err);
	vv_buf_clear(&bytes);
}

static void a_signature_covers_all_records_before_it(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k);
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE};
	char names[5][VV_LEDGER_NAME];
	vv_error err;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
	}
	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "%s", vv_ledger_file_at(l, i)->name);
	}
	vv_ledger_close(l);
	/* A signature in the middle: whoever looks at the file finds it, and the record is who names it right. */
	flip(names[2], 3);
	vv_assert_ok(vv_ledger_open(&l, vv_test_path("a"), &none, &err), &err);
	assert_int_equal(vv_ledger_count(l), 5);
	vv_assert_status(vv_ledger_check_file(l, 2, &err), VV_ECORRUPT, &err);
	vv_ledger_close(l);
	flip(names[2], 3);
	/* The record itself, and the last signature. */
	flip(names[2], VV_SIGNATURE + 9);
	vv_assert_status(vv_ledger_open(&l, vv_test_path("a"), &none, &err), VV_ECORRUPT, &err);
	flip(names[2], VV_SIGNATURE + 9);
	flip(names[4], 3);
	vv_assert_status(vv_ledger_open(&l, vv_test_path("a"), &none, &err), VV_ECORRUPT, &err);
	flip(names[4], 3);
	vv_assert_ok(vv_ledger_open(&l, vv_test_path("a"), &none, &err), &err);
	vv_ledger_close(l);
}

static void a_record_that_comes_last_counts_as_it_does_when_the_ledger_is_read(void **state)
{
	vv_key k = key_of(1), k2 = key_of(2);
	vv_ledger *l = begin(vv_test_path("a"), &k), *fork;
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE};
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_ledger_write(l, &r, &k2, NULL, &err), &err);
	vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
	/* Another branch of the same key, taken after that. */
	vv_assert_ok(vv_ledger_open(&fork, vv_test_path("b"), vv_ledger_vault(l), &err), &err);
	for (size_t i = 0; i < vv_ledger_file_count(l); i++) {
		const char *name = vv_ledger_file_at(l, i)->name;
		const vv_ledger_record *is = vv_ledger_file_at(l, i)->record;
		vv_buf_reset(&bytes);
		vv_assert_ok(vv_ledger_file(l, name, &bytes, &err), &err);
		if (memcmp(is->author, k.public_key, VV_KEY_PUBLIC) != 0 || is->sequence < 2) {
			vv_assert_ok(vv_ledger_take(fork, name, bytes.data, bytes.len, &err), &err);
		}
	}
	vv_shard s = {.leaves = 1};
	vv_assert_ok(vv_cid_of(&s.cid, VV_CODEC_RAW, "x", 1, &err), &err);
	r.links = &s.cid;
	r.link_count = 1;
	vv_assert_ok(vv_ledger_write(fork, &r, &k, NULL, &err), &err);
	vv_assert_ok(vv_ledger_write(fork, &r, &k, NULL, &err), &err);
	for (size_t i = 0; i < vv_ledger_file_count(fork); i++) {
		const char *name = vv_ledger_file_at(fork, i)->name;
		vv_buf_reset(&bytes);
		vv_assert_ok(vv_ledger_file(fork, name, &bytes, &err), &err);
		vv_assert_ok(vv_ledger_take(l, name, bytes.data, bytes.len, &err), &err);
	}
	const vv_ledger_author *a = vv_ledger_author_of(l, k.public_key);
	assert_int_equal(vv_ledger_count(l), 6);
	assert_int_equal(a->head->sequence, 3);
	assert_non_null(a->fork[0]);
	vv_ledger_close(fork);
	vv_ledger_close(l);
	vv_assert_ok(vv_ledger_open(&l, vv_test_path("a"), &none, &err), &err);
	a = vv_ledger_author_of(l, k.public_key);
	assert_int_equal(vv_ledger_count(l), 6);
	assert_int_equal(a->head->sequence, 3);
	assert_non_null(a->fork[0]);
	vv_ledger_close(l);
	vv_buf_clear(&bytes);
}

/* --- records that become durable together ------------------------------------------------------- */

/* The file of a record as it is until all that came with it are durable: "~" before its name. */
static void take_name(const char *dir, const char *name)
{
	const char *rest = strchr(name, '/') + 1;
	char from[300], to[300];
	vv_error err;

	(void)snprintf(from, sizeof(from), "%s/%s", dir, name);
	(void)snprintf(to, sizeof(to), "%s/%.*s~%s", dir, (int)(rest - name), name, rest);
	vv_assert_ok(vv_rename(from, to, &err), &err);
}

/* Four records of k beside the two of begin, written together. */
static void four_later(const char *dir, const vv_key *k)
{
	vv_ledger *l = begin(dir, k);
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE};
	vv_error err;
	uint64_t before = vv_sys_fsyncs();

	for (unsigned i = 0; i < 4; i++) {
		vv_assert_ok(vv_ledger_write_later(l, &r, k, NULL, &err), &err);
	}
	assert_int_equal(vv_sys_fsyncs() - before, 0);
	vv_assert_ok(vv_ledger_sync(l, &err), &err);
	assert_int_equal(vv_sys_fsyncs() - before, 5); /* four files, one folder */
	vv_assert_ok(vv_ledger_sync(l, &err), &err);
	assert_int_equal(vv_sys_fsyncs() - before, 5);
	assert_int_equal(vv_ledger_count(l), 6);
	vv_ledger_close(l);
}

/* After a power cut any of the names may be there: those that hang together count, the others never were. */
static void of_records_written_together_those_count_that_hang_together(void **state)
{
	vv_key k = key_of(1);
	vv_ledger_record r = {.kind = VV_LEDGER_AUDIT};
	vv_error err;

	(void)state;
	for (unsigned there = 0; there < 16; there++) {
		char dir[300], names[4][VV_LEDGER_NAME], path[1000];
		unsigned count = 0;
		vv_ledger *l;
		(void)snprintf(dir, sizeof(dir), "%s", vv_test_path("ledger-%u", there));
		four_later(dir, &k);
		vv_assert_ok(vv_ledger_open(&l, dir, &none, &err), &err);
		for (unsigned i = 0; i < 4; i++) {
			(void)snprintf(names[i], sizeof(names[i]), "%s",
				       vv_ledger_file_at(l, i + 2)->name);
		}
		vv_ledger_close(l);
		for (unsigned i = 0; i < 4; i++) {
			if ((there >> i & 1) != 0) {
				take_name(dir, names[i]);
			} else {
				(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
				vv_assert_ok(vv_unlink(path, false, &err), &err);
			}
		}
		while (count < 4 && (there >> count & 1) != 0) {
			count++;
		}
		vv_assert_ok(vv_ledger_open(&l, dir, &none, &err), &err);
		assert_int_equal(vv_ledger_count(l), 2 + count);
		assert_int_equal(vv_ledger_authors(l)[0].waiting, 0);
		for (size_t i = 0; i < vv_ledger_file_count(l); i++) {
			vv_assert_ok(vv_ledger_check_file(l, i, &err), &err);
		}
		/* It goes on from there, and what never was is gone. */
		vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
		vv_ledger_close(l);
		vv_assert_ok(vv_ledger_open(&l, dir, &none, &err), &err);
		assert_int_equal(vv_ledger_count(l), 3 + count);
		assert_null(vv_ledger_authors(l)[0].fork[0]);
		*strchr(names[0], '/') = '\0';
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[0]);
		assert_int_equal(vv_test_count_entries(path), 3 + count);
		vv_ledger_close(l);
	}
}

/* Where some have their names already and some not, all count. */
static void records_whose_names_came_in_part_all_count(void **state)
{
	vv_key k = key_of(1);
	char names[4][VV_LEDGER_NAME];
	vv_ledger *l;
	vv_error err;

	(void)state;
	for (unsigned without = 0; without < 16; without++) {
		char dir[300];
		(void)snprintf(dir, sizeof(dir), "%s", vv_test_path("part-%u", without));
		four_later(dir, &k);
		vv_assert_ok(vv_ledger_open(&l, dir, &none, &err), &err);
		for (unsigned i = 0; i < 4; i++) {
			(void)snprintf(names[i], sizeof(names[i]), "%s",
				       vv_ledger_file_at(l, i + 2)->name);
		}
		vv_ledger_close(l);
		for (unsigned i = 0; i < 4; i++) {
			if ((without >> i & 1) != 0) {
				take_name(dir, names[i]);
			}
		}
		vv_assert_ok(vv_ledger_open(&l, dir, &none, &err), &err);
		assert_int_equal(vv_ledger_count(l), 6);
		assert_int_equal(vv_ledger_authors(l)[0].waiting, 0);
		vv_ledger_close(l);
	}
}

/* A cut or changed file of that kind is none either. */
static void a_damaged_record_without_a_name_is_none(void **state)
{
	vv_key k = key_of(1);
	char dir[300], name[VV_LEDGER_NAME], path[500];
	vv_ledger *l;
	vv_error err;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s", vv_test_path("damaged"));
	four_later(dir, &k);
	vv_assert_ok(vv_ledger_open(&l, dir, &none, &err), &err);
	(void)snprintf(name, sizeof(name), "%s", vv_ledger_file_at(l, 5)->name);
	vv_ledger_close(l);
	take_name(dir, name);
	(void)snprintf(path, sizeof(path), "%s/%.*s/~%s", dir, (int)strcspn(name, "/"), name,
		       strchr(name, '/') + 1);
	vv_assert_ok(vv_write_file(path, "cut", 3, false, &err), &err);
	vv_assert_ok(vv_ledger_open(&l, dir, &none, &err), &err);
	assert_int_equal(vv_ledger_count(l), 5);
	assert_int_equal(vv_ledger_authors(l)[0].waiting, 0);
	vv_ledger_close(l);
}

/* What failed to become durable is not followed by anything. */
static void after_a_failing_sync_nothing_more_is_taken(void **state)
{
	vv_key k = key_of(1);
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE};
	vv_error err;

	(void)state;
	for (unsigned n = 1; n <= 3; n++) {
		char dir[300];
		(void)snprintf(dir, sizeof(dir), "%s", vv_test_path("fail-%u", n));
		vv_ledger *l = begin(dir, &k);
		vv_assert_ok(vv_ledger_write_later(l, &r, &k, NULL, &err), &err);
		vv_assert_ok(vv_ledger_write_later(l, &r, &k, NULL, &err), &err);
		vv_fault_set(VV_FAULT_FSYNC, n, EIO);
		vv_assert_status(vv_ledger_sync(l, &err), VV_EIO, &err);
		assert_true(vv_fault_clear());
		vv_assert_status(vv_ledger_write(l, &r, &k, NULL, &err), VV_EIO, &err);
		vv_assert_status(vv_ledger_sync(l, &err), VV_EIO, &err);
		vv_ledger_close(l);
		vv_assert_ok(vv_ledger_open(&l, dir, &none, &err), &err);
		assert_int_equal(vv_ledger_count(l), n < 3 ? 2 : 4);
		vv_assert_ok(vv_ledger_write(l, &r, &k, NULL, &err), &err);
		vv_ledger_close(l);
	}
}

/* What is read of a ledger that lies in a folder. */
static vv_status add_of(const char *dir, const vv_cid *vault, size_t *count, uint64_t *damaged)
{
	vv_ledger *l;
	vv_error err;

	vv_assert_ok(vv_ledger_open(&l, "", vault, &err), &err);
	vv_status rc = vv_ledger_add_folder(l, dir, damaged, &err);
	vv_assert_ok(vv_ledger_settle(l, &err), &err);
	*count = vv_ledger_count(l);
	vv_ledger_close(l);
	return rc;
}

/* A damaged record is none; one that cannot be read now is no damaged one to who does not count them. */
static void of_a_folder_damaged_records_are_left_out_and_unreadable_ones_are_not(void **state)
{
	static char much[VV_LEDGER_RECORD_MAX + 1];
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k);
	const vv_cid vault = *vv_ledger_vault(l);
	char path[500];
	uint64_t damaged = 0;
	size_t count;
	vv_error err;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/%s", vv_test_path("a"),
		       vv_ledger_file_at(l, 1)->name);
	vv_ledger_close(l);
	assert_int_equal(add_of(vv_test_path("none"), &vault, &count, NULL), VV_OK);
	assert_int_equal(count, 0);
	assert_int_equal(add_of(vv_test_path("a"), &vault, &count, NULL), VV_OK);
	assert_int_equal(count, 2);
	vv_fault_set(VV_FAULT_READ, 1, EIO);
	assert_int_equal(add_of(vv_test_path("a"), &vault, &count, NULL), VV_EIO);
	assert_true(vv_fault_clear());
	vv_fault_set(VV_FAULT_READ, 1, EIO);
	assert_int_equal(add_of(vv_test_path("a"), &vault, &count, &damaged), VV_OK);
	assert_true(vv_fault_clear());
	assert_int_equal(damaged, 1);
	vv_assert_ok(vv_write_file(path, much, sizeof(much), false, &err), &err);
	assert_int_equal(add_of(vv_test_path("a"), &vault, &count, NULL), VV_OK);
	assert_int_equal(count, 1);
	assert_int_equal(add_of(vv_test_path("a"), &vault, &count, &damaged), VV_OK);
	assert_int_equal(damaged, 2);
}

/* Whether memory ends or the disk is full, a second attempt does not find the record stored. */
static void a_record_that_was_not_written_is_not_taken(void **state)
{
	vv_key k = key_of(1);
	vv_ledger *l = begin(vv_test_path("a"), &k), *other;
	const char *name = vv_ledger_file_at(l, 0)->name;
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_ledger_file(l, name, &bytes, &err), &err);
	vv_assert_ok(vv_ledger_open(&other, vv_test_path("b"), &none, &err), &err);
	vv_fault_set(VV_FAULT_WRITE, 1, ENOSPC);
	vv_assert_status(vv_ledger_take(other, name, bytes.data, bytes.len, &err), VV_EIO, &err);
	assert_true(vv_fault_clear());
	vv_assert_status(vv_ledger_take(other, name, bytes.data, bytes.len, &err), VV_EIO, &err);
	vv_ledger_close(other);
	for (unsigned n = 1;; n++) {
		vv_assert_ok(vv_ledger_open(&other, vv_test_path("c%u", n), &none, &err), &err);
		vv_fault_set(VV_FAULT_ALLOC, n, 0);
		const vv_status rc = vv_ledger_take(other, name, bytes.data, bytes.len, &err);
		const bool failed = vv_fault_clear();
		if (vv_ledger_take(other, name, bytes.data, bytes.len, &err) == VV_OK) {
			vv_assert_ok(vv_ledger_sync(other, &err), &err);
			vv_ledger_close(other);
			vv_assert_ok(vv_ledger_open(&other, vv_test_path("c%u", n), &none, &err),
				     &err);
			assert_int_equal(vv_ledger_file_count(other), 1);
		}
		vv_ledger_close(other);
		if (!failed) {
			vv_assert_ok(rc, &err);
			break;
		}
	}
	vv_ledger_close(l);
	vv_buf_clear(&bytes);
}

static void a_receipt_that_was_accepted_is_of_its_place_alone(void **state)
{
	vv_key owner = key_of(1), holder = key_of(2);
	vv_ledger *l = begin(vv_test_path("a"), &owner);
	vv_ledger_record place = {.kind = VV_LEDGER_PLACE, .has_key = true};
	vv_ledger_record receipt = {.kind = VV_LEDGER_RECEIPT, .has_key = true, .until = 7};
	const vv_ledger_record *first, *second;
	uint8_t bytes[VV_RECEIPT_BYTES];
	vv_error err;

	(void)state;
	memcpy(place.key, holder.public_key, VV_KEY_PUBLIC);
	memcpy(receipt.key, holder.public_key, VV_KEY_PUBLIC);
	vv_assert_ok(vv_ledger_write(l, &place, &owner, &first, &err), &err);
	vv_assert_ok(vv_ledger_write(l, &place, &owner, &second, &err), &err);
	receipt.link = first->cid;
	vv_receipt_bytes(bytes, &first->cid, 7);
	vv_assert_ok(vv_key_sign(receipt.signature, &holder, VV_RECEIPT_PURPOSE, bytes,
				 sizeof(bytes), &err),
		     &err);
	assert_false(vv_ledger_is_received(l, &receipt, second));
	assert_true(vv_ledger_is_received(l, &receipt, first));
	assert_true(vv_ledger_is_received(l, &receipt, first));
	assert_false(vv_ledger_is_received(l, &receipt, second));
	vv_ledger_close(l);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(of_a_folder_damaged_records_are_left_out_and_unreadable_ones_are_not),
	cmocka_unit_test(of_records_written_together_those_count_that_hang_together),
	cmocka_unit_test(records_whose_names_came_in_part_all_count),
	cmocka_unit_test(a_damaged_record_without_a_name_is_none),
	cmocka_unit_test(after_a_failing_sync_nothing_more_is_taken),
	cmocka_unit_test(a_signature_covers_all_records_before_it),
	cmocka_unit_test(a_record_that_comes_last_counts_as_it_does_when_the_ledger_is_read),
	cmocka_unit_test(a_record_comes_after_all_that_its_author_knew_whatever_the_clocks_say),
	cmocka_unit_test(records_after_a_missing_one_count_only_over_a_bridge),
	cmocka_unit_test(every_kind_is_read_as_it_was_signed),
	cmocka_unit_test(a_record_is_refused_when_a_bit_of_it_was_changed),
	cmocka_unit_test(a_record_of_another_vault_is_refused),
	cmocka_unit_test(two_records_of_one_number_are_both_kept_and_reported),
	cmocka_unit_test(only_owners_epochs_and_writers_runs_count),
	cmocka_unit_test(a_receipt_of_a_holder_with_a_key_counts_only_with_its_signature),
	cmocka_unit_test(a_retired_shard_lives_again_when_another_writer_names_it),
	cmocka_unit_test(stripes_are_read_as_they_were_signed),
	cmocka_unit_test(a_stripe_that_two_runs_name_is_one),
	cmocka_unit_test(stripes_over_what_is_not_there_are_refused),
	cmocka_unit_test(a_stripe_is_retired_when_all_of_it_is),
	cmocka_unit_test(a_record_that_was_not_written_is_not_taken),
	cmocka_unit_test(a_receipt_that_was_accepted_is_of_its_place_alone),
};

VV_TEST_SUITE(ledger)
