/*
 * incoming: blocks of transfers that end well, badly, or not at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/thread.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/record.h"
#include "repo/git/pointer.h"
#include "repo/known/incoming.h"
#include "repo/known/incomplete.h"
#include "repo/known/order.h"
#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/repo/store_fixture.h"

#define STORE ".git/varve"

static vv_incoming *begin(vv_repository *r)
{
	vv_incoming *in = NULL;
	vv_error err;

	vv_assert_ok(vv_incoming_open(&in, r, &err), &err);
	return in;
}

static bool put_bytes(vv_incoming *in, const vv_cid *cid, const vv_buf *b, const vv_cid *base)
{
	vv_error err;
	bool kept;

	vv_assert_ok(vv_incoming_put(in, cid, b->data, b->len, base, &kept, &err), &err);
	return kept;
}

static bool put(vv_incoming *in, unsigned n, int base)
{
	vv_buf b = VV_BUF_INIT;
	vv_cid cid = fx_cid(n), like = fx_cid(base < 0 ? 0 : (unsigned)base);
	bool kept;

	fx_block(&b, n);
	kept = put_bytes(in, &cid, &b, base < 0 ? NULL : &like);
	vv_buf_clear(&b);
	return kept;
}

static vv_cid put_node(vv_incoming *in, const vv_cid *links, size_t count)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	fx_node(&b, links, count);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, b.data, b.len, &err), &err);
	(void)put_bytes(in, &cid, &b, NULL);
	vv_buf_clear(&b);
	return cid;
}

/* 0: not here; 1: here; 2: here with all below it. */
static int has(vv_incoming *in, unsigned n)
{
	vv_cid cid = fx_cid(n);
	bool below = true;
	bool here = vv_incoming_has(in, &cid, &below);

	assert_true(here || !below);
	return here + below;
}

static void assert_get(vv_incoming *in, unsigned n)
{
	vv_buf wanted = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_cid cid = fx_cid(n);
	vv_error err;

	fx_block(&wanted, n);
	vv_assert_ok(vv_incoming_get(in, &cid, &b, &err), &err);
	assert_int_equal(b.len, wanted.len);
	assert_memory_equal(b.data, wanted.data, b.len);
	vv_buf_clear(&b);
	vv_buf_clear(&wanted);
}

/* With one more block, so large that it is worth while. */
static void keep(vv_incoming *in)
{
	static unsigned number = 1000;
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	fx_noise(&b, number++, 80000);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, b.data, b.len, &err), &err);
	assert_true(put_bytes(in, &cid, &b, NULL));
	vv_buf_clear(&b);
	vv_assert_ok(vv_incoming_keep(in, &err), &err);
}

static void promote(vv_incoming *in)
{
	vv_error err;

	vv_assert_ok(vv_incoming_promote(in, &err), &err);
}

static const char *folders(void)
{
	return out("ls " STORE "/incoming 2>/dev/null | wc -l");
}

static void assert_store_has(vv_repository *r, unsigned first, unsigned last)
{
	vv_store *s;
	vv_error err;
	unsigned i;

	vv_assert_ok(vv_repository_store(r, &s, &err), &err);
	for (i = first; i <= last; i++) {
		vv_assert_ok(fx_get(s, i, &err), &err);
	}
}

static unsigned store_count(vv_repository *r, unsigned first, unsigned last)
{
	vv_store *s;
	vv_error err;
	unsigned i, count = 0;

	vv_assert_ok(vv_repository_store(r, &s, &err), &err);
	for (i = first; i <= last; i++) {
		vv_cid cid = fx_cid(i);

		count += vv_store_has(s, &cid);
	}
	return count;
}

/* --- the usual way ---------------------------------------------------------------------- */

static void what_came_becomes_part_of_the_store(void **state)
{
	vv_repository *r;
	vv_incoming *in;
	vv_writer *w = NULL;
	vv_store *s;
	vv_error err;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	in = begin(r);
	assert_int_equal(has(in, 2), 2);
	assert_int_equal(has(in, 5), 0);
	assert_false(put(in, 2, -1)); /* there already */
	assert_true(put(in, 5, 3));   /* as a difference against one of the store's */
	assert_false(put(in, 5, 3));
	assert_true(put(in, 6, 5));
	assert_int_equal(has(in, 5), 1);
	assert_int_equal(vv_incoming_blocks(in), 2);
	assert_get(in, 5);
	assert_get(in, 3);
	assert_int_equal(store_count(r, 5, 6), 0); /* not before it is promoted */
	keep(in);
	assert_get(in, 6);
	assert_true(put(in, 7, 6));
	promote(in);
	assert_get(in, 7);
	assert_int_equal(has(in, 5), 2);
	assert_store_has(r, 1, 3);
	assert_store_has(r, 5, 7);
	vv_assert_ok(vv_repository_store(r, &s, &err), &err);
	vv_assert_status(vv_writer_open(&w, s, 0, &err), VV_ELOCKED, &err); /* until close */
	vv_incoming_close(in);
	vv_assert_ok(vv_writer_open(&w, s, 0, &err), &err);
	vv_writer_close(w);
	assert_string_equal(folders(), "0");
	vv_repository_close(r);
	assert_int_equal(fx_fsck(STORE, true), 0);
	assert_true(fx_all_readable(STORE, 5, 3));
}

