#include "tests/unit/repo/git_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/index/index.h"

/* --- helpers -------------------------------------------------------------- */

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

static vv_stat stat_of(const char *path)
{
	vv_stat st;
	vv_error err;

	vv_assert_ok(vv_lstat(&st, path, &err), &err);
	return st;
}

/* A stand-in for the clean filter: a pointer is a line made from the content. */
static void set_up_filter(void)
{
	vv_test_write_text("../clean.sh", "echo \"pointer $(sha256sum | cut -c1-20)\"\n");
	sh("echo '*.csv filter=varve -text' > .gitattributes && git add .gitattributes && "
	   "git config filter.varve.clean \"echo clean >> '$HOME/cleaned'; sh '$HOME/clean.sh'\" && "
	   "git config filter.varve.smudge cat && git config filter.varve.required true");
}

static vv_oid pointer_of(vv_repository *r, const char *file)
{
	const char *text = out("sh ../clean.sh < %s; echo", file);
	vv_oid id;
	vv_error err;

	vv_assert_ok(vv_blob_write(r, text, strlen(text), &id, &err), &err);
	return id;
}

static void stage_table(vv_repository *r, const char *file)
{
	vv_index *x = open_index(r);
	vv_stat st = stat_of(file);
	vv_oid id = pointer_of(r, file);
	vv_error err;

	vv_assert_ok(vv_index_set(x, file, 0100644, &id, &st, &err), &err);
	write_index(x);
	vv_index_close(x);
}

static void age(const char *path)
{
	sh("touch -d '10 seconds ago' '%s'", path);
}

static bool get(vv_index *x, const char *path, vv_index_entry *e)
{
	return vv_index_get(x, path, e);
}

static void an_index_is_current_until_somebody_writes_it(void **state)
{
	vv_repository *r;
	vv_index *before, *none;
	vv_index_entry e;

	(void)state;
	git_begin();
	r = open_here();
	none = open_index(r);
	assert_true(vv_index_is_current(none)); /* there is no file yet */
	sh("echo 1 > a && git add a");
	assert_false(vv_index_is_current(none));
	before = open_index(r);
	assert_true(vv_index_is_current(before));
	sh("git ls-files --stage > /dev/null && echo 2 > b");
	assert_true(vv_index_is_current(before));
	sh("git add b");
	assert_false(vv_index_is_current(before));
	assert_false(get(before, "b", &e)); /* what was read stays */
	vv_index_close(before);
	vv_index_close(none);
	vv_repository_close(r);
}

/* --- tables ------------------------------------------------------------------ */

static void a_table_staged_in_the_second_of_its_writing_is_clean_for_git(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_index_entry e;

	(void)state;
	git_begin();
	set_up_filter();
	r = open_here();
	vv_test_write_text("t.csv", "a,b\n1,2\n");
	stage_table(r, "t.csv");
	x = open_index(r);
	assert_true(get(x, "t.csv", &e));
	assert_int_equal(e.size, 8);
	vv_index_close(x);
	vv_repository_close(r);
	sh("git commit -qm tables");
	assert_git_clean();
	assert_git_sound();
	assert_string_equal(out("git cat-file blob HEAD:t.csv"), out("sh ../clean.sh < t.csv"));
	/* Git refreshed the entry: now it does not ask the filter any more. */
	sh("sleep 1.1; touch ../marker; git status --porcelain; rm -f ../cleaned; git status --porcelain");
	assert_false(vv_exists("../cleaned"));
}

static void a_change_of_the_same_length_in_the_same_second_is_seen_by_git(void **state)
{
	vv_repository *r;
	unsigned i;

	(void)state;
	git_begin();
	set_up_filter();
	r = open_here();
	for (i = 0; i < 5; i++) {
		vv_test_write_text("t.csv", "a,b\n1,2\n");
		stage_table(r, "t.csv");
		vv_test_write_text("t.csv", "a,b\n1,3\n");
		assert_string_equal(out("git diff --name-only"), "t.csv");
	}
	vv_repository_close(r);
}

