/*
 * Merges, conflicts and blame by the library, compared with what git and the commands find.
 */
#include "tests/unit/public/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

static varve_error e;

/* Branch main and branch side: both changed n of row 2, side also row 1's m and main row 3's. */
static varve_repo *begin_two(bool conflict)
{
	varve_repo_options o = VARVE_INIT(varve_repo_options);
	varve_repo *repo;
	vv_buf path = VV_BUF_INIT;

	git_begin();
	vv_buf_printf(&path, "%s:%s", VARVE_PROGRAMS, getenv("PATH"));
	assert_int_equal(setenv("PATH", vv_buf_cstr(&path), 1), 0);
	vv_buf_clear(&path);
	sh("varve init 2>&1 && printf 'id,n,m\\n1,one,a\\n2,two,b\\n3,three,c\\n' > t.csv && "
	   "varve add --key id t.csv && varve commit -qm base && git branch side && "
	   "printf 'id,n,m\\n1,one,a\\n2,zwei,b\\n3,three,z\\n' > t.csv && varve commit -qam main && "
	   "git checkout -q side && printf 'id,n,m\\n1,one,x\\n2,%s,b\\n3,three,c\\n4,four,d\\n' > t.csv && "
	   "varve commit -qam side && git checkout -q main",
	   conflict ? "deux" : "two");
	o.flags = VARVE_OPEN_ENVIRON;
	works(varve_repo_open(&repo, ".", &o, &e), &e);
	return repo;
}

static void a_merge_by_cell_is_committed(void **state)
{
	varve_merge_result r = VARVE_INIT(varve_merge_result);
	varve_repo *repo = begin_two(false);

	(void)state;
	works(varve_merge(&r, repo, "side", NULL, &e), &e);
	assert_int_equal(r.outcome, VARVE_MERGE_COMMITTED);
	assert_int_equal(r.conflicts, 0);
	assert_string_equal(r.commit, out("git rev-parse HEAD"));
	assert_string_equal(
		out("git log -1 --format='%%s %%P'"),
		out("echo \"Merge branch 'side' $(git rev-parse HEAD^1 side | xargs)\""));
	assert_string_equal(out("cat t.csv"), "id,n,m\n1,one,x\n2,zwei,b\n3,three,z\n4,four,d");
	assert_string_equal(out("git status --porcelain"), "");
	works(varve_merge(&r, repo, "side", NULL, &e), &e);
	assert_int_equal(r.outcome, VARVE_MERGE_UP_TO_DATE);
	assert_string_equal(r.commit, "");
	varve_repo_free(repo);
}

static void a_branch_that_is_behind_only_moves(void **state)
{
	varve_merge_options o = VARVE_INIT(varve_merge_options);
	varve_merge_result r = VARVE_INIT(varve_merge_result);
	varve_repo *repo = begin_two(false);

	(void)state;
	o.flags = VARVE_MERGE_FF_ONLY;
	fails_as(varve_merge(&r, repo, "side", &o, &e), VARVE_EREFUSED, &e);
	sh("git checkout -q -b old HEAD~1");
	works(varve_merge(&r, repo, "side", &o, &e), &e);
	assert_int_equal(r.outcome, VARVE_MERGE_FAST_FORWARD);
	assert_string_equal(r.commit, out("git rev-parse side"));
	assert_string_equal(r.commit, out("git rev-parse old"));
	assert_string_equal(out("git status --porcelain"), "");
	o.flags = VARVE_MERGE_NO_COMMIT | VARVE_MERGE_NO_FF;
	sh("git reset -q --hard main~1");
	works(varve_merge(&r, repo, "side", &o, &e), &e);
	assert_int_equal(r.outcome, VARVE_MERGE_STAGED);
	assert_string_equal(varve_repo_state(repo), "merge");
	varve_repo_free(repo);
}