/* --- in the form in which they came ---------------------------------------------------------- */

/* Block n as a difference against block base. */
typedef struct given {
	vv_buf raw, base, stored;
	vv_block_form form;
} given;

static void give_difference(given *g, unsigned n, unsigned base)
{
	vv_coder_pool *pool = vv_coder_pool_new();
	vv_coder *c;
	vv_error err;

	memset(g, 0, sizeof(*g));
	fx_block(&g->raw, n);
	fx_block(&g->base, base);
	assert_non_null(pool);
	assert_non_null(c = vv_coder_take(pool, &err));
	vv_assert_ok(vv_coder_diff(c, g->raw.data, g->raw.len, g->base.data, g->base.len,
				   g->raw.len, &g->form.packed, &err),
		     &err);
	assert_true(g->form.packed.len > 0);
	vv_buf_put(&g->stored, g->form.packed.bytes, g->form.packed.len);
	g->form.packed.bytes = (const uint8_t *)g->stored.data;
	g->form.base = fx_cid(base);
	vv_coder_give(pool, c);
	vv_coder_pool_free(pool);
}

static void given_clear(given *g)
{
	vv_buf_clear(&g->raw);
	vv_buf_clear(&g->base);
	vv_buf_clear(&g->stored);
}

static void put_given(vv_incoming *in, unsigned n, const given *g)
{
	vv_cid cid = fx_cid(n);
	vv_error err;
	bool kept;

	vv_assert_ok(vv_incoming_put_form(in, &cid, g->raw.data, g->raw.len, NULL, &g->form, &kept,
					  &err),
		     &err);
	assert_true(kept);
}

/* Is block n stored just as it was given? */
static bool is_stored_as(vv_repository *r, unsigned n, const given *g)
{
	vv_buf raw = VV_BUF_INIT, stored = VV_BUF_INIT;
	vv_cid cid = fx_cid(n);
	vv_block_form form;
	vv_store *s;
	vv_error err;
	bool same;

	vv_assert_ok(vv_repository_store(r, &s, &err), &err);
	vv_assert_ok(vv_store_get_form(s, &cid, &raw, &stored, &form, &err), &err);
	assert_int_equal(raw.len, g->raw.len);
	assert_memory_equal(raw.data, g->raw.data, raw.len);
	same = form.packed.method == g->form.packed.method &&
	       vv_cid_equal(&form.base, &g->form.base) && form.packed.len == g->form.packed.len &&
	       memcmp(form.packed.bytes, g->form.packed.bytes, form.packed.len) == 0;
	vv_buf_clear(&raw);
	vv_buf_clear(&stored);
	return same;
}

static vv_repository *begin_repository(void)
{
	git_begin();
	return open_here();
}

static void check_forms_kept(bool packed_before)
{
	vv_repository *r = begin_repository();
	vv_incoming *in = begin(r);
	given g[4];

	(void)put(in, 1, -1);
	for (unsigned i = 0; i < 4; i++) {
		give_difference(&g[i], 2 + i, 1 + i);
		put_given(in, 2 + i, &g[i]);
	}
	if (packed_before) {
		keep(in);
	}
	promote(in);
	vv_incoming_close(in);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(is_stored_as(r, 2 + i, &g[i]));
		given_clear(&g[i]);
	}
	vv_repository_close(r);
}

static void a_difference_stays_in_the_form_in_which_it_came(void **state)
{
	(void)state;
	check_forms_kept(false);
}

static void a_difference_that_waited_in_a_pack_stays_in_its_form_too(void **state)
{
	(void)state;
	check_forms_kept(true);
}

static void a_form_that_is_no_good_is_made_anew(void **state)
{
	vv_repository *r = begin_repository();
	vv_incoming *in = begin(r);
	given no_base, itself, padded;
	vv_cid cid = fx_cid(4);

	(void)state;
	(void)put(in, 1, -1);
	give_difference(&no_base, 3, 2); /* 2 does not come */
	put_given(in, 3, &no_base);
	give_difference(&itself, 4, 1);
	itself.form.base = cid;
	put_given(in, 4, &itself);
	give_difference(&padded, 5, 1); /* as long as somebody may make it who wants it long */
	while (padded.stored.len < padded.raw.len / 2) {
		vv_buf_putc(&padded.stored, 0);
	}
	padded.form.packed.bytes = (const uint8_t *)padded.stored.data;
	padded.form.packed.len = padded.stored.len;
	put_given(in, 5, &padded);
	promote(in);
	vv_incoming_close(in);
	assert_false(is_stored_as(r, 3, &no_base));
	assert_false(is_stored_as(r, 4, &itself));
	assert_false(is_stored_as(r, 5, &padded));
	given_clear(&no_base);
	given_clear(&itself);
	given_clear(&padded);
	vv_repository_close(r);
}