static void an_old_table_is_clean_without_being_read(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_index_entry e;
	vv_stat st;

	(void)state;
	git_begin();
	set_up_filter();
	vv_test_write_text("t.csv", "a,b\n1,2\n");
	age("t.csv");
	sh("sleep 1.1"); /* ctime counts as well */
	r = open_here();
	stage_table(r, "t.csv");
	x = open_index(r);
	assert_true(get(x, "t.csv", &e));
	assert_int_equal(e.size, 8);
	st = stat_of("t.csv");
	assert_true(vv_index_stat_clean(x, &e, &st));
	sh("git commit -qm t && rm -f ../cleaned");
	assert_git_clean();
	assert_false(vv_exists("../cleaned"));
	vv_test_write_text("t.csv", "a,b\n1,3\n");
	st = stat_of("t.csv");
	assert_false(vv_index_stat_clean(x, &e, &st));
	assert_string_equal(out("git status --porcelain"), " M t.csv");
	vv_index_close(x);
	vv_repository_close(r);
}

static void a_file_as_young_as_the_index_may_have_changed_since(void **state)
{
	vv_repository *r;
	vv_index_entry e;

	(void)state;
	git_begin();
	r = open_here();
	sh("echo aaa > f && git add f");
	for (int later = 0; later < 2; later++) {
		sh(later ? "touch -d 2100-01-01 .git/index" : "touch -r f .git/index");
		vv_index *x = open_index(r);
		const vv_stat st = stat_of("f");

		assert_true(get(x, "f", &e));
		assert_int_equal(vv_index_stat_clean(x, &e, &st), later);
		vv_index_close(x);
	}
	vv_repository_close(r);
}

static void a_stat_that_is_no_longer_the_files_counts_for_nothing(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_stat st;
	vv_oid id;
	vv_error err;

	(void)state;
	git_begin();
	set_up_filter();
	vv_test_write_text("t.csv", "a,b\n1,2\n");
	age("t.csv");
	sh("sleep 1.1");
	st = stat_of("t.csv");
	r = open_here();
	id = pointer_of(r, "t.csv");
	vv_test_write_text("t.csv", "a,b\n1,3\n");
	age("t.csv");
	x = open_index(r);
	vv_assert_ok(vv_index_set(x, "t.csv", 0100644, &id, &st, &err), &err);
	write_index(x);
	vv_index_close(x);
	vv_repository_close(r);
	assert_string_equal(out("git diff --name-only"), "t.csv");
}

static void an_entry_without_stat_is_compared(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_oid id;
	vv_error err;

	(void)state;
	git_begin();
	set_up_filter();
	vv_test_write_text("t.csv", "a,b\n1,2\n");
	r = open_here();
	id = pointer_of(r, "t.csv");
	x = open_index(r);
	vv_assert_ok(vv_index_set(x, "t.csv", 0100644, &id, NULL, &err), &err);
	write_index(x);
	vv_index_close(x);
	vv_repository_close(r);
	sh("git commit -qm t");
	assert_git_clean();
}

/* git's own entries that are uncertain by the index's date must not become certain
 * when varve gives the index a newer one. */
static void entries_that_git_left_uncertain_stay_so(void **state)
{
	vv_repository *r;
	unsigned i;

	(void)state;
	git_begin();
	r = open_here();
	for (i = 0; i < 3; i++) {
		vv_index *x;
		vv_oid id;
		vv_error err;

		/* All within one second, or the case does not arise. */
		sh("sleep $(awk 'BEGIN{srand(); printf 1.02 - '\"$(date +0.%%N)\"'}')\n"
		   "echo aaa > f; git add f; echo bbb > f; touch -d @$(stat -c %%Y f) f");
		sh("sleep 1.2");
		x = open_index(r);
		vv_assert_ok(vv_blob_write(r, "x", 1, &id, &err), &err);
		vv_assert_ok(vv_index_set(x, "other", 0100644, &id, NULL, &err), &err);
		write_index(x);
		vv_index_close(x);
		assert_string_equal(out("git diff --name-only f"), "f");
	}
	vv_repository_close(r);
}

