/*
 * store: what is left when the machine fails, or the process is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/writer_add.h"

typedef struct round {
	const char *dir;
	unsigned first; /* number of the first new block */
} fault_round;

/* Puts three blocks; some commits merge. */
static vv_status write_three(const fault_round *f, vv_error *err)
{
	vv_store *s = NULL;
	vv_writer *w = NULL;
	vv_buf b = VV_BUF_INIT;
	vv_status rc;
	unsigned i;

	if ((rc = vv_store_open(&s, f->dir, true, err)) == VV_OK) {
		rc = vv_writer_open(&w, s, 0, err);
	}
	for (i = 0; rc == VV_OK && i < 3; i++) {
		vv_cid cid, base = fx_cid(f->first + i - 1);

		vv_buf_reset(&b);
		fx_block(&b, f->first + i);
		rc = vv_buf_ok(&b, err);
		if (rc == VV_OK) {
			rc = vv_test_add(w, &cid, VV_CODEC_RAW, b.data, b.len, &base, err);
		}
	}
	if (rc == VV_OK) {
		rc = vv_writer_commit(w, err);
	}
	vv_writer_close(w);
	vv_store_close(s);
	vv_buf_clear(&b);
	return rc;
}

/* The old blocks are there; of the new ones all or none, as the status says. */
static void assert_old_or_new(const fault_round *f, vv_status rc)
{
	vv_store *s = fx_open(f->dir);
	vv_error err;
	unsigned i, there = 0;

	for (i = 1; i < f->first; i++) {
		vv_assert_ok(fx_get(s, i, &err), &err);
	}
	for (i = 0; i < 3; i++) {
		there += fx_get(s, f->first + i, &err) == VV_OK;
	}
	assert_true(there == (rc == VV_OK ? 3u : 0u));
	vv_store_close(s);
	assert_int_equal(fx_fsck(f->dir, true), 0);
}

/* Fails the n-th call of a kind, once or from then on, until a commit goes
 * through without meeting the fault. */
static void fail_each(vv_fault kind, int number, bool stays)
{
	fault_round f = {vv_test_path("store"), 1};
	unsigned n = 1;
	vv_error err;
	vv_status rc;
	bool struck;

	fx_commit(f.dir, 1, 3, true);
	f.first = 4;
	do {
		if (stays) {
			vv_fault_set_lasting(kind, n, number);
		} else {
			vv_fault_set(kind, n, number);
		}
		vv_error_clear(&err);
		rc = write_three(&f, &err);
		struck = vv_fault_clear();
		assert_true(rc == VV_OK || err.message[0] != '\0');
		assert_true(struck || rc == VV_OK);
		assert_old_or_new(&f, rc);
		/* What the failed one left is gone with the next. */
		if (rc == VV_OK) {
			f.first += 3;
		}
		n++;
	} while (struck && n < 2000);
	assert_false(struck);
	rc = write_three(&f, &err);
	vv_assert_ok(rc, &err);
	assert_int_equal(fx_count(f.dir, "tmp-", ""), 0);
	assert_int_equal(fx_count(f.dir, ".varve-tmp-", ""), 0);
	assert_int_equal(fx_count(f.dir, "pack-", ".pack"), fx_count(f.dir, "pack-", ".index"));
}

static void a_failing_allocation_leaves_old_or_new(void **state)
{
	(void)state;
	fail_each(VV_FAULT_ALLOC, ENOMEM, false);
}

static void a_full_disk_leaves_old_or_new(void **state)
{
	(void)state;
	fail_each(VV_FAULT_WRITE, ENOSPC, false);
	fail_each(VV_FAULT_WRITE, ENOSPC, true);
}

static void a_failing_fsync_leaves_old_or_new(void **state)
{
	(void)state;
	fail_each(VV_FAULT_FSYNC, EIO, false);
	fail_each(VV_FAULT_FSYNC, EIO, true);
}

static void a_failing_rename_leaves_old_or_new(void **state)
{
	(void)state;
	fail_each(VV_FAULT_RENAME, EIO, false);
	fail_each(VV_FAULT_RENAME, EIO, true);
}

static void a_failing_open_leaves_old_or_new(void **state)
{
	(void)state;
	fail_each(VV_FAULT_OPEN, EMFILE, false);
}

static void a_failing_read_leaves_old_or_new(void **state)
{
	(void)state;
	fail_each(VV_FAULT_READ, EIO, false);
}

static void a_failing_unlink_leaves_old_or_new(void **state)
{
	(void)state;
	fail_each(VV_FAULT_UNLINK, EIO, false);
}

