/*
 * Meetings: which records a holder is asked for, and what it gets.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "cmd/vault/hold/ledger.h"
#include "cmd/vault/sealed/epoch.h"
#include "cmd/vault/sealed/holder_open.h"
#include "cmd/vault/sealed/meeting.h"
#include "tests/unit/support.h"

typedef struct table {
	vv_key key;
	vv_ledger *ledger;
	vv_vault_holder *holder;
	vv_meeting m;
} table;

static void set(table *t)
{
	const vv_cid none = {0};
	const vv_holder_config config = {.name = "x",
					 .url = (char *)(uintptr_t)vv_test_path("holder")};
	uint8_t seed[VV_KEY_SEED], owners[1][VV_KEY_PUBLIC];
	vv_error err;

	memset(t, 0, sizeof(*t));
	memset(seed, 1, sizeof(seed));
	vv_assert_ok(vv_key_of_seed(&t->key, seed, &err), &err);
	memcpy(owners[0], t->key.public_key, VV_KEY_PUBLIC);
	vv_assert_ok(vv_ledger_open(&t->ledger, vv_test_path("ledger"), &none, &err), &err);
	vv_assert_ok(vv_vault_begin(t->ledger, (const uint8_t(*)[VV_KEY_PUBLIC])owners, 1, &t->key,
				    &err),
		     &err);
	vv_assert_ok(vv_vault_holder_open(&t->holder, &config, NULL, NULL, true, &err), &err);
	t->m.ledger = t->ledger;
	t->m.holder = t->holder;
}

static void clear(table *t)
{
	vv_meeting_clear(&t->m);
	vv_vault_holder_close(t->holder);
	vv_ledger_close(t->ledger);
}

static void add(table *t, const vv_key *key, unsigned count)
{
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE};
	vv_error err;

	while (count-- > 0) {
		vv_assert_ok(vv_ledger_write(t->ledger, &r, key, NULL, &err), &err);
	}
}

static vv_status count_one(void *payload, const vv_listed *e, vv_error *err)
{
	(void)e;
	(void)err;
	++*(size_t *)payload;
	return VV_OK;
}

static size_t count_there(const table *t)
{
	size_t count = 0;
	vv_error err;

	vv_assert_ok(vv_holder_list_records(t->holder, vv_ledger_vault(t->ledger), count_one,
					    &count, &err),
		     &err);
	return count;
}

/* The path of the ledger's i-th record at the holder. */
static const char *path_of(const table *t, size_t i)
{
	static char path[512];
	char vault[VV_CID_TEXT + 1];

	vv_cid_text(vault, vv_ledger_vault(t->ledger));
	(void)snprintf(path, sizeof(path), "%s/%s/records/%s", vv_test_path("holder"), vault,
		       vv_ledger_file_at(t->ledger, i)->name);
	return path;
}

static void what_is_new_is_handed_on_without_a_list(void **state)
{
	table t;
	vv_error err;

	(void)state;
	set(&t);
	add(&t, &t.key, 8);
	vv_assert_ok(vv_meeting_run(&t.m, &err), &err);
	assert_int_equal(count_there(&t), 10);
	add(&t, &t.key, 2);
	vv_assert_ok(vv_meeting_run(&t.m, &err), &err);
	assert_int_equal(t.m.behind, 2);
	assert_int_equal(count_there(&t), 12);
	clear(&t);
}

static void records_of_others_come_in_and_what_was_lost_goes_back(void **state)
{
	table t;
	vv_ledger *theirs;
	vv_meeting other = {0};
	vv_key key;
	vv_ledger_record r = {.kind = VV_LEDGER_RETIRE};
	uint8_t seed[VV_KEY_SEED] = {9};
	vv_error err;

	(void)state;
	set(&t);
	add(&t, &t.key, 3);
	vv_assert_ok(vv_meeting_run(&t.m, &err), &err);
	vv_assert_ok(vv_key_of_seed(&key, seed, &err), &err);
	vv_assert_ok(
		vv_ledger_open(&theirs, vv_test_path("theirs"), vv_ledger_vault(t.ledger), &err),
		&err);
	other.ledger = theirs;
	other.holder = t.holder;
	vv_assert_ok(vv_meeting_run(&other, &err), &err);
	assert_int_equal(vv_ledger_count(theirs), 5);
	/* A new author, then more of an author who is known. */
	for (unsigned i = 0; i < 2; i++) {
		vv_assert_ok(vv_ledger_write(theirs, &r, &key, NULL, &err), &err);
		vv_assert_ok(vv_meeting_run(&other, &err), &err);
		t.m.listed = false;
		vv_assert_ok(vv_meeting_run(&t.m, &err), &err);
		assert_int_equal(vv_ledger_count(t.ledger), 6 + i);
	}
	assert_int_equal(unlink(path_of(&t, 1)), 0);
	assert_int_equal(unlink(path_of(&t, 4)), 0);
	t.m.listed = false;
	vv_assert_ok(vv_meeting_run(&t.m, &err), &err);
	assert_int_equal(t.m.behind, 2);
	assert_int_equal(count_there(&t), 7);
	vv_meeting_clear(&other);
	vv_ledger_close(theirs);
	clear(&t);
}

static void what_is_damaged_is_named_until_it_is_mended(void **state)
{
	table t;
	vv_error err;

	(void)state;
	set(&t);
	add(&t, &t.key, 5);
	vv_assert_ok(vv_meeting_run(&t.m, &err), &err);
	vv_assert_ok(vv_write_file(path_of(&t, 2), "x", 1, false, &err), &err);
	t.m.listed = false;
	vv_assert_ok(vv_meeting_run(&t.m, &err), &err);
	assert_int_equal(vv_meeting_damaged(&t.m), 1);
	t.m.listed = false;
	t.m.mend = true;
	vv_assert_ok(vv_meeting_run(&t.m, &err), &err);
	assert_int_equal(t.m.mended, 1);
	assert_int_equal(vv_meeting_damaged(&t.m), 0);
	clear(&t);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_new_is_handed_on_without_a_list),
	cmocka_unit_test(records_of_others_come_in_and_what_was_lost_goes_back),
	cmocka_unit_test(what_is_damaged_is_named_until_it_is_mended),
};

VV_TEST_SUITE(meeting)
