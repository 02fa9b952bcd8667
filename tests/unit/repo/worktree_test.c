#include "tests/unit/repo/git_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/index/index.h"
#include "repo/git/index/worktree.h"

/* --- helpers ---------------------------------------------------------------- */

static vv_index *open_index(vv_repository *r)
{
	vv_index *x = NULL;
	vv_error err;

	vv_assert_ok(vv_index_open(&x, r, &err), &err);
	return x;
}

static void write_index(vv_index *x)
{
	vv_error err;

	vv_assert_ok(vv_index_write(x, &err), &err);
}

static bool get(vv_index *x, const char *path, vv_index_entry *e)
{
	return vv_index_get(x, path, e);
}

/* --- ordinary files ----------------------------------------------------------------- */

static void add_file(vv_repository *r, const char *path)
{
	vv_index *x = open_index(r);
	vv_error err;

	vv_assert_ok(vv_index_add_file(x, path, &err), &err);
	write_index(x);
	vv_index_close(x);
}

static void files_are_staged_as_git_stages_them(void **state)
{
	static const char *const files[] = {"plain",       "exe",     "link", "crlf.txt",
					    "d/deep/file", "ident.c", "empty"};
	vv_repository *r;
	size_t i;

	(void)state;
	git_begin();
	sh("mkdir -p d/deep; echo plain > plain; echo '#!/bin/sh' > exe; chmod +x exe; ln -s plain link; : > empty\n"
	   "printf 'a\\r\\nb\\r\\n' > crlf.txt; echo x > d/deep/file; echo '$Id: abc $' > ident.c\n"
	   "printf '*.txt text\\n*.c ident\\n' > .gitattributes");
	r = open_here();
	for (i = 0; i < sizeof files / sizeof files[0]; i++) {
		add_file(r, files[i]);
	}
	vv_repository_close(r);
	sh("git ls-files -s > ../ours; rm .git/index; git add plain exe link crlf.txt d ident.c empty; git ls-files -s > ../gits");
	assert_string_equal(out("cat ../ours"), out("cat ../gits"));
	assert_git_sound();
}

static void a_staged_deletion_and_a_file_in_place_of_a_folder(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir d; echo 1 > d/a; echo 1 > b; git add .; git commit -qm x; rm -r d b; echo now a file > d");
	r = open_here();
	add_file(r, "b");
	add_file(r, "d");
	x = open_index(r);
	vv_assert_status(vv_index_add_file(x, "nothing", &err), VV_ENOTFOUND, &err);
	vv_index_close(x);
	vv_repository_close(r);
	assert_string_equal(out("git ls-files"), "d");
	assert_string_equal(out("git status --porcelain --no-renames"), "D  b\nA  d\nD  d/a");
}

static void git_runs_filters_and_encodings_of_other_programs(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_error err;

	(void)state;
	git_begin();
	sh("echo '*.bin filter=lfs' > .gitattributes; echo '*.u16 working-tree-encoding=UTF-16' >> .gitattributes\n"
	   "git config filter.lfs.clean 'tr a-z A-Z'; echo x > a.bin; printf '\\376\\377\\000x' > a.u16; echo x > bad.u16");
	r = open_here();
	add_file(r, "a.bin");
	add_file(r, "a.u16");
	x = open_index(r);
	vv_assert_status(vv_index_add_file(x, "bad.u16", &err), VV_EIO, &err);
	vv_index_close(x);
	vv_repository_close(r);
	sh("git ls-files -s > ../ours; rm .git/index; git add a.bin a.u16; git ls-files -s > ../gits");
	assert_string_equal(out("cat ../ours"), out("cat ../gits"));
	assert_git_sound();
}