/* --- writing ------------------------------------------------------------------- */

static uint32_t size_of(vv_repository *r, const char *path)
{
	vv_index *x = open_index(r);
	vv_index_entry e;

	assert_true(get(x, path, &e));
	vv_index_close(x);
	return e.size;
}

static void stage_file(vv_repository *r, const char *path)
{
	vv_index *x = open_index(r);
	vv_error err;

	vv_assert_ok(vv_index_add_file(x, path, &err), &err);
	write_index(x);
	vv_index_close(x);
}

static void an_uncertain_file_is_looked_at_when_the_index_is_written_again(void **state)
{
	vv_repository *r;
	time_t begun;

	(void)state;
	git_begin();
	r = open_here();
	/* Again until files and index are of one second: else nothing is uncertain. */
	do {
		begun = time(NULL);
		vv_test_write_text("same.txt", "one");
		vv_test_write_text("changed.txt", "one");
		stage_file(r, "same.txt");
		stage_file(r, "changed.txt");
		vv_test_write_text("changed.txt", "two");
	} while (time(NULL) != begun);
	assert_int_equal(size_of(r, "same.txt"), 3);
	sh("sleep 1.1; echo > other.txt");
	stage_file(r, "other.txt");
	assert_int_equal(size_of(r, "same.txt"), 3);
	assert_string_equal(out("git diff --name-only"), "changed.txt");
	vv_repository_close(r);
}

static void a_path_where_a_folder_or_file_of_the_index_is_in_the_way_is_not_free(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir folder && echo 1 > folder/a && echo 1 > file && git add .");
	r = open_here();
	x = open_index(r);
	vv_assert_ok(vv_index_check_free(x, "folder/b", &err), &err);
	vv_assert_ok(vv_index_check_free(x, "file", &err), &err);
	vv_assert_status(vv_index_check_free(x, "folder", &err), VV_EEXISTS, &err);
	assert_string_equal(err.message,
			    "'folder' cannot be added: the index has a folder of this name");
	vv_assert_status(vv_index_check_free(x, "file/b/c", &err), VV_EEXISTS, &err);
	assert_string_equal(err.message,
			    "'file/b/c' cannot be added: the index has the file 'file'");
	vv_index_close(x);
	vv_repository_close(r);
}

static void what_git_staged_meanwhile_is_kept(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_oid id;
	vv_error err;

	(void)state;
	git_begin();
	sh("echo 1 > a; echo 1 > b; echo 1 > c; git add a b c");
	r = open_here();
	x = open_index(r);
	vv_assert_ok(vv_blob_write(r, "ours\n", 5, &id, &err), &err);
	vv_assert_ok(vv_index_set(x, "a", 0100644, &id, NULL, &err), &err);
	vv_assert_ok(vv_index_remove(x, "b", &err), &err);
	sh("echo 2 > c; echo 2 > d; git add c d");
	write_index(x);
	vv_index_close(x);
	vv_repository_close(r);
	assert_string_equal(out("git ls-files"), "a\nc\nd");
	assert_string_equal(out("git cat-file blob :a; git cat-file blob :c"), "ours\n2");
	assert_false(vv_exists(".git/index.lock"));
}

static void a_held_lock_is_waited_for(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_oid id;
	vv_error err;

	(void)state;
	git_begin();
	sh("echo 1 > a; git add a; touch .git/index.lock; (sleep 0.4; rm .git/index.lock) &");
	r = open_here();
	x = open_index(r);
	vv_assert_ok(vv_blob_write(r, "x", 1, &id, &err), &err);
	vv_assert_ok(vv_index_set(x, "b", 0100644, &id, NULL, &err), &err);
	write_index(x);
	vv_index_close(x);
	vv_repository_close(r);
	assert_string_equal(out("git ls-files"), "a\nb");
}

