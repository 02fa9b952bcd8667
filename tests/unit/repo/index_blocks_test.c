/* An index written beside the blocks and the objects that it names. */
#include "tests/unit/repo/git_fixture.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/index/index.h"
#include "tests/unit/repo/store_fixture.h"

static const char text[] = "names block 7\n";

typedef struct job {
	bool blocks_alone; /* the commit first, then the index */
} job;

/* One block, one blob that stands for its pointer, and an entry of the index. */
static vv_status try_add(void *payload, vv_error *err)
{
	const job *j = payload;
	vv_repository *r = NULL;
	vv_index *x = NULL;
	vv_store *store;
	vv_writer *w = NULL;
	vv_buf bytes = VV_BUF_INIT;
	vv_cid cid = fx_cid(7);
	vv_oid id;
	vv_status rc;

	fx_block(&bytes, 7);
	if ((rc = vv_repository_open(&r, NULL, vv_test_env(), err)) < 0 ||
	    (rc = vv_repository_store(r, &store, err)) < 0 ||
	    (rc = vv_writer_open(&w, store, FX_WAIT_MS, err)) < 0 ||
	    (rc = vv_index_open(&x, r, err)) < 0 ||
	    (rc = vv_writer_put(w, &cid, bytes.data, bytes.len, NULL, err)) < 0 ||
	    (rc = vv_blob_write(r, text, strlen(text), &id, err)) < 0 ||
	    (rc = vv_index_set(x, "a", 0100644, &id, NULL, err)) < 0 ||
	    (j->blocks_alone && (rc = vv_writer_commit(w, err)) < 0) ||
	    (rc = vv_index_write(x, err)) < 0) {
		goto done;
	}
	rc = vv_repository_settle(r, err);
done:
	vv_buf_clear(&bytes);
	vv_index_close(x);
	vv_writer_close(w);
	vv_repository_close(r);
	return rc;
}

static bool block_is_here(void)
{
	vv_repository *r = open_here();
	vv_store *store;
	vv_cid cid = fx_cid(7);
	vv_error err;
	bool here;

	vv_assert_ok(vv_repository_store(r, &store, &err), &err);
	here = vv_store_has(store, &cid);
	vv_repository_close(r);
	return here;
}

/* --- waits ----------------------------------------------------------------------- */

static int (*next_fsync)(int fd);
static int (*next_rename)(const char *from, const char *to);
static ssize_t (*next_write)(int fd, const void *buf, size_t len);
static atomic_bool waiting;
static atomic_uint waits;

static int counting_fsync(int fd)
{
	if (!atomic_exchange(&waiting, true)) {
		(void)atomic_fetch_add(&waits, 1);
	}
	return next_fsync(fd);
}

static int counting_rename(const char *from, const char *to)
{
	atomic_store(&waiting, false);
	return next_rename(from, to);
}

static ssize_t counting_write(int fd, const void *buf, size_t len)
{
	atomic_store(&waiting, false);
	return next_write(fd, buf, len);
}

/* How often a write or a rename stands between two fsyncs, and one more. */
static unsigned waits_of(bool blocks_alone)
{
	job j = {blocks_alone};
	vv_error err;

	git_begin();
	sh("mkdir -p .git/varve/packs .git/objects/pack; echo 1 > a; git add a");
	atomic_store(&waits, 0);
	atomic_store(&waiting, false);
	next_fsync = vv_sys_ops.fsync;
	next_rename = vv_sys_ops.rename;
	next_write = vv_sys_ops.write;
	vv_sys_ops.fsync = counting_fsync;
	vv_sys_ops.rename = counting_rename;
	vv_sys_ops.write = counting_write;
	vv_assert_ok(try_add(&j, &err), &err);
	vv_sys_ops.fsync = next_fsync;
	vv_sys_ops.rename = next_rename;
	vv_sys_ops.write = next_write;
	assert_true(block_is_here());
	assert_string_equal(out("git cat-file blob :a"), "names block 7");
	return waits;
}

static void blocks_a_blob_and_the_index_are_three_waits(void **state)
{
	(void)state;
	assert_int_equal(waits_of(false), 3);
	assert_int_equal(waits_of(true), 4); /* libgit2 writes the blob, which is not counted */
}