static void no_chain_of_forms_gets_longer_than_allowed(void **state)
{
	vv_repository *r = begin_repository();
	vv_incoming *in = begin(r);
	unsigned depth, longest = 0;
	uint64_t stored;
	vv_store *s;
	vv_error err;

	(void)state;
	(void)put(in, 0, -1);
	for (unsigned i = 1; i <= VV_CHAIN_MAX + 5; i++) {
		given g;

		give_difference(&g, i, i - 1);
		put_given(in, i, &g);
		given_clear(&g);
	}
	promote(in);
	vv_incoming_close(in);
	assert_store_has(r, 0, VV_CHAIN_MAX + 5);
	vv_assert_ok(vv_repository_store(r, &s, &err), &err);
	for (unsigned i = 1; i <= VV_CHAIN_MAX + 5; i++) {
		vv_cid cid = fx_cid(i);

		vv_assert_ok(vv_store_cost(s, &cid, &stored, &depth, &err), &err);
		longest = depth > longest ? depth : longest;
	}
	assert_int_equal(longest, VV_CHAIN_MAX);
	vv_repository_close(r);
}

static void a_large_transfer_moves_as_one_pack(void **state)
{
	vv_repository *r;
	vv_incoming *in;
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;
	unsigned i, round;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	for (round = 0; round < 2; round++) {
		in = begin(r);
		for (i = 0; i < 40; i++) {
			fx_noise(&b, 100 * round + i, 60000);
			vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, b.data, b.len, &err), &err);
			assert_true(put_bytes(in, &cid, &b, NULL));
			if (round == 1 && i % 15 == 14) {
				keep(in); /* several packs then, which become one */
			}
		}
		(void)put(in, 50 + round, 3);
		promote(in);
		vv_incoming_close(in);
	}
	assert_string_equal(folders(), "0");
	assert_int_equal(fx_count(STORE, "pack-", ".pack"), 3);
	assert_int_equal(fx_count(STORE, "pack-", ".index"), 3);
	assert_int_equal(fx_fsck(STORE, true), 0);
	assert_store_has(r, 50, 51);
	vv_repository_close(r);
	vv_buf_clear(&b);
}

static void nothing_at_all_can_be_promoted(void **state)
{
	vv_repository *r;
	vv_incoming *in;

	(void)state;
	git_begin();
	r = open_here();
	in = begin(r);
	promote(in);
	promote(in);
	vv_incoming_close(in);
	vv_incoming_close(NULL);
	vv_repository_close(r);
	assert_string_equal(folders(), "0");
}

static void a_block_is_found_by_the_beginning_of_its_name(void **state)
{
	vv_repository *r;
	vv_incoming *in;
	vv_store *s;
	vv_cid cid, found;
	unsigned i;
	vv_error err;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	vv_assert_ok(vv_repository_store(r, &s, &err), &err);
	in = begin(r);
	(void)put(in, 5, -1);
	keep(in);
	(void)put(in, 6, 5);
	for (i = 1; i <= 6; i++) {
		cid = fx_cid(i);
		if (i == 4) {
			vv_assert_status(
				vv_incoming_find_prefix(in, VV_CODEC_RAW, cid.digest, &found, &err),
				VV_ENOTFOUND, &err);
			continue;
		}
		vv_assert_ok(vv_incoming_find_prefix(in, VV_CODEC_RAW, cid.digest, &found, &err),
			     &err);
		assert_true(vv_cid_equal(&cid, &found));
		vv_assert_status(
			vv_incoming_find_prefix(in, VV_CODEC_DAG_CBOR, cid.digest, &found, &err),
			VV_ENOTFOUND, &err);
		assert_int_equal(vv_store_has(s, &cid), i <= 3);
	}
	vv_incoming_close(in);
	vv_repository_close(r);
}

/* --- many threads ------------------------------------------------------------------------- */

typedef struct putting {
	vv_job job;
	vv_incoming *in;
	unsigned first;
	vv_status rc;
} putting;

static void put_some(vv_job *job, unsigned worker)
{
	putting *p = (putting *)job;
	vv_buf b = VV_BUF_INIT, back = VV_BUF_INIT;
	vv_error err;
	unsigned i;

	(void)worker;
	for (i = 0; i < 60 && p->rc == VV_OK; i++) {
		vv_cid cid, base = fx_cid(2);
		bool kept, below;

		if (i % 3) { /* the same for all */
			fx_block(&b, 10 + i);
			cid = fx_cid(10 + i);
		} else {
			fx_noise(&b, p->first + i, 20000);
			p->rc = vv_cid_of(&cid, VV_CODEC_RAW, b.data, b.len, &err);
		}
		(void)vv_incoming_has(p->in, &cid, &below);
		if (p->rc == VV_OK &&
		    (p->rc = vv_incoming_put(p->in, &cid, b.data, b.len, &base, &kept, &err)) ==
			    VV_OK &&
		    (i % 16 || (p->rc = vv_incoming_keep(p->in, &err)) == VV_OK)) {
			p->rc = vv_incoming_get(p->in, &cid, &back, &err);
		}
		if (p->rc == VV_OK &&
		    (back.len != b.len || memcmp(back.data, b.data, b.len) != 0)) {
			p->rc = VV_ECORRUPT;
		}
		vv_buf_clear(&b);
	}
	vv_buf_clear(&back);
}