static void files_that_git_does_not_stage_are_refused(void **state)
{
	static const char *const bad[] = {"../x",   "/etc/passwd", ".git/config",
					  "a/../b", "sub/.GIT/x",  ""};
	vv_repository *r;
	vv_index *x;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkfifo pipe; mkdir dir; ln -s dir way; echo 1 > dir/f");
	r = open_here();
	x = open_index(r);
	vv_assert_status(vv_index_add_file(x, "pipe", &err), VV_EREFUSED, &err);
	vv_assert_status(vv_index_add_file(x, "dir", &err), VV_EREFUSED, &err);
	vv_assert_status(vv_index_add_file(x, "way/f", &err), VV_EREFUSED, &err);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_true(vv_index_add_file(x, bad[i], &err) < 0);
	}
	assert_int_equal(vv_index_count(x), 0);
	vv_index_close(x);
	vv_repository_close(r);
}

static void a_large_file_is_streamed(void **state)
{
	vv_repository *r;

	(void)state;
	git_begin();
	sh("head -c 5000000 /dev/urandom > big");
	r = open_here();
	add_file(r, "big");
	vv_repository_close(r);
	assert_string_equal(out("git ls-files -s big | cut -c8-47"), out("git hash-object big"));
	assert_git_sound();
	assert_string_equal(out("git diff --name-only"), "");
}

static void the_state_of_ordinary_files_is_gits(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_index_entry e;
	vv_file_state got;
	vv_error err;
	static const struct {
		const char *path;
		vv_file_state wanted;
	} cases[] = {{"same", VV_FILE_SAME},         {"touched", VV_FILE_SAME},
		     {"changed", VV_FILE_MODIFIED},  {"gone", VV_FILE_DELETED},
		     {"exe", VV_FILE_MODIFIED},      {"link", VV_FILE_SAME},
		     {"relinked", VV_FILE_MODIFIED}, {"linked", VV_FILE_TYPE_CHANGED},
		     {"d/x", VV_FILE_DELETED},       {"crlf.txt", VV_FILE_SAME},
		     {"became", VV_FILE_DELETED},    {"a.bin", VV_FILE_SAME},
		     {"b.bin", VV_FILE_MODIFIED},    {"intent", VV_FILE_MODIFIED}};
	size_t i;

	(void)state;
	git_begin();
	sh("git config filter.up.clean 'tr a-z A-Z'; git config filter.up.smudge 'tr A-Z a-z'; git config filter.up.required true\n"
	   "printf '*.txt text\\n*.bin filter=up\\n' > .gitattributes\n"
	   "for f in same touched changed gone exe linked became; do echo $f > $f; done; ln -s same link; ln -s same relinked\n"
	   "mkdir d; echo 1 > d/x; printf 'a\\nb\\n' > crlf.txt; echo abc > a.bin; echo abc > b.bin; git add .; git commit -qm x\n"
	   "sleep 1.1; touch touched a.bin; echo CHANGED > changed; rm gone; chmod +x exe; rm relinked; ln -s other relinked\n"
	   "rm linked; ln -s same linked; rm -r d; ln -s . d; printf 'a\\r\\nb\\r\\n' > crlf.txt; rm became; mkdir became\n"
	   "echo abd > b.bin; : > intent; git add -N intent");
	r = open_here();
	x = open_index(r);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(get(x, cases[i].path, &e));
		vv_assert_ok(vv_index_file_state(x, &e, &got, &err), &err);
		if (got != cases[i].wanted) {
			print_error("%s: %d instead of %d\n", cases[i].path, (int)got,
				    (int)cases[i].wanted);
		}
		assert_int_equal(got, cases[i].wanted);
	}
	vv_index_close(x);
	vv_repository_close(r);
}

/* --- trees ------------------------------------------------------------------------------ */

static vv_status put_change(void *payload, const vv_change *c, vv_error *err)
{
	(void)err;
	vv_buf_printf(payload, "%c %s\n",
		      c->old_mode == 0   ? 'A'
		      : c->new_mode == 0 ? 'D'
					 : 'M',
		      c->path);
	return VV_OK;
}