static void conflicts_are_listed_resolved_and_committed(void **state)
{
	varve_merge_options o = VARVE_INIT(varve_merge_options);
	varve_merge_result r = VARVE_INIT(varve_merge_result);
	varve_resolve_options how = VARVE_INIT(varve_resolve_options);
	varve_repo *repo = begin_two(true);
	const varve_conflict *c;
	varve_conflicts *list;
	char id[VARVE_ID_SIZE];
	varve_text value = {"both", 4};

	(void)state;
	o.message = "by the library";
	works(varve_merge(&r, repo, "side", &o, &e), &e);
	assert_int_equal(r.outcome, VARVE_MERGE_CONFLICTS);
	assert_int_equal(r.conflicts, 1);
	assert_string_equal(varve_repo_state(repo), "merge");
	works(varve_conflicts_open(&list, repo, NULL, NULL, &e), &e);
	assert_int_equal(varve_conflicts_next(list, &c, &e), 1);
	assert_string_equal(c->path, "t.csv");
	assert_string_equal(c->kind, "cell");
	assert_string_equal(c->key, "[\"2\"]");
	assert_string_equal(c->row, "2");
	assert_string_equal(c->column, "n");
	assert_string_equal(c->names[VARVE_THEIRS], "side");
	assert_int_equal(c->number, 1);
	assert_true(c->there[0] && c->there[1] && c->there[2]);
	assert_memory_equal(c->cells[VARVE_BASE].text, "two", 3);
	assert_memory_equal(c->cells[VARVE_OURS].text, "zwei", 4);
	assert_memory_equal(c->cells[VARVE_THEIRS].text, "deux", 4);
	assert_int_equal(varve_conflicts_next(list, &c, &e), 0);
	varve_conflicts_free(list);
	fails_as(varve_merge(&r, repo, "side", NULL, &e), VARVE_EREFUSED, &e);
	fails_as(varve_merge_conclude(id, repo, NULL, &e), VARVE_ECONFLICT, &e);
	how.row = "9";
	fails_as(varve_resolve(repo, "t.csv", VARVE_OURS, &how, &e), VARVE_ENOTFOUND, &e);
	fails_as(varve_resolve(repo, NULL, VARVE_OURS, &how, &e), VARVE_EUSAGE, &e);
	fails_as(varve_resolve(repo, "t.csv", 7, NULL, &e), VARVE_EUSAGE, &e);
	how.row = "2";
	how.column = "n";
	how.value = &value;
	works(varve_resolve(repo, "t.csv", VARVE_OURS, &how, &e), &e);
	works(varve_conflicts_open(&list, repo, NULL, NULL, &e), &e);
	assert_int_equal(varve_conflicts_next(list, &c, &e), 0);
	varve_conflicts_free(list);
	works(varve_merge_conclude(id, repo, NULL, &e), &e);
	assert_string_equal(id, out("git rev-parse HEAD"));
	assert_string_equal(out("git log -1 --format=%%s"), "by the library");
	assert_string_equal(out("git rev-parse HEAD^2"), out("git rev-parse side"));
	assert_string_equal(out("cat t.csv"), "id,n,m\n1,one,x\n2,both,b\n3,three,z\n4,four,d");
	sh("varve fsck -q && git fsck --strict");
	fails_as(varve_merge_conclude(id, repo, NULL, &e), VARVE_EUSAGE, &e);
	varve_repo_free(repo);
}

static void a_side_is_taken_or_all_is_undone(void **state)
{
	varve_merge_result r = VARVE_INIT(varve_merge_result);
	varve_repo *repo = begin_two(true);
	const char *before;

	(void)state;
	fails_as(varve_merge_abort(repo, NULL, &e), VARVE_EUSAGE, &e);
	before = out("git rev-parse HEAD && cat t.csv");
	works(varve_merge(&r, repo, "side", NULL, &e), &e);
	works(varve_merge_abort(repo, NULL, &e), &e);
	assert_string_equal(out("git rev-parse HEAD && cat t.csv"), before);
	assert_string_equal(out("git status --porcelain"), "");
	works(varve_merge(&r, repo, "side", NULL, &e), &e);
	works(varve_resolve(repo, NULL, VARVE_THEIRS, NULL, &e), &e);
	assert_string_equal(out("cat t.csv"), "id,n,m\n1,one,x\n2,deux,b\n3,three,z\n4,four,d");
	assert_string_equal(out("git diff --name-only --diff-filter=U"), "");
	varve_repo_free(repo);
}