static void many_threads_may_put_and_keep(void **state)
{
	putting jobs[6];
	vv_repository *r;
	vv_incoming *in;
	vv_pool *pool;
	size_t i;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	in = begin(r);
	pool = vv_pool_new(4);
	assert_non_null(pool);
	memset(jobs, 0, sizeof jobs);
	for (i = 0; i < 6; i++) {
		jobs[i].job.run = put_some;
		jobs[i].in = in;
		jobs[i].first = 1000 * (unsigned)i;
		vv_pool_submit(pool, &jobs[i].job);
	}
	for (i = 0; i < 6; i++) {
		vv_pool_wait(pool, &jobs[i].job);
		assert_int_equal(jobs[i].rc, VV_OK);
	}
	vv_pool_free(pool);
	promote(in);
	vv_incoming_close(in);
	for (i = 0; i < 60; i++) {
		if (i % 3) {
			assert_store_has(r, 10 + (unsigned)i, 10 + (unsigned)i);
		}
	}
	vv_repository_close(r);
	assert_int_equal(fx_fsck(STORE, true), 0);
}

/* --- transfers that ended early ----------------------------------------------------------- */

static void what_an_ended_transfer_left_is_taken_over(void **state)
{
	vv_repository *r;
	vv_incoming *a, *b, *c;
	uint64_t count;
	vv_error err;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	a = begin(r);
	(void)put(a, 5, 3);
	(void)put(a, 6, 5);
	keep(a);
	b = begin(r); /* at the same time */
	assert_int_equal(has(b, 5), 0);
	(void)put(b, 7, -1);
	vv_assert_ok(vv_incoming_count(r, &count, &err), &err);
	assert_int_equal(count, 0);
	vv_incoming_close(a);
	vv_incoming_close(b);
	assert_string_equal(folders(), "2");
	vv_assert_ok(vv_incoming_count(r, &count, &err), &err);
	assert_int_equal(count, 4);
	c = begin(r);
	assert_string_equal(folders(), "1");
	assert_int_equal(vv_incoming_blocks(c), 4);
	assert_int_equal(has(c, 5), 1);
	assert_int_equal(has(c, 7), 1);
	assert_get(c, 6);
	assert_false(put(c, 6, -1));
	promote(c);
	vv_incoming_close(c);
	assert_store_has(r, 5, 7);
	vv_repository_close(r);
	assert_string_equal(folders(), "0");
}

static void only_what_is_wanted_is_promoted_and_the_rest_waits(void **state)
{
	vv_repository *r;
	vv_incoming *in;
	vv_cid_set *wanted;
	vv_cid cid;
	unsigned round, i;
	bool added;
	vv_error err;

	(void)state;
	for (round = 0; round < 2; round++) { /* from memory, and from packs */
		git_begin();
		fx_commit(STORE, 1, 3, true);
		r = open_here();
		in = begin(r);
		wanted = vv_cid_set_new();
		for (i = 5; i <= 10; i++) {
			(void)put(in, i, (int)i - 1);
			cid = fx_cid(i);
			if (i % 2) {
				vv_assert_ok(vv_cid_set_add(wanted, &cid, &added, &err), &err);
			}
		}
		if (round == 1) {
			keep(in);
		}
		vv_incoming_only(in, wanted);
		promote(in);
		vv_incoming_only(in, NULL);
		vv_cid_set_free(wanted);
		vv_incoming_close(in);
		assert_int_equal(store_count(r, 5, 10), 3);
		assert_store_has(r, 7, 7);
		assert_string_equal(folders(), "1");
		in = begin(r);
		assert_int_equal(vv_incoming_blocks(in), round == 0 ? 6 : 3 + 1);
		for (i = 5; i <= 10; i++) {
			assert_int_equal(has(in, i), i % 2 ? 2 : 1);
			assert_get(in, i);
		}
		promote(in);
		vv_incoming_close(in);
		assert_store_has(r, 5, 10);
		assert_string_equal(folders(), "0");
		vv_repository_close(r);
		assert_int_equal(fx_fsck(STORE, true), 0);
	}
}

static void what_was_kept_survives_a_kill(void **state)
{
	vv_repository *r;
	vv_incoming *in;
	pid_t pid;
	int status;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		r = open_here();
		in = begin(r);
		(void)put(in, 5, 3);
		keep(in);
		(void)put(in, 6, 5); /* this one is lost */
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	r = open_here();
	in = begin(r);
	assert_int_equal(vv_incoming_blocks(in), 2);
	assert_int_equal(has(in, 5), 1);
	assert_int_equal(has(in, 6), 0);
	assert_string_equal(folders(), "1");
	promote(in);
	vv_incoming_close(in);
	assert_store_has(r, 5, 5);
	vv_repository_close(r);
	assert_string_equal(folders(), "0");
}