static void changes_between_a_commit_and_the_index_are_gits(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	vv_oid head;

	(void)state;
	git_begin();
	sh("mkdir -p a a.d; echo 1 > a/f; echo 1 > a.d/f; echo 1 > a-b; echo 1 > z; echo 1 > keep; git add .; git commit -qm x\n"
	   "git rm -q --cached a/f; echo 2 > z; git add z; rm -r a; echo file > a; git add a; echo 3 > zz; git add zz\n"
	   "git rm -q --cached a-b; echo n > n; git add -N n; chmod +x keep; git add keep");
	r = open_here();
	head = rev(r, "HEAD");
	vv_assert_ok(vv_index_changes(r, NULL, &head, put_change, &b, &err), &err);
	assert_string_equal(
		vv_buf_cstr(&b),
		out("git diff --cached --no-renames --name-status HEAD | tr '\\t' ' '; echo"));
	vv_buf_reset(&b);
	vv_assert_ok(vv_index_changes(r, NULL, NULL, put_change, &b, &err), &err);
	assert_string_equal(vv_buf_cstr(&b),
			    out("git ls-files | grep -v '^n$' | sed 's/^/A /'; echo"));
	vv_buf_clear(&b);
	vv_repository_close(r);
}

/* Though Git's note of the index's tree says that nothing changed. */
static void a_lost_tree_is_told_where_the_index_is_as_its_commit(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	vv_oid head;

	(void)state;
	git_begin();
	sh("mkdir -p d/e; echo 1 > d/e/f; echo 1 > g; git add .; git commit -qm x");
	r = open_here();
	head = rev(r, "HEAD");
	vv_assert_ok(vv_index_changes(r, NULL, &head, put_change, &b, &err), &err);
	assert_int_equal(b.len, 0);
	vv_repository_close(r);
	sh("t=$(git rev-parse HEAD:d/e | sed 's|^..|&/|'); rm -f \".git/objects/$t\"");
	r = open_here();
	assert_int_not_equal(vv_index_changes(r, NULL, &head, put_change, &b, &err), VV_OK);
	vv_assert_contains(err.message, out("git rev-parse HEAD:d/e | tr -d '\n'"));
	vv_buf_clear(&b);
	vv_repository_close(r);
}

static void trees_are_written_from_the_index(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_error err;
	vv_oid tree;

	(void)state;
	git_begin();
	sh("mkdir -p a/b; echo 1 > a/b/f; echo 1 > other; echo 1 > gone; git add .; git commit -qm x\n"
	   "echo 2 > a/b/f; echo 2 > other; echo 2 > new; git add .; git rm -q --cached gone; echo n > n; git add -N n");
	r = open_here();
	x = open_index(r);
	vv_assert_ok(vv_index_write_tree(x, &tree, &err), &err);
	vv_assert_ok(vv_repository_flush(r, &err), &err);
	assert_string_equal(hex_of(&tree), out("git write-tree"));
	vv_index_close(x);
	vv_repository_close(r);
	assert_git_sound();
}

static void conflicts_are_seen_and_settled(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_index_entry e;
	vv_error err;
	vv_oid tree;
	size_t i, stages = 0;

	(void)state;
	git_begin();
	sh("echo 1 > f; echo 1 > g; git add .; git commit -qm x; git checkout -q -b o; echo 2 > f; git commit -qam y\n"
	   "git checkout -q main; echo 3 > f; git commit -qam z; git merge o > /dev/null; true");
	r = open_here();
	x = open_index(r);
	assert_true(vv_index_has_conflicts(x));
	assert_false(get(x, "f", &e));
	for (i = 0; i < vv_index_count(x); i++) {
		e = vv_index_at(x, i);
		stages += e.stage > 0;
	}
	assert_int_equal(stages, 3);
	vv_assert_status(vv_index_write_tree(x, &tree, &err), VV_ECONFLICT, &err);
	vv_assert_ok(vv_index_add_file(x, "f", &err), &err);
	assert_false(vv_index_has_conflicts(x));
	write_index(x);
	vv_index_close(x);
	vv_repository_close(r);
	assert_string_equal(out("git ls-files -u"), "");
	sh("git commit -qm merged");
	assert_git_clean();
}