/* --- faults ---------------------------------------------------------------------- */

/* What the index names is there. */
static void check_add(void *payload, vv_status rc)
{
	bool named = strcmp(out("git cat-file blob :a"), "names block 7") == 0;

	(void)payload;
	assert_false(vv_exists(".git/index.lock"));
	assert_true(named || strcmp(out("git cat-file blob :a"), "1") == 0);
	assert_true(rc < 0 || named);
	assert_true(!named || block_is_here());
	sh("git read-tree --empty; git add a; git prune --expire=now; rm -rf .git/varve/packs");
	assert_git_sound();
}

static void a_fault_leaves_no_entry_without_its_block(void **state)
{
	static const struct {
		vv_fault kind;
		int number;
	} faults[] = {
		{VV_FAULT_WRITE, ENOSPC},
		{VV_FAULT_FSYNC, EIO},
		{VV_FAULT_RENAME, ENOSPC},
		{VV_FAULT_SYMLINK, EACCES},
	};
	job j = {false};

	(void)state;
	git_begin();
	sh("echo 1 > a; git add a");
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		vv_fault_each(faults[i].kind, faults[i].number, try_add, check_add, &j);
	}
}

static atomic_uint fsyncs_left;

/* Several threads sync, in any order: those of files of a new Git object are counted, no others. */
static int fsync_that_fails_once(int fd)
{
	char link[32], path[PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	if (strstr(path, "tmp_objdir") && atomic_load(&fsyncs_left) > 0 &&
	    atomic_fetch_sub(&fsyncs_left, 1) == 1) {
		errno = EIO;
		return -1;
	}
	return next_fsync(fd);
}

/* After an fsync that failed the next one says yes, whatever is on the disk. So what was to be
 * durable has no name, and is written anew when it is added again. */
static void an_object_whose_sync_failed_is_not_kept(void **state)
{
	job j = {true};
	unsigned failed = 0;
	vv_status rc = VV_EIO;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir -p .git/varve/packs; echo 1 > a; git add a");
	next_fsync = vv_sys_ops.fsync;
	vv_sys_ops.fsync = fsync_that_fails_once;
	for (unsigned nth = 1; rc < 0; nth++) {
		sh("git read-tree --empty; git add a; git prune --expire=now; rm -f .git/varve/packs/*");
		atomic_store(&fsyncs_left, nth);
		rc = try_add(&j, &err);
		if (rc < 0) {
			failed++;
			assert_true(sh_code("git cat-file -e $(printf 'names block 7\\n' | "
					    "git hash-object --stdin)"));
		}
	}
	vv_sys_ops.fsync = next_fsync;
	assert_true(failed > 0);
	assert_string_equal(out("git cat-file blob :a"), "names block 7");
}

/* A writer that failed between its files and its names takes nothing more, and leaves nothing. */
static void a_commit_that_failed_in_parts_leaves_nothing(void **state)
{
	vv_store *s = fx_open(vv_test_path("store"));
	vv_writer *w = fx_writer(s);
	vv_syncs syncs = {0};
	vv_error err, failed = {0};

	(void)state;
	fx_put(w, 7, -1);
	vv_assert_ok(vv_writer_stage(w, &syncs, &err), &err);
	vv_assert_ok(vv_syncs_wait(&syncs, &err), &err);
	vv_assert_ok(vv_writer_place(w, &syncs, &err), &err);
	vv_syncs_clear(&syncs);
	(void)vv_fail(&failed, VV_EIO, "the folder is not durable");
	vv_writer_finish(w, &failed);
	vv_assert_status(vv_writer_commit(w, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "the folder is not durable");
	vv_writer_close(w);
	vv_store_close(s);
	assert_int_equal(fx_readable(vv_test_path("store"), 7, 1), 0);
	assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(blocks_a_blob_and_the_index_are_three_waits),
	cmocka_unit_test(a_fault_leaves_no_entry_without_its_block),
	cmocka_unit_test(an_object_whose_sync_failed_is_not_kept),
	cmocka_unit_test(a_commit_that_failed_in_parts_leaves_nothing),
};

VV_TEST_SUITE(index_blocks)