static void damaged_leftovers_are_fetched_again(void **state)
{
	vv_repository *r;
	vv_incoming *in;
	vv_error err;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	in = begin(r);
	(void)put(in, 50, -1);
	(void)put(in, 90, -1);
	(void)put(in, 130, -1);
	vv_incoming_close(in);
	/* A byte in the middle of the second of them. */
	sh("f=$(ls " STORE
	   "/incoming/*/packs/*.pack); s=$(stat -c %%s $f); printf '\\377\\377' | dd of=$f bs=1 seek=$((s / 2)) conv=notrunc status=none");
	in = begin(r);
	assert_int_equal(vv_incoming_blocks(in), 3); /* nobody has looked yet */
	vv_assert_status(vv_incoming_promote(in, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.hint, "again");
	vv_incoming_close(in);
	in = begin(r);
	assert_int_equal(vv_incoming_blocks(in), 2);
	assert_int_equal(has(in, 50) + has(in, 90) + has(in, 130), 2);
	(void)put(in, 50, -1);
	(void)put(in, 90, -1);
	(void)put(in, 130, -1);
	promote(in);
	vv_incoming_close(in);
	assert_store_has(r, 50, 50);
	assert_store_has(r, 90, 90);
	assert_store_has(r, 130, 130);
	vv_repository_close(r);
	assert_int_equal(fx_fsck(STORE, true), 0);
}

static void a_difference_whose_base_is_gone_counts_as_not_come(void **state)
{
	vv_repository *r;
	vv_incoming *in;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	in = begin(r);
	(void)put(in, 4, 3);
	(void)put(in, 90, -1);
	vv_incoming_close(in);
	vv_repository_close(r);
	sh("rm " STORE "/packs/*");
	r = open_here();
	in = begin(r);
	assert_int_equal(has(in, 4), 0);
	assert_int_equal(has(in, 90), 1);
	(void)put(in, 4, -1);
	promote(in);
	vv_incoming_close(in);
	assert_store_has(r, 4, 4);
	assert_store_has(r, 90, 90);
	vv_repository_close(r);
}

typedef struct refusal {
	vv_cid cid;
	vv_status code;
} refusal;

static vv_status refuse_cid(void *payload, const vv_cid *cid, vv_error *err)
{
	const refusal *x = payload;

	return vv_cid_equal(cid, &x->cid) ? vv_fail(err, x->code, "refused") : VV_OK;
}

/* Of a block, of a base in another pack, and of a link. */
static void what_the_caller_refuses_of_leftovers_is_not_passed_over(void **state)
{
	static const vv_status codes[] = {VV_ECORRUPT, VV_EMISSING, VV_EINPUT, VV_EIO};
	vv_repository *r;
	vv_incoming *in;
	vv_cid link, cids[3];
	vv_error err;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 5, true);
	r = open_here();
	in = begin(r);
	(void)put(in, 6, 5);
	link = fx_cid(2);
	cids[0] = put_node(in, &link, 1);
	cids[1] = fx_cid(5);
	cids[2] = link;
	vv_incoming_close(in);
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < 4; k++) {
			refusal x = {cids[i], codes[k]};

			vv_assert_status(vv_incoming_each(r, refuse_cid, &x, &err), codes[k], &err);
			assert_string_equal(err.message, "refused");
		}
	}
	vv_repository_close(r);
}

/* --- beside gc -------------------------------------------------------------------------------- */

static void gc_now(vv_repository *r)
{
	vv_keep k = {.repo = r};
	vv_gc_options opts = {.now_sec = FX_NOW};
	vv_gc_result result;
	vv_store *s;
	vv_error err;

	vv_assert_ok(vv_repository_store(r, &s, &err), &err);
	vv_assert_ok(vv_store_gc(s, &opts, vv_keep_mark, &k, &result, &err), &err);
}

static void gc_keeps_what_leftovers_stand_on(void **state)
{
	vv_repository *r;
	vv_incoming *in;
	vv_cid link, node;
	bool below;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 5, true); /* nothing names any of them */
	r = open_here();
	in = begin(r);
	(void)put(in, 6, 5);
	link = fx_cid(2);
	node = put_node(in, &link, 1);
	vv_incoming_close(in);
	gc_now(r);
	assert_int_equal(store_count(r, 1, 5), 2); /* the base, and what the node links to */
	in = begin(r);
	assert_get(in, 6);
	assert_true(vv_incoming_has(in, &node, &below) && !below);
	assert_int_equal(has(in, 2), 2);
	promote(in);
	vv_incoming_close(in);
	assert_store_has(r, 6, 6);
	gc_now(r);
	assert_int_equal(store_count(r, 1, 6), 0);
	vv_repository_close(r);
}