/* --- untracked files ----------------------------------------------------------------------- */

static vv_status put_path(void *payload, const char *path, vv_error *err)
{
	(void)err;
	vv_buf_printf(payload, "%s\n", path);
	return VV_OK;
}

static void untracked_files_are_gits(void **state)
{
	static const char *const prefixes[] = {"", "t", "u", "u/v", "t/new", "nested"};
	vv_repository *r;
	vv_index *x;
	vv_error err;
	size_t i;

	(void)state;
	git_begin();
	sh("mkdir -p t/deep u/v empty/er ign/sub onlyign nested/in; touch t/tracked t/deep/tracked; git add t\n"
	   "touch t/new t/new.o t/deep/new u/a u/v/b u/x.o ign/sub/f onlyign/a.o top 'with space' u-x u.y; ln -s t lnk\n"
	   "printf '*.o\\n/ign/\\n' > .gitignore; git -C nested init -q; touch nested/in/f; mkfifo fifo\n"
	   "touch ign/kept; git add -f ign/kept; mkdir t/more; touch t/more/b.o; printf '!b.o\\n' > t/more/.gitignore");
	r = open_here();
	x = open_index(r);
	for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		vv_buf b = VV_BUF_INIT;

		vv_assert_ok(vv_untracked_each(x, prefixes[i], false, put_path, &b, &err), &err);
		assert_string_equal(
			vv_buf_cstr(&b),
			out("git status --porcelain -unormal -z -- './%s' | tr '\\0' '\\n' | grep '^[?]' | cut -c4-; echo",
			    prefixes[i]));
		vv_buf_reset(&b);
		vv_assert_ok(vv_untracked_each(x, prefixes[i], true, put_path, &b, &err), &err);
		assert_string_equal(
			vv_buf_cstr(&b),
			out("git status --porcelain -uall -z -- './%s' | tr '\\0' '\\n' | grep '^[?]' | cut -c4-; echo",
			    prefixes[i]));
		vv_buf_clear(&b);
	}
	vv_index_close(x);
	vv_repository_close(r);
}

static void ignored_paths_are_gits(void **state)
{
	static const char *const paths[] = {"a.o",   "a.c", "ign/x",  "d/ign/x", "keep.o", "sub/q",
					    "Ign/x", "A.O", "KEEP.o", "ab",      "Ab",     "sub/Q"};
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir -p ign d/ign sub; printf '*.o\\n!keep.o\\n/ign\\n[A]b\\n' > .gitignore; echo q > sub/.gitignore; touch ign/x d/ign/x sub/q");
	for (size_t i = 0; i < 2 * sizeof paths / sizeof paths[0]; i++) {
		const char *path = paths[i / 2];
		bool ignored;

		sh("git config core.ignorecase %s", i % 2 ? "true" : "false");
		r = open_here();
		vv_assert_ok(vv_path_ignored(r, path, &ignored, &err), &err);
		assert_int_equal(ignored, sh_code("git check-ignore -q '%s'", path) == 0);
		vv_repository_close(r);
	}
}

/* --- writing files ------------------------------------------------------------------------- */