static void a_merge_leaves_changes_alone(void **state)
{
	varve_merge_result r = VARVE_INIT(varve_merge_result);
	varve_repo *repo = begin_two(false);
	const char *before = out("git rev-parse HEAD");

	(void)state;
	sh("echo 9,nine,q >> t.csv");
	fails_as(varve_merge(&r, repo, "side", NULL, &e), VARVE_EREFUSED, &e);
	assert_string_equal(out("git rev-parse HEAD"), before);
	assert_string_equal(out("tail -1 t.csv"), "9,nine,q");
	fails_as(varve_merge(&r, repo, "nosuch", NULL, &e), VARVE_ENOTFOUND, &e);
	fails_as(varve_merge(&r, repo, NULL, NULL, &e), VARVE_EUSAGE, &e);
	sh("git checkout -q t.csv && mkdir -p .git/hooks && printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-merge-commit && "
	   "chmod +x .git/hooks/pre-merge-commit");
	fails_as(varve_merge(&r, repo, "side", NULL, &e), VARVE_ECONFLICT, &e);
	assert_int_equal(r.outcome, VARVE_MERGE_STAGED);
	assert_string_equal(out("git rev-parse HEAD"), before);
	works(varve_merge_abort(repo, NULL, &e), &e);
	assert_string_equal(out("git status --porcelain"), "");
	varve_repo_free(repo);
}

static void blame_has_the_commit_of_each_row_and_cell(void **state)
{
	static const char *const key[] = {"nosuch", NULL};
	varve_blame_options o = VARVE_INIT(varve_blame_options);
	varve_repo *repo = begin_two(false);
	const char *first = out("git rev-parse main~1"), *ours = out("git rev-parse main"),
		   *theirs = out("git rev-parse side");
	varve_blame *blame;

	(void)state;
	works(varve_merge(NULL, repo, "side", NULL, &e), &e);
	works(varve_blame_open(&blame, repo, "t.csv", NULL, &e), &e);
	assert_string_equal(varve_blame_commit(blame, 0, 0), theirs);
	assert_string_equal(varve_blame_commit(blame, 1, 0), ours);
	assert_string_equal(varve_blame_commit(blame, 3, 0), theirs);
	assert_null(varve_blame_commit(blame, 4, 0));
	assert_null(varve_blame_commit(blame, 0, 3));
	varve_blame_free(blame);
	o.flags = VARVE_BLAME_CELLS;
	works(varve_blame_open(&blame, repo, "t.csv", &o, &e), &e);
	assert_string_equal(varve_blame_commit(blame, 0, 1), first);
	assert_string_equal(varve_blame_commit(blame, 0, 2), theirs);
	assert_string_equal(varve_blame_commit(blame, 2, 2), ours);
	varve_repo_free(repo); /* in any order */
	assert_string_equal(varve_blame_commit(blame, 1, 1), ours);
	varve_blame_free(blame);
	works(varve_repo_open(&repo, ".", NULL, &e), &e);
	fails_as(varve_blame_open(&blame, repo, "nosuch.csv", NULL, &e), VARVE_ENOTFOUND, &e);
	o.key = key;
	fails_as(varve_blame_open(&blame, repo, "t.csv", &o, &e), VARVE_ENOTFOUND, &e);
	varve_repo_free(repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_merge_by_cell_is_committed),
	cmocka_unit_test(a_branch_that_is_behind_only_moves),
	cmocka_unit_test(conflicts_are_listed_resolved_and_committed),
	cmocka_unit_test(a_side_is_taken_or_all_is_undone),
	cmocka_unit_test(a_merge_leaves_changes_alone),
	cmocka_unit_test(blame_has_the_commit_of_each_row_and_cell),
};
VV_TEST_SUITE(merge)
