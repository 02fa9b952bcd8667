#include "tests/unit/repo/git_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/config.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"
#include "repo/known/loose_pack.h"

/* Each operation below is tried with its 1st, 2nd ... allocation failing. It must
 * report that, or do what it is for nevertheless, and leave the repository sound. */

static vv_status count_path(void *payload, const char *path, vv_error *err)
{
	(void)path;
	(void)err;
	++*(unsigned *)payload;
	return VV_OK;
}

static vv_status count_change(void *payload, const vv_change *c, vv_error *err)
{
	return count_path(payload, c->path, err);
}

static vv_status count_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	return count_path(payload, ref->name, err);
}

static vv_status do_look(vv_repository *r, vv_error *err)
{
	static const char *const paths[] = {"d", NULL};
	vv_log_options opts = {0};
	vv_log *l = NULL;
	vv_oid id, head;
	unsigned changes = 0, refs = 0, commits = 0;
	int more = 0;
	char *text = NULL;
	vv_status rc;

	opts.paths = paths;
	opts.topo = true;
	if ((rc = vv_rev_commit(r, "HEAD", &head, err)) < 0 ||
	    (rc = vv_tree_changes(r, NULL, &head, "", count_change, &changes, err)) < 0 ||
	    (rc = vv_index_changes(r, NULL, &head, count_change, &changes, err)) < 0 ||
	    (rc = vv_refs_each(r, "", count_ref, &refs, err)) < 0 ||
	    (rc = vv_merge_base(r, &head, &head, &id, err)) < 0 ||
	    (rc = vv_rev_short(r, &head, &text, err)) < 0 ||
	    (rc = vv_log_open(&l, r, &opts, err)) < 0) {
		goto done;
	}
	while ((more = vv_log_next(l, &id, err)) > 0) {
		commits++;
	}
	rc = more < 0 ? (vv_status)more : VV_OK;
	if (rc == VV_OK) {
		assert_int_equal(changes, 3);
		assert_int_equal(refs, 2);
		assert_int_equal(commits, 2);
	}
done:
	vv_free(text);
	vv_log_close(l);
	return rc;
}

static vv_status do_status(vv_repository *r, vv_error *err)
{
	vv_index *x = NULL;
	unsigned untracked = 0;
	vv_index_entry e;
	vv_file_state state;
	bool tracked;
	vv_status rc;

	if ((rc = vv_index_open(&x, r, err)) < 0 ||
	    (rc = vv_untracked_each(x, "", false, count_path, &untracked, err)) < 0 ||
	    (rc = vv_attr_tracked(r, "d/a", &tracked, err)) < 0) {
		goto done;
	}
	assert_int_equal(untracked, 2);
	assert_true(vv_index_get(x, "b", &e));
	if ((rc = vv_index_file_state(x, &e, &state, err)) == VV_OK) {
		assert_int_equal(state, VV_FILE_MODIFIED);
	}
done:
	vv_index_close(x);
	return rc;
}

static vv_status do_commit(vv_repository *r, vv_error *err)
{
	vv_commit_options opts = {0};
	vv_index *x = NULL;
	vv_head head = {0};
	vv_oid tree, id;
	vv_status rc;

	if ((rc = vv_index_open(&x, r, err)) < 0 || (rc = vv_index_add_file(x, "b", err)) < 0 ||
	    (rc = vv_index_write(x, err)) < 0 || (rc = vv_index_write_tree(x, &tree, err)) < 0 ||
	    (rc = vv_head_read(r, &head, err)) < 0) {
		goto done;
	}
	opts.tree = &tree;
	opts.parents = &head.commit;
	opts.parent_count = 1;
	opts.message = "with a fault";
	rc = vv_commit_create(r, &opts, &id, err);
done:
	vv_head_clear(&head);
	vv_index_close(x);
	return rc;
}

static vv_status do_refs(vv_repository *r, vv_error *err)
{
	vv_oid head;
	vv_status rc;

	if ((rc = vv_rev_commit(r, "HEAD", &head, err)) < 0 ||
	    (rc = vv_ref_update(r, "refs/heads/x/y", &head, NULL, true, "m", err)) < 0 ||
	    (rc = vv_ref_update(r, "refs/tags/v2", &head, NULL, true, NULL, err)) < 0 ||
	    (rc = vv_head_set_branch(r, "refs/heads/x/y", "m", err)) < 0 ||
	    (rc = vv_head_set_branch(r, "refs/heads/main", "m", err)) < 0 ||
	    (rc = vv_ref_delete(r, "refs/tags/v2", NULL, err)) < 0) {
		return rc;
	}
	return vv_ref_delete(r, "refs/heads/x/y", &head, err);
}