static void a_lock_that_stays_is_named(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_oid id;
	vv_error err;

	(void)state;
	git_begin();
	sh("echo 1 > a; git add a; echo held > .git/index.lock");
	r = open_here();
	x = open_index(r);
	vv_assert_ok(vv_blob_write(r, "x", 1, &id, &err), &err);
	vv_assert_ok(vv_index_set(x, "b", 0100644, &id, NULL, &err), &err);
	vv_assert_status(vv_index_write(x, &err), VV_ELOCKED, &err);
	vv_assert_contains(err.message, "index.lock");
	vv_assert_contains(err.hint, "remove");
	vv_index_close(x);
	vv_repository_close(r);
	assert_string_equal(out("cat .git/index.lock"), "held");
	assert_string_equal(out("git ls-files"), "a");
}

static vv_status try_write(void *payload, vv_error *err)
{
	vv_repository *r = NULL;
	vv_index *x = NULL;
	vv_oid id;
	vv_status rc;

	(void)payload;
	if ((rc = vv_repository_open(&r, NULL, vv_test_env(), err)) < 0 ||
	    (rc = vv_index_open(&x, r, err)) < 0 ||
	    (rc = vv_blob_write(r, "new\n", 4, &id, err)) < 0 ||
	    (rc = vv_index_set(x, "a", 0100644, &id, NULL, err)) < 0) {
		goto done;
	}
	rc = vv_index_write(x, err);
done:
	vv_index_close(x);
	vv_repository_close(r);
	return rc;
}

static void check_write(void *payload, vv_status rc)
{
	(void)payload;
	assert_false(vv_exists(".git/index.lock"));
	assert_string_equal(out("git ls-files -s a | cut -c8-47"),
			    rc == VV_OK ? out("echo new | git hash-object --stdin")
					: out("echo 1 | git hash-object --stdin"));
	if (rc == VV_OK) {
		sh("git add a");
	}
	assert_git_sound();
}

static void a_fault_while_writing_leaves_the_old_index(void **state)
{
	static const vv_fault kinds[] = {VV_FAULT_WRITE, VV_FAULT_FSYNC, VV_FAULT_RENAME,
					 VV_FAULT_OPEN};
	size_t i;

	(void)state;
	git_begin();
	sh("echo 1 > a; git add a");
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		sh("git add a");
		vv_fault_each(kinds[i], 28 /* ENOSPC */, try_write, check_write, NULL);
	}
}

static void index_extensions_and_version_4_survive(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_oid id;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir d; echo 1 > d/a; echo 1 > b; git add .; git commit -qm x; git update-index --index-version 4; "
	   "git update-index --untracked-cache; git update-index --skip-worktree b; git status --porcelain; "
	   "echo 2 > n; git add -N n");
	r = open_here();
	x = open_index(r);
	vv_assert_ok(vv_blob_write(r, "x", 1, &id, &err), &err);
	vv_assert_ok(vv_index_set(x, "c", 0100644, &id, NULL, &err), &err);
	write_index(x);
	vv_index_close(x);
	vv_repository_close(r);
	assert_string_equal(out("git ls-files -v b"), "S b");
	assert_string_equal(out("git diff --name-only --diff-filter=A"), "n");
	assert_string_equal(out("git update-index --show-index-version 2>/dev/null || echo 4"),
			    "4");
	assert_git_sound();
}