static void a_failing_mkdir_is_an_error_and_the_next_try_works(void **state)
{
	unsigned n = 0, failures = 0;
	bool struck;

	(void)state;
	do {
		const char *dir = vv_test_path("a%u/b/varve", ++n);
		vv_store *s = NULL;
		vv_error err;
		vv_status rc;

		vv_fault_set(VV_FAULT_MKDIR, n, ENOSPC);
		rc = vv_store_open(&s, dir, true, &err);
		struck = vv_fault_clear();
		if (rc < 0) {
			/* (A folder that exists already may well fail to be made.) */
			assert_true(struck);
			failures++;
			vv_assert_ok(vv_store_open(&s, dir, true, &err), &err);
		}
		vv_store_close(s);
		fx_commit(dir, 0, 1, false);
		assert_true(fx_all_readable(dir, 0, 1));
	} while (struck);
	/* The whole path at once, each of its three folders, packs. */
	assert_int_equal(failures, 5);
}

static void a_writer_whose_commit_failed_takes_nothing_more(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s = fx_open(dir);
	vv_writer *w = fx_writer(s);
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	(void)state;
	fx_put(w, 1, -1);
	vv_fault_set(VV_FAULT_FSYNC, 1, EIO);
	assert_true(vv_writer_commit(w, &err) < 0);
	assert_true(vv_fault_clear());
	fx_block(&b, 2);
	assert_true(vv_test_add(w, &cid, VV_CODEC_RAW, b.data, b.len, NULL, &err) < 0);
	assert_true(vv_writer_commit(w, &err) < 0);
	vv_buf_clear(&b);
	vv_writer_close(w);
	assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")), 0);
	vv_store_close(s);
}

static void failing_reads_of_a_chain_are_errors_and_pass(void **state)
{
	static const vv_fault kinds[] = {VV_FAULT_ALLOC, VV_FAULT_READ, VV_FAULT_OPEN};
	const char *dir = vv_test_path("store");
	size_t k;

	(void)state;
	fx_commit(dir, 0, 10, true);
	for (k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		unsigned n = 0;
		bool struck;

		do {
			vv_cid cid = fx_cid(9);
			vv_buf got = VV_BUF_INIT;
			vv_store *s = fx_open(dir);
			vv_error err;
			vv_status rc;

			vv_fault_set(kinds[k], ++n, kinds[k] == VV_FAULT_ALLOC ? ENOMEM : EIO);
			rc = vv_store_get(s, &cid, &got, &err);
			struck = vv_fault_clear();
			assert_true(struck || rc == VV_OK);
			assert_true(rc != VV_EMISSING);
			vv_buf_clear(&got);
			vv_assert_ok(fx_get(s, 9, &err), &err);
			vv_store_close(s);
		} while (struck);
		assert_true(n > 2);
	}
}

static void a_killed_writer_leaves_old_or_new(void **state)
{
	const char *dir = vv_test_path("store");
	unsigned n;

	(void)state;
	fx_commit(dir, 0, 5, true);
	/* Each child dies at another moment of its work. */
	for (n = 0; n < 40; n++) {
		struct timespec nap = {0, (long)n * 400000};
		pid_t child = fork();
		int status;

		if (child == 0) {
			(void)fx_write_as_child(dir, 100 + n * 10, 10);
			_exit(0);
		}
		(void)nanosleep(&nap, NULL);
		(void)kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(fx_fsck(dir, true), 0);
	}
	fx_commit(dir, 5, 1, true);
	assert_true(fx_all_readable(dir, 0, 6));
	assert_int_equal(fx_count(dir, "tmp-", ""), 0);
}

/* Blocks first to last, a commit each, of a writer that waits later, as git's filter has one. */
static void commit_unsynced(vv_store *s, unsigned first, unsigned last)
{
	vv_error err;

	vv_store_wait_later(s);
	for (unsigned n = first; n <= last; n++) {
		vv_writer *w = fx_writer(s);
		fx_put(w, n, -1);
		vv_assert_ok(vv_writer_commit(w, &err), &err);
		vv_writer_close(w);
	}
}

static void many_commits_wait_once_for_the_disk(void **state)
{
	const struct timespec tick = {0, 20000000};
	const char *dir = vv_test_path("store"), *old;
	vv_store *s;
	vv_error err;
	uint64_t before;

	(void)state;
	fx_commit(dir, 0, 1, false);
	old = fx_one(dir, "pack-", ".pack");
	(void)nanosleep(&tick, NULL); /* what is as old as the mark may be young */
	s = fx_open(dir);
	before = vv_sys_fsyncs();
	commit_unsynced(s, 1, 40);
	assert_int_equal(vv_sys_fsyncs(), before);
	assert_true(vv_exists(old)); /* durable, and its copy would not be */
	assert_true(fx_all_readable(dir, 0, 41));
	assert_true(fx_count(dir, "pack-", ".pack") < 12);
	assert_true(vv_exists(vv_test_path("store/unsynced")));
	vv_assert_ok(vv_store_wait(s, FX_WAIT_MS, &err), &err);
	assert_true(vv_sys_fsyncs() - before < 30);
	assert_false(vv_exists(vv_test_path("store/unsynced")));
	before = vv_sys_fsyncs();
	vv_assert_ok(vv_store_wait(s, FX_WAIT_MS, &err), &err);
	assert_int_equal(vv_sys_fsyncs(), before);
	vv_store_close(s);
	assert_true(fx_all_readable(dir, 0, 41));
}