static void a_block_that_gc_took_meanwhile_is_noticed(void **state)
{
	vv_repository *r;
	vv_incoming *in;
	vv_error err;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	in = begin(r);
	assert_int_equal(has(in, 2), 2);
	(void)put(in, 9, -1);
	gc_now(r);
	vv_assert_status(vv_incoming_promote(in, &err), VV_ECONFLICT, &err);
	vv_assert_contains(err.hint, "again");
	vv_incoming_close(in);
	in = begin(r);
	assert_int_equal(has(in, 2), 0);
	assert_int_equal(has(in, 9), 1);
	promote(in);
	vv_incoming_close(in);
	vv_repository_close(r);
}

static void what_gc_set_aside_is_taken_in_again(void **state)
{
	vv_keep k = {0};
	vv_gc_options opts = {.now_sec = FX_NOW, .grace_sec = FX_DAY};
	vv_gc_result result;
	vv_repository *r;
	vv_incoming *in;
	vv_store *s;
	vv_cid cid = fx_cid(2);
	vv_error err;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	k.repo = r;
	vv_assert_ok(vv_repository_store(r, &s, &err), &err);
	vv_assert_ok(vv_store_gc(s, &opts, vv_keep_mark, &k, &result, &err), &err);
	assert_true(vv_store_has(s, &cid));
	assert_false(vv_store_has_live(s, &cid));
	in = begin(r);
	assert_int_equal(has(in, 2), 1); /* here, and what is below it has to be looked at */
	assert_int_equal(vv_incoming_blocks(in), 1);
	promote(in);
	vv_incoming_close(in);
	assert_true(vv_store_has_live(s, &cid));
	vv_repository_close(r);
}

static void a_base_that_gc_set_aside_meanwhile_does_no_harm(void **state)
{
	vv_keep k = {0};
	vv_gc_options opts = {.now_sec = FX_NOW, .grace_sec = FX_DAY};
	vv_gc_result result;
	vv_repository *r;
	vv_incoming *in;
	vv_buf b = VV_BUF_INIT;
	unsigned i;
	vv_store *s;
	vv_cid cid;
	vv_error err;

	(void)state;
	for (i = 0; i < 2; i++) { /* small, and large */
		git_begin();
		fx_commit(STORE, 1, 3, true);
		r = open_here();
		k.repo = r;
		vv_assert_ok(vv_repository_store(r, &s, &err), &err);
		in = begin(r);
		(void)put(in, 4, 3);
		while (i == 1 && vv_incoming_blocks(in) < 30) {
			fx_noise(&b, (unsigned)vv_incoming_blocks(in), 80000);
			vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, b.data, b.len, &err), &err);
			(void)put_bytes(in, &cid, &b, NULL);
		}
		vv_assert_ok(vv_store_gc(s, &opts, vv_keep_mark, &k, &result, &err), &err);
		cid = fx_cid(3);
		assert_false(vv_store_has_live(s, &cid));
		promote(in);
		vv_incoming_close(in);
		sh("rm -f " STORE "/packs/aside-*"); /* as if the grace period were over */
		vv_repository_close(r);
		r = open_here();
		assert_store_has(r, 4, 4);
		assert_string_equal(folders(), "0");
		vv_repository_close(r);
		assert_int_equal(fx_fsck(STORE, true), 0);
	}
	vv_buf_clear(&b);
}

static void in_an_incomplete_repository_nothing_stands_for_what_is_below(void **state)
{
	vv_repository *r;
	vv_incoming *in;
	vv_error err;

	(void)state;
	git_begin();
	fx_commit(STORE, 1, 3, true);
	r = open_here();
	vv_assert_ok(vv_repository_set_incomplete(r, true, &err), &err);
	in = begin(r);
	assert_int_equal(has(in, 2), 1);
	vv_incoming_close(in);
	vv_repository_close(r);
}

static void old_leftovers_are_removed(void **state)
{
	vv_repository *r;
	vv_incoming *a, *b;
	vv_error err;

	(void)state;
	git_begin();
	r = open_here();
	a = begin(r);
	b = begin(r);
	(void)put(a, 1, -1);
	(void)put(b, 2, -1);
	keep(b);
	vv_incoming_close(a);
	vv_assert_ok(vv_incoming_expire(r, 3600, &err), &err);
	assert_string_equal(folders(), "2");
	sh("touch -d '2 days ago' " STORE "/incoming/*/packs/*");
	vv_assert_ok(vv_incoming_expire(r, UINT64_MAX, &err), &err);
	assert_string_equal(folders(), "2");
	vv_assert_ok(vv_incoming_expire(r, 3600, &err), &err);
	assert_string_equal(folders(), "1"); /* the other is at work */
	assert_int_equal(has(b, 2), 1);
	vv_incoming_close(b);
	vv_repository_close(r);
}

/* --- the machine fails -------------------------------------------------------------------------- */