static vv_status do_settings(vv_repository *r, vv_error *err)
{
	bool changed;
	vv_status rc;

	if ((rc = vv_config_set(r, "varve.x", "y", err)) < 0 ||
	    (rc = vv_attr_track(r, (const char *[]){"t.csv"}, 1, true, &changed, err)) < 0) {
		return rc;
	}
	return vv_attr_untrack(r, "t.csv", true, err);
}

static vv_status do_pack(vv_repository *r, vv_error *err)
{
	uint64_t packed;

	return vv_git_pack_loose(r, 0, &packed, err);
}

static vv_status do_worktree(vv_repository *r, vv_error *err)
{
	vv_index *x = NULL;
	vv_index_entry e;
	vv_status rc = vv_index_open(&x, r, err);

	if (rc == VV_OK) {
		assert_true(vv_index_get(x, "d/a", &e));
		rc = vv_worktree_write_file(x, "d/a", e.mode, &e.id, err);
	}
	vv_index_close(x);
	return rc;
}

typedef vv_status (*operation)(vv_repository *r, vv_error *err);

static void try_all(operation op, vv_fault kind, int number, unsigned step)
{
	unsigned n = 1, failed = 0;
	bool struck = true;

	git_begin();
	sh("mkdir -p d/e; echo 1 > d/a; echo 1 > b; git add .; git commit -qm one; echo 2 > d/a; git commit -qam two; "
	   "git tag -a -m t v1; echo 3 > d/a; git add d; git commit -qm three; git reset -q --soft HEAD~1; "
	   "echo 9 > b; touch new; mkdir u; touch u/f; git branch -D side 2>/dev/null; true");
	const vv_env *env = vv_test_env(); /* not under a fault */

	while (struck) {
		vv_repository *r = NULL;
		vv_error err;
		vv_status rc;

		vv_fault_set(kind, n, number);
		rc = vv_repository_open(&r, NULL, env, &err);
		if (rc == VV_OK) {
			rc = op(r, &err);
		}
		struck = vv_fault_clear();
		vv_repository_close(r);
		if (rc < 0) {
			assert_true(struck);
			assert_int_not_equal(err.message[0], '\0');
			failed++;
		}
		assert_string_equal(out("find .git -name '*.lock' ! -name git-packs.lock"), "");
		if (n % (5 * step) == 1) {
			assert_git_sound();
		}
		n += step;
	}
	assert_git_sound();
	assert_true(failed > 0);
}

#define ALLOC_TEST(name, op)                                                                       \
	static void name(void **state)                                                             \
	{                                                                                          \
		(void)state;                                                                       \
		try_all(op, VV_FAULT_ALLOC, ENOMEM, 1);                                            \
	}

ALLOC_TEST(looking_without_memory_is_reported, do_look)
ALLOC_TEST(comparing_without_memory_is_reported, do_status)
ALLOC_TEST(committing_without_memory_is_reported, do_commit)
ALLOC_TEST(moving_refs_without_memory_is_reported, do_refs)
ALLOC_TEST(setting_without_memory_is_reported, do_settings)
ALLOC_TEST(packing_without_memory_is_reported, do_pack)
ALLOC_TEST(writing_files_without_memory_is_reported, do_worktree)

static void committing_on_a_full_disk_is_reported(void **state)
{
	(void)state;
	try_all(do_commit, VV_FAULT_WRITE, ENOSPC, 1);
	try_all(do_commit, VV_FAULT_RENAME, ENOSPC, 1);
	try_all(do_refs, VV_FAULT_WRITE, ENOSPC, 1);
	try_all(do_refs, VV_FAULT_FSYNC, EIO, 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(looking_without_memory_is_reported),
	cmocka_unit_test(comparing_without_memory_is_reported),
	cmocka_unit_test(committing_without_memory_is_reported),
	cmocka_unit_test(moving_refs_without_memory_is_reported),
	cmocka_unit_test(setting_without_memory_is_reported),
	cmocka_unit_test(packing_without_memory_is_reported),
	cmocka_unit_test(writing_files_without_memory_is_reported),
	cmocka_unit_test(committing_on_a_full_disk_is_reported),
};

VV_TEST_SUITE(git_fault)