static void files_are_written_as_git_writes_them(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_error err;
	size_t i;

	(void)state;
	git_begin();
	sh("mkdir -p d/e; echo plain > plain; echo x > exe; chmod +x exe; ln -s plain link; printf 'a\\nb\\n' > crlf.txt; echo 1 > d/e/f\n"
	   "echo abc > a.bin; git config filter.up.clean 'tr a-z A-Z'; git config filter.up.smudge 'tr A-Z a-z'\n"
	   "printf '*.txt text eol=crlf\\n*.bin filter=up\\n' > .gitattributes; git add .; git commit -qm x\n"
	   "rm -rf plain exe link crlf.txt d a.bin; mkdir plain; umask 022");
	r = open_here();
	x = open_index(r);
	for (i = 0; i < vv_index_count(x); i++) {
		char *path;

		vv_index_entry e = vv_index_at(x, i);
		path = vv_strdup(e.path);
		vv_assert_ok(vv_worktree_write_file(x, path, e.mode, &e.id, &err), &err);
		vv_free(path);
	}
	write_index(x);
	vv_index_close(x);
	vv_repository_close(r);
	assert_git_clean();
	assert_string_equal(out("od -c crlf.txt | head -1"), "0000000   a  \\r  \\n   b  \\r  \\n");
	assert_string_equal(out("cat a.bin; readlink link; test -x exe && echo yes"),
			    "abc\nplain\nyes");
}

static void nothing_is_written_through_a_link(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_error err;
	vv_oid id;

	(void)state;
	git_begin();
	sh("mkdir ../outside; ln -s ../outside d; echo keep > ../outside/f; mkdir full; touch full/x");
	r = open_here();
	x = open_index(r);
	vv_assert_ok(vv_blob_write(r, "evil", 4, &id, &err), &err);
	vv_assert_status(vv_worktree_write_file(x, "d/f", 0100644, &id, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "'d'");
	vv_assert_status(vv_worktree_write_file(x, "full", 0100644, &id, &err), VV_EREFUSED, &err);
	vv_assert_status(vv_worktree_write_file(x, ".git/hooks/pre-commit", 0100755, &id, &err),
			 VV_EREFUSED, &err);
	vv_assert_status(vv_worktree_write_file(x, "../x", 0100644, &id, &err), VV_EREFUSED, &err);
	vv_assert_ok(vv_worktree_remove(r, "d/f", &err), &err);
	vv_assert_status(vv_worktree_remove(r, "../outside/f", &err), VV_EREFUSED, &err);
	vv_index_close(x);
	vv_repository_close(r);
	assert_string_equal(out("cat ../outside/f"), "keep");
	assert_true(vv_exists("full/x"));
}

static void removing_takes_empty_folders_along(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir -p a/b/c d; touch a/b/c/f a/g d/f");
	r = open_here();
	vv_assert_ok(vv_worktree_remove(r, "a/b/c/f", &err), &err);
	assert_false(vv_exists("a/b"));
	assert_true(vv_exists("a/g"));
	vv_assert_ok(vv_worktree_remove(r, "a/b/c/f", &err), &err);
	assert_int_equal(chdir("d"), 0);
	vv_assert_ok(vv_worktree_remove(r, "d/f", &err), &err);
	assert_true(vv_exists("../d")); /* the user stands in it */
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(files_are_staged_as_git_stages_them),
	cmocka_unit_test(a_staged_deletion_and_a_file_in_place_of_a_folder),
	cmocka_unit_test(git_runs_filters_and_encodings_of_other_programs),
	cmocka_unit_test(files_that_git_does_not_stage_are_refused),
	cmocka_unit_test(a_large_file_is_streamed),
	cmocka_unit_test(the_state_of_ordinary_files_is_gits),
	cmocka_unit_test(changes_between_a_commit_and_the_index_are_gits),
	cmocka_unit_test(a_lost_tree_is_told_where_the_index_is_as_its_commit),
	cmocka_unit_test(trees_are_written_from_the_index),
	cmocka_unit_test(conflicts_are_seen_and_settled),
	cmocka_unit_test(untracked_files_are_gits),
	cmocka_unit_test(ignored_paths_are_gits),
	cmocka_unit_test(files_are_written_as_git_writes_them),
	cmocka_unit_test(nothing_is_written_through_a_link),
	cmocka_unit_test(removing_takes_empty_folders_along),
};

VV_TEST_SUITE(worktree)