static void what_another_transfer_brought_meanwhile_does_not_stay(void **state)
{
	vv_auto(vv_repository) *r = NULL;
	vv_incoming *a, *b;

	(void)state;
	git_begin();
	r = open_here();
	a = begin(r);
	(void)put(a, 1, -1);
	b = begin(r);
	(void)put(b, 1, -1);
	promote(b);
	vv_incoming_close(b);
	vv_incoming_close(a);
	assert_string_equal(folders(), "0");
	a = begin(r);
	(void)put(a, 2, -1);
	vv_incoming_close(a);
	assert_string_equal(folders(), "1");
}

/* Its transfer is about to remove it, stopped after the lock: what looks at it adds nothing. */
static void a_folder_that_is_half_removed_can_be_removed(void **state)
{
	vv_auto(vv_repository) *r = NULL;
	uint64_t blocks;
	vv_error err;

	(void)state;
	git_begin();
	r = open_here();
	sh("mkdir -p " STORE "/incoming/0123456789abcdef/packs");
	vv_assert_ok(vv_incoming_expire(r, 0, &err), &err);
	vv_assert_ok(vv_incoming_tidy(r, &err), &err);
	vv_assert_ok(vv_incoming_count(r, &blocks, &err), &err);
	sh("cd " STORE
	   "/incoming/0123456789abcdef && rmdir packs && cd .. && rmdir 0123456789abcdef");
	sh("mkdir -p " STORE "/incoming/0123456789abcdef/packs");
	sh("touch -d '2 hours ago' " STORE "/incoming/*/packs " STORE "/incoming/*");
	vv_assert_ok(vv_incoming_expire(r, 0, &err), &err);
	assert_string_equal(folders(), "0");
}

/* Blocks 5 to 7, made before anything fails, each with the base 3 or the one before. */
static vv_buf ready[3], large;
static vv_cid ready_cids[4], large_cid;

static void make_ready(void)
{
	unsigned i;

	vv_error err;

	fx_noise(&large, 1, 80000);
	vv_assert_ok(vv_cid_of(&large_cid, VV_CODEC_RAW, large.data, large.len, &err), &err);
	ready_cids[0] = fx_cid(3);
	for (i = 0; i < 3; i++) {
		fx_block(&ready[i], 5 + i);
		ready_cids[1 + i] = fx_cid(5 + i);
	}
}

/* keep: in two packs. */
static vv_status transfer(vv_repository *r, bool keeps, vv_error *err)
{
	vv_incoming *in = NULL;
	unsigned i;
	bool kept, below;
	vv_status rc = vv_incoming_open(&in, r, err);

	for (i = 0; rc == VV_OK && i < 3; i++) {
		(void)vv_incoming_has(in, &ready_cids[1 + i], &below);
		rc = vv_incoming_put(in, &ready_cids[1 + i], ready[i].data, ready[i].len,
				     &ready_cids[i], &kept, err);
		if (rc == VV_OK && i == 1 && keeps &&
		    (rc = vv_incoming_put(in, &large_cid, large.data, large.len, NULL, &kept,
					  err)) == VV_OK) {
			rc = vv_incoming_keep(in, err);
		}
	}
	if (rc == VV_OK) {
		rc = vv_incoming_promote(in, err);
	}
	vv_incoming_close(in);
	return rc;
}

/* Fails the 1st, then every step-th call of the kind. */
static void fault_round(vv_fault kind, int number, unsigned step, bool keeps)
{
	unsigned n, failed = 0;
	bool struck = true;
	vv_status rc = VV_OK;

	git_begin();
	make_ready();
	for (n = 1; struck; n += step) {
		vv_repository *r;
		vv_error err;

		sh("rm -rf " STORE);
		fx_commit(STORE, 1, 3, true);
		r = open_here();
		vv_fault_set(kind, n, number);
		rc = transfer(r, keeps, &err);
		struck = vv_fault_clear();
		if (rc < 0) {
			assert_true(struck);
			assert_int_not_equal(err.message[0], '\0');
			failed++;
		} else {
			assert_store_has(r, 5, 7);
		}
		assert_true(store_count(r, 5, 7) == 3 ||
			    store_count(r, 5, 7) == 0); /* all or nothing */
		vv_repository_close(r);
		r = open_here(); /* and the next try completes it */
		vv_assert_ok(transfer(r, !keeps, &err), &err);
		assert_store_has(r, 1, 3);
		assert_store_has(r, 5, 7);
		vv_repository_close(r);
		assert_string_equal(folders(), "0");
		assert_int_equal(fx_fsck(STORE, true), 0);
	}
	assert_int_equal(rc, VV_OK);
	assert_true(failed > 0);
	for (n = 0; n < 3; n++) {
		vv_buf_clear(&ready[n]);
	}
	vv_buf_clear(&large);
}

static void without_memory_nothing_is_lost(void **state)
{
	(void)state;
	fault_round(VV_FAULT_ALLOC, 12, 11, false);
	fault_round(VV_FAULT_ALLOC, 12, 11, true);
}

static void with_a_full_disk_nothing_is_lost(void **state)
{
	(void)state;
	fault_round(VV_FAULT_WRITE, 28, 1, false);
	fault_round(VV_FAULT_WRITE, 28, 1, true);
}