static void a_commit_waits_for_what_a_killed_one_did_not(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s = fx_open(dir);
	vv_writer *w;
	vv_error err;
	uint64_t before;

	(void)state;
	commit_unsynced(s, 1, 3);
	vv_store_close(s); /* killed */
	assert_true(fx_all_readable(dir, 1, 3));
	s = fx_open(dir);
	w = fx_writer(s);
	before = vv_sys_fsyncs();
	fx_put(w, 1, -1); /* known: the pack that has it is not durable */
	vv_fault_set(VV_FAULT_FSYNC, 1, EIO);
	assert_true(vv_writer_commit(w, &err) < 0);
	assert_true(vv_fault_clear());
	assert_true(vv_exists(vv_test_path("store/unsynced")));
	vv_writer_close(w);
	w = fx_writer(s);
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	assert_true(vv_sys_fsyncs() - before >= 3);
	assert_false(vv_exists(vv_test_path("store/unsynced")));
	vv_writer_close(w);
	vv_store_close(s);
	assert_true(fx_all_readable(dir, 1, 3));
}

static void a_pack_that_a_power_cut_tore_is_noticed_by_the_next_writer(void **state)
{
	static const char zeros[64] = {0};
	const char *dir = vv_test_path("store"), *pack;
	vv_store *s = fx_open(dir);
	vv_writer *w;
	vv_cid cid = fx_cid(1);
	vv_error err;
	int fd;

	(void)state;
	commit_unsynced(s, 1, 1);
	vv_store_close(s);
	pack = fx_one(dir, "pack-", ".pack");
	assert_true((fd = open(pack, O_WRONLY)) >=
		    0); /* its data came only in part, and its ends did */
	assert_int_equal(pwrite(fd, zeros, sizeof(zeros), 200), sizeof(zeros));
	assert_int_equal(close(fd), 0);
	for (int i = 0; i < 2; i++) { /* again, too: the mark stays */
		s = fx_open(dir);
		w = fx_writer(s);
		assert_false(vv_writer_has(w, &cid));
		vv_assert_ok(vv_writer_commit(w, &err), &err);
		vv_writer_close(w);
		vv_store_close(s);
	}
	fx_commit(dir, 1, 1, false);
	assert_true(fx_all_readable(dir, 1, 1));
}

static void packs_stay_when_the_disk_changed_a_byte_of_the_merged_one(void **state)
{
	const char *dir = vv_test_path("store");

	(void)state;
	fx_commit(dir, 0, 1, false);
	fx_change_next_write();
	fx_commit(dir, 1, 1, false);
	assert_true(fx_was_changed());
	assert_true(fx_all_readable(dir, 0, 2));
	assert_int_equal(fx_count(dir, "pack-", ".pack"), 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(many_commits_wait_once_for_the_disk),
	cmocka_unit_test(a_commit_waits_for_what_a_killed_one_did_not),
	cmocka_unit_test(a_pack_that_a_power_cut_tore_is_noticed_by_the_next_writer),
	cmocka_unit_test(a_failing_allocation_leaves_old_or_new),
	cmocka_unit_test(a_full_disk_leaves_old_or_new),
	cmocka_unit_test(a_failing_fsync_leaves_old_or_new),
	cmocka_unit_test(a_failing_rename_leaves_old_or_new),
	cmocka_unit_test(a_failing_open_leaves_old_or_new),
	cmocka_unit_test(a_failing_read_leaves_old_or_new),
	cmocka_unit_test(a_failing_unlink_leaves_old_or_new),
	cmocka_unit_test(a_failing_mkdir_is_an_error_and_the_next_try_works),
	cmocka_unit_test(a_writer_whose_commit_failed_takes_nothing_more),
	cmocka_unit_test(failing_reads_of_a_chain_are_errors_and_pass),
	cmocka_unit_test(a_killed_writer_leaves_old_or_new),
	cmocka_unit_test(packs_stay_when_the_disk_changed_a_byte_of_the_merged_one),
};

VV_TEST_SUITE(store_fault)