/* What is staged in any form of Git's, with its marks and dates. */
static void an_index_of_any_form_is_read_as_git_lists_it(void **state)
{
	static const char *const forms[] = {
		"git update-index --split-index; echo 2 > n; git add n",
		"git update-index --no-split-index --index-version 4",
		"truncate -s -20 .git/index; head -c 20 /dev/zero >> .git/index",
		"git sparse-checkout set --cone --sparse-index d",
	};
	/* Fails where it is another form. */
	static const char *const is[] = {
		"test -n \"$(git rev-parse --shared-index-path)\"",
		"test $(od -An -tu1 -j7 -N1 .git/index) = 4",
		"true", /* git writes the checksum as its own settings say */
		"git ls-files --sparse | grep -qx e/",
	};
	vv_repository *r;
	vv_index *x;
	vv_index_entry e;
	vv_stat st;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir d e; echo 1 > d/a; echo 1 > d/b; echo 1 > e/b; git add .; git commit -qm x");
	sh("touch -d '2020-01-01' d/a; git update-index --assume-unchanged d/b; git status -s");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		sh("%s", forms[i]);
		r = open_here();
		vv_assert_ok(vv_index_open(&x, r, &err), &err);
		assert_string_equal(out("git ls-files | wc -l"),
				    out("echo %zu", vv_index_count(x)));
		assert_true(vv_index_get(x, "d/a", &e) && !e.hidden);
		vv_assert_ok(vv_lstat(&st, "d/a", &err), &err);
		assert_true(vv_index_stat_clean(x, &e, &st));
		assert_true(vv_index_get(x, "d/b", &e) && e.hidden);
		assert_true(vv_index_get(x, "e/b", &e) && e.hidden == (i == 3));
		vv_index_close(x);
		vv_assert_ok(vv_index_open(&x, r, &err), &err);
		sh("echo %zu > d/new", i);
		vv_assert_ok(vv_index_add_file(x, "d/new", &err), &err);
		vv_assert_ok(vv_index_write(x, &err), &err);
		vv_index_close(x);
		vv_repository_close(r);
		sh("%s", is[i]);
		assert_string_equal(out("git diff --cached --name-only"),
				    i == 0 ? "d/new\nn" : "d/new");
		assert_string_equal(out("git ls-files -v d/b e/b"),
				    i == 3 ? "h d/b\nS e/b" : "h d/b\nH e/b");
		sh("git rm -q --cached d/new n 2>/dev/null || git rm -q --cached d/new; rm -f d/new n");
	}
	/* damaged is none of these */
	sh("git sparse-checkout disable; printf x | dd of=.git/index bs=1 seek=20 conv=notrunc 2>/dev/null");
	r = open_here();
	vv_assert_status(vv_index_open(&x, r, &err), VV_ECORRUPT, &err);
	vv_repository_close(r);
}

static void two_who_read_share_an_index_until_one_changes_it(void **state)
{
	vv_repository *r;
	vv_index *a, *b, *c;
	vv_index_entry e;
	vv_oid id;
	vv_error err;

	(void)state;
	git_begin();
	sh("echo 1 > a; git add a");
	r = open_here();
	a = open_index(r);
	b = open_index(r);
	assert_true(get(a, "a", &e));
	const char *path = e.path;
	assert_true(get(b, "a", &e) && e.path == path);
	vv_assert_ok(vv_blob_write(r, "x", 1, &id, &err), &err);
	vv_assert_ok(vv_index_set(a, "b", 0100644, &id, NULL, &err), &err);
	vv_assert_ok(vv_index_remove(a, "a", &err), &err);
	c = open_index(r); /* the file has no change yet */
	assert_true(get(b, "a", &e) && !get(b, "b", &e) && get(c, "a", &e) && !get(c, "b", &e));
	assert_true(get(a, "b", &e) && !get(a, "a", &e));
	write_index(a);
	vv_index_close(c);
	c = open_index(r);
	assert_true(get(c, "b", &e) && !get(c, "a", &e) && get(b, "a", &e));
	vv_index_close(b);
	vv_index_close(a);
	vv_index_close(c);
	vv_repository_close(r);
	assert_string_equal(out("git ls-files"), "b");
}