static void with_failing_renames_nothing_is_lost(void **state)
{
	(void)state;
	fault_round(VV_FAULT_RENAME, 5, 1, false);
	fault_round(VV_FAULT_RENAME, 5, 1, true);
}

static void with_failing_syncs_nothing_is_lost(void **state)
{
	(void)state;
	fault_round(VV_FAULT_FSYNC, 5, 1, false);
	fault_round(VV_FAULT_FSYNC, 5, 1, true);
}

static void with_folders_that_cannot_be_made_nothing_is_lost(void **state)
{
	(void)state;
	fault_round(VV_FAULT_MKDIR, 28, 1, false);
	fault_round(VV_FAULT_MKDIR, 28, 1, true);
}

/* Killed at every call that changes a file: nothing of the store suffers, and the next
 * transfer completes what was begun. */
static void kill_round(bool keeps)
{
	unsigned n, killed = 0;
	bool ended = false;

	git_begin();
	make_ready();
	for (n = 1; !ended; n++) {
		vv_repository *r;
		vv_error err;
		unsigned there;
		pid_t pid;
		int status;

		sh("rm -rf " STORE);
		fx_commit(STORE, 1, 3, true);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			r = open_here();
			vv_fault_kill(n);
			_exit(transfer(r, keeps, &err) == VV_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		ended = WEXITSTATUS(status) == 0;
		assert_true(ended || WEXITSTATUS(status) == VV_FAULT_KILLED);
		killed += !ended;
		r = open_here();
		there = store_count(r, 5, 7);
		assert_true(there == 0 || there == 3);
		assert_int_equal(fx_fsck(STORE, true), 0);
		vv_assert_ok(transfer(r, keeps, &err), &err);
		assert_store_has(r, 1, 3);
		assert_store_has(r, 5, 7);
		vv_repository_close(r);
		/* One without packs stays for an hour: it may be one that is just being made. */
		sh("test -z \"$(ls -A " STORE "/incoming/*/packs 2>/dev/null)\" && rm -rf " STORE
		   "/incoming/*");
		assert_string_equal(folders(), "0");
		assert_string_equal(out("ls " STORE "/packs | grep -c tmp; true"), "0");
		assert_int_equal(fx_fsck(STORE, true), 0);
	}
	assert_true(killed > 10);
	for (n = 0; n < 3; n++) {
		vv_buf_clear(&ready[n]);
	}
	vv_buf_clear(&large);
}

static void killed_anywhere_nothing_is_lost(void **state)
{
	(void)state;
	kill_round(false);
	kill_round(true);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_came_becomes_part_of_the_store),
	cmocka_unit_test(a_difference_stays_in_the_form_in_which_it_came),
	cmocka_unit_test(a_difference_that_waited_in_a_pack_stays_in_its_form_too),
	cmocka_unit_test(a_form_that_is_no_good_is_made_anew),
	cmocka_unit_test(no_chain_of_forms_gets_longer_than_allowed),
	cmocka_unit_test(a_large_transfer_moves_as_one_pack),
	cmocka_unit_test(nothing_at_all_can_be_promoted),
	cmocka_unit_test(a_block_is_found_by_the_beginning_of_its_name),
	cmocka_unit_test(many_threads_may_put_and_keep),
	cmocka_unit_test(what_an_ended_transfer_left_is_taken_over),
	cmocka_unit_test(only_what_is_wanted_is_promoted_and_the_rest_waits),
	cmocka_unit_test(what_was_kept_survives_a_kill),
	cmocka_unit_test(damaged_leftovers_are_fetched_again),
	cmocka_unit_test(a_difference_whose_base_is_gone_counts_as_not_come),
	cmocka_unit_test(what_the_caller_refuses_of_leftovers_is_not_passed_over),
	cmocka_unit_test(gc_keeps_what_leftovers_stand_on),
	cmocka_unit_test(a_block_that_gc_took_meanwhile_is_noticed),
	cmocka_unit_test(what_gc_set_aside_is_taken_in_again),
	cmocka_unit_test(a_base_that_gc_set_aside_meanwhile_does_no_harm),
	cmocka_unit_test(in_an_incomplete_repository_nothing_stands_for_what_is_below),
	cmocka_unit_test(old_leftovers_are_removed),
	cmocka_unit_test(what_another_transfer_brought_meanwhile_does_not_stay),
	cmocka_unit_test(a_folder_that_is_half_removed_can_be_removed),
	cmocka_unit_test(without_memory_nothing_is_lost),
	cmocka_unit_test(with_a_full_disk_nothing_is_lost),
	cmocka_unit_test(with_failing_renames_nothing_is_lost),
	cmocka_unit_test(with_failing_syncs_nothing_is_lost),
	cmocka_unit_test(killed_anywhere_nothing_is_lost),
	cmocka_unit_test(with_folders_that_cannot_be_made_nothing_is_lost),
};

VV_TEST_SUITE(incoming)