/* Conflicts of files and folders, links, submodules, and what git notes of an entry. */
static void an_index_that_is_changed_while_another_reads_it_has_all_its_entries(void **state)
{
	static const char entries[] = "100644 1 df\n100644 3 df\n100644 0 df/in\n100644 1 side\n"
				      "100755 2 side\n100644 3 side\n100644 2 x\n100644 3 x/y\n"
				      "120000 0 link\n160000 0 module\n100755 0 run\n";
	vv_repository *r;
	vv_index *a, *b;
	vv_index_entry ours, theirs;
	vv_oid id;
	vv_error err;

	(void)state;
	git_begin();
	sh("echo 1 > later; echo 1 > away; echo 1 > trusted; git add away trusted; git add -N later");
	sh("git update-index --skip-worktree away; git update-index --assume-unchanged trusted");
	vv_test_write_text("../entries", entries);
	sh("while read -r mode stage path; do"
	   " printf '%%s %%s %%s\\t%%s\\n' $mode $(git hash-object -w trusted) $stage $path;"
	   " done < ../entries | git update-index --index-info");
	sh("git ls-files -s -t -v > ../before");
	r = open_here();
	a = open_index(r);
	b = open_index(r);
	vv_assert_ok(vv_blob_write(r, "x", 1, &id, &err), &err);
	vv_assert_ok(vv_index_set(a, "zz", 0100644, &id, NULL, &err), &err);
	assert_int_equal(vv_index_count(b), 14);
	assert_int_equal(vv_index_count(a), 15);
	for (size_t i = 0; i < vv_index_count(b); i++) {
		ours = vv_index_at(a, i);
		theirs = vv_index_at(b, i);
		assert_string_equal(ours.path, theirs.path);
		ours.path = theirs.path = NULL;
		assert_memory_equal(&ours, &theirs, /* up to the padding at its end */
				    offsetof(vv_index_entry, intent_to_add) + 1);
	}
	write_index(a);
	vv_index_close(a);
	vv_index_close(b);
	vv_repository_close(r);
	sh("git ls-files -s -t -v | grep -v zz > ../after; cmp ../before ../after");
}

static void the_index_named_by_the_environment_is_used(void **state)
{
	vv_repository *r;
	vv_index *x;
	vv_oid id;
	vv_error err;

	(void)state;
	git_begin();
	sh("echo 1 > a; git add a; cp .git/index .git/next");
	(void)setenv("GIT_INDEX_FILE", ".git/next", 1);
	r = open_here();
	x = open_index(r);
	vv_assert_ok(vv_blob_write(r, "x", 1, &id, &err), &err);
	vv_assert_ok(vv_index_set(x, "b", 0100644, &id, NULL, &err), &err);
	write_index(x);
	vv_index_close(x);
	vv_repository_close(r);
	assert_string_equal(out("git ls-files"), "a\nb");
	(void)unsetenv("GIT_INDEX_FILE");
	assert_string_equal(out("git ls-files"), "a");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_index_is_current_until_somebody_writes_it),
	cmocka_unit_test(a_table_staged_in_the_second_of_its_writing_is_clean_for_git),
	cmocka_unit_test(a_change_of_the_same_length_in_the_same_second_is_seen_by_git),
	cmocka_unit_test(an_old_table_is_clean_without_being_read),
	cmocka_unit_test(a_file_as_young_as_the_index_may_have_changed_since),
	cmocka_unit_test(a_stat_that_is_no_longer_the_files_counts_for_nothing),
	cmocka_unit_test(an_entry_without_stat_is_compared),
	cmocka_unit_test(entries_that_git_left_uncertain_stay_so),
	cmocka_unit_test(an_uncertain_file_is_looked_at_when_the_index_is_written_again),
	cmocka_unit_test(a_path_where_a_folder_or_file_of_the_index_is_in_the_way_is_not_free),
	cmocka_unit_test(what_git_staged_meanwhile_is_kept),
	cmocka_unit_test(a_held_lock_is_waited_for),
	cmocka_unit_test(a_lock_that_stays_is_named),
	cmocka_unit_test(a_fault_while_writing_leaves_the_old_index),
	cmocka_unit_test(index_extensions_and_version_4_survive),
	cmocka_unit_test(an_index_of_any_form_is_read_as_git_lists_it),
	cmocka_unit_test(two_who_read_share_an_index_until_one_changes_it),
	cmocka_unit_test(an_index_that_is_changed_while_another_reads_it_has_all_its_entries),
	cmocka_unit_test(the_index_named_by_the_environment_is_used),
};

VV_TEST_SUITE(index)
