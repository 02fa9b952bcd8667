/* Tests of lib/commit/txn.h: what is put comes out, all of it or nothing. */
#include "tests/unit/repo/git_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"
#include "lib/commit/txn.h"
#include "lib/status/changes.h"
#include "lib/tables/dataset_import.h"
#include "lib/worktree/put_right.h"

#define PRICES "id,price\n1,10\n2,20\n3,30\n"
#define PRICES_NEW "id,price\n1,10\n2,25\n3,30\n4,40\n"
#define NOTE "not a table\n"

static vv_status put_text(vv_txn *t, const char *path, const char *text, vv_error *err)
{
	vv_mem_source memory;
	vv_source source;

	vv_source_mem(&source, &memory, text, strlen(text), path);
	return vv_txn_put(t, path, &source, NULL, err);
}

static vv_txn *open_txn(vv_repository *r, const char *branch)
{
	vv_txn *t;
	vv_error err;

	vv_assert_ok(vv_txn_open(&t, r, branch, NULL, NULL, &err), &err);
	return t;
}

static void put(vv_txn *t, const char *path, const char *text)
{
	vv_error err;

	vv_assert_ok(put_text(t, path, text, &err), &err);
}

static void commit(vv_txn *t, const char *message)
{
	vv_error err;
	vv_oid id;

	vv_assert_ok(vv_txn_commit(&id, t, message, NULL, &err), &err);
}

/* A repository whose only commit has prices.csv and note.txt, made by a transaction. */
static void begin_with_prices(void)
{
	vv_repository *r;
	vv_txn *t;

	git_begin();
	r = open_here();
	t = open_txn(r, NULL);
	put(t, "prices.csv", PRICES);
	put(t, "note.txt", NOTE);
	commit(t, "one");
	vv_txn_free(t);
	vv_repository_close(r);
}

static vv_status take_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

/* What the version has at the path, out of blocks or of Git. */
static const char *stored(vv_repository *r, const char *revision, const char *path)
{
	static vv_buf bytes;
	vv_dataset_reader *reader;
	vv_arena arena = VV_ARENA_INIT;
	vv_tree_entry e;
	vv_pointer p;
	vv_error err;
	vv_oid id = rev(r, revision);

	vv_buf_reset(&bytes);
	vv_assert_ok(vv_tree_entry_at(r, &id, path, &e, &err), &err);
	vv_assert_ok(vv_dataset_reader_open(&reader, r, NULL, &err), &err);
	if (vv_dataset_reader_pointer(reader, &e.id, &arena, &p, &err) == VV_OK) {
		vv_store *store;
		vv_sink source;
		vv_table table;

		vv_assert_ok(vv_repository_store(r, &store, &err), &err);
		vv_sink_dry(&source, store);
		vv_assert_ok(vv_table_open_stored(&table, &source, &p.root, &err), &err);
		vv_assert_ok(vv_table_bytes(&table, take_bytes, &bytes, NULL, NULL, &err), &err);
		vv_table_close(&table);
	} else {
		vv_assert_ok(vv_blob_read(r, &e.id, 1 << 20, &bytes, &err), &err);
	}
	vv_arena_clear(&arena);
	vv_dataset_reader_close(reader);
	vv_tree_entry_clear(&e);
	return vv_buf_cstr(&bytes);
}

/* Nothing is staged or changed. */
static void assert_clean(vv_repository *r)
{
	vv_changes_options opts = {.untracked = true};
	vv_dataset_reader *reader;
	vv_changes changes = {0};
	vv_index *x;
	vv_error err;

	vv_assert_ok(vv_index_open(&x, r, &err), &err);
	vv_assert_ok(vv_dataset_reader_open(&reader, r, NULL, &err), &err);
	vv_assert_ok(vv_changes_read(&changes, r, x, reader, &opts, &err), &err);
	assert_int_equal(changes.staged + changes.unstaged + changes.untracked, 0);
	vv_changes_clear(&changes);
	vv_dataset_reader_close(reader);
	vv_index_close(x);
}

/* Every file but caches and locks, with its content. */
static const char *snapshot(void)
{
	return out(
		"find . -type f ! -path '*/varve/cache/*' ! -path '*/varve/stat*' ! -name '*lock' "
		"! -path '*/varve/secret' ! -path '*/varve/scan*' ! -name turn | sort | xargs sha256sum");
}

static void a_commit_of_head_has_what_was_put(void **state)
{
	vv_repository *r;

	(void)state;
	begin_with_prices();
	r = open_here();
	assert_string_equal(stored(r, "HEAD", "prices.csv"), PRICES);
	assert_string_equal(stored(r, "HEAD", "note.txt"), NOTE);
	assert_string_equal(vv_test_read("prices.csv", NULL), PRICES);
	assert_string_equal(vv_test_read("note.txt", NULL), NOTE);
	assert_clean(r);
	vv_repository_close(r);
	assert_string_equal(out("git log --format=%%s"), "one");
	assert_string_equal(out("git check-attr filter prices.csv note.txt"),
			    "prices.csv: filter: varve\nnote.txt: filter: unspecified");
	assert_git_sound();
}

static void results_tell_what_happened_to_each_path(void **state)
{
	const vv_txn_result *res;
	vv_repository *r;
	vv_txn *t;
	vv_error err;

	(void)state;
	begin_with_prices();
	r = open_here();
	t = open_txn(r, NULL);
	put(t, "prices.csv", PRICES_NEW);
	put(t, "more.csv", PRICES);
	vv_assert_ok(vv_txn_remove(t, "note.txt", false, &err), &err);
	put(t, "prices.csv", PRICES);
	assert_true(vv_txn_next(t, &res));
	assert_string_equal(res->what.path, "prices.csv");
	assert_int_equal(res->state, 'M');
	assert_true(res->what.table);
	assert_int_equal(res->what.rows, 4);
	assert_int_equal(res->what.columns, 2);
	assert_int_equal(res->what.bytes, strlen(PRICES_NEW));
	assert_true(vv_txn_next(t, &res));
	assert_int_equal(res->state, 'A');
	assert_true(vv_txn_next(t, &res));
	assert_int_equal(res->state, 'D');
	assert_true(vv_txn_next(t, &res));
	assert_int_equal(res->state, ' ');
	assert_false(vv_txn_next(t, &res));
	vv_txn_free(t);
	vv_repository_close(r);
}

static void files_of_the_work_tree_are_added_and_staged(void **state)
{
	vv_dataset_options import = VV_DATASET_OPTIONS_INIT;
	vv_add_request req = {.untracked = true, .options = &import};
	vv_repository *r;
	vv_txn *t;
	vv_error err;

	(void)state;
	begin_with_prices();
	vv_test_write_text("prices.csv", PRICES_NEW);
	vv_test_write_text("new.csv", PRICES);
	sh("rm note.txt");
	r = open_here();
	t = open_txn(r, NULL);
	vv_assert_ok(vv_txn_add(t, &req, &err), &err);
	put(t, "put.csv", PRICES);
	assert_string_equal(out("git diff --cached --name-only"), "");
	vv_assert_ok(vv_txn_stage(t, &err), &err);
	assert_string_equal(
		out("git diff --cached --name-status"),
		"M\t.gitattributes\nA\tnew.csv\nD\tnote.txt\nM\tprices.csv\nA\tput.csv");
	assert_string_equal(vv_test_read("put.csv", NULL), PRICES);
	commit(t, "two");
	assert_string_equal(stored(r, "HEAD", "prices.csv"), PRICES_NEW);
	assert_clean(r);
	vv_txn_free(t);
	vv_repository_close(r);
	assert_git_sound();
}

/* Of a branch, and of HEAD, whose work tree gets the lines later. */
static void attributes_that_were_put_count_for_what_is_put_next(void **state)
{
	static const char *const branches[] = {NULL, "side"};

	(void)state;
	begin_with_prices();
	sh("git branch side; git rm -q --cached .gitattributes; git commit -qm none; rm .gitattributes");
	for (size_t i = 0; i < 2; i++) {
		vv_repository *r = open_here();
		vv_txn *t = open_txn(r, branches[i]);

		put(t, ".gitattributes", "d/*.dat filter=varve diff=varve merge=varve -text\n");
		put(t, "d/t.dat", PRICES);
		put(t, "t.dat", PRICES);
		commit(t, "lines");
		sh("! git show %s:d/t.dat | grep -q ^id,price", i == 0 ? "HEAD" : "side");
		sh("git show %s:t.dat | grep -q ^id,price", i == 0 ? "HEAD" : "side");
		vv_txn_free(t);
		vv_repository_close(r);
	}
}

static void a_commit_of_another_branch_leaves_index_and_work_tree_alone(void **state)
{
	vv_repository *r;
	vv_txn *t;
	const char *before;
	vv_error err;
	vv_oid id;

	(void)state;
	begin_with_prices();
	sh("git branch side");
	before = out("sha256sum .git/index .git/HEAD *");
	r = open_here();
	t = open_txn(r, "side");
	put(t, "prices.csv", PRICES_NEW);
	put(t, "in/a/folder.csv", PRICES);
	put(t, "plain.txt", "a\r\nb\n");
	vv_assert_ok(vv_txn_remove(t, "note.txt", false, &err), &err);
	commit(t, "aside\n\n\nbody  \n");
	put(t, "plain.txt", "second\n");
	vv_assert_ok(vv_txn_commit(&id, t, "again", NULL, &err), &err);
	vv_txn_free(t);
	assert_string_equal(before, out("sha256sum .git/index .git/HEAD *"));
	assert_string_equal(out("git log --format=%%s side"), "again\naside\none");
	assert_string_equal(out("git log -1 --format=%%B side~1"), "aside\n\nbody\n");
	assert_string_equal(hex_of(&id), out("git rev-parse side"));
	assert_string_equal(stored(r, "side", "prices.csv"), PRICES_NEW);
	assert_string_equal(stored(r, "side", "in/a/folder.csv"), PRICES);
	assert_string_equal(stored(r, "side~1", "plain.txt"), "a\r\nb\n");
	assert_string_equal(out("git ls-tree -r --name-only side"),
			    ".gitattributes\nin/a/folder.csv\nplain.txt\nprices.csv");
	vv_repository_close(r);
	assert_git_sound();
}

static void a_bare_repository_gets_its_first_commits(void **state)
{
	vv_repository *r;
	vv_txn *t;
	vv_error err;

	(void)state;
	git_home();
	sh("git init -q --bare bare.git");
	assert_int_equal(chdir("bare.git"), 0);
	vv_repository_name_here();
	r = open_here();
	vv_assert_status(vv_txn_open(&t, r, NULL, NULL, NULL, &err), VV_EUSAGE, &err);
	t = open_txn(r, "main");
	put(t, "prices.csv", PRICES);
	commit(t, "first");
	vv_txn_free(t);
	t = open_txn(r, "main");
	put(t, "prices.csv", PRICES_NEW);
	commit(t, "second");
	vv_txn_free(t);
	vv_assert_status(vv_txn_open(&t, r, "other", NULL, NULL, &err), VV_ENOTFOUND, &err);
	vv_assert_ok(vv_txn_open(&t, r, "other", "main~1", NULL, &err), &err);
	put(t, "x.txt", "x");
	commit(t, "on");
	vv_txn_free(t);
	assert_string_equal(stored(r, "main~1", "prices.csv"), PRICES);
	assert_string_equal(stored(r, "main", "prices.csv"), PRICES_NEW);
	assert_string_equal(stored(r, "other", "prices.csv"), PRICES);
	assert_string_equal(out("git log --format=%%s main"), "second\nfirst");
	assert_string_equal(out("git show main:.gitattributes | grep -c '^/*prices.csv '"), "1");
	vv_repository_close(r);
	sh("git fsck --strict");
}

static void a_transaction_that_is_freed_leaves_no_trace(void **state)
{
	vv_dataset_options import = VV_DATASET_OPTIONS_INIT;
	vv_add_request req = {.untracked = true, .options = &import};
	const char *branches[] = {NULL, "side"};
	vv_error err;

	(void)state;
	begin_with_prices();
	sh("git branch side");
	vv_test_write_text("new.csv", PRICES);
	vv_test_write_text("new.txt", PRICES);
	for (size_t i = 0; i < 2; i++) {
		const char *before = snapshot();
		vv_repository *r = open_here();
		vv_txn *t = open_txn(r, branches[i]);

		put(t, "prices.csv", PRICES_NEW);
		put(t, "other.csv", PRICES);
		put(t, "other.txt", "bytes");
		vv_assert_ok(vv_txn_remove(t, "note.txt", false, &err), &err);
		if (i == 0) {
			vv_assert_ok(vv_txn_add(t, &req, &err), &err);
		}
		vv_txn_free(t);
		vv_repository_close(r);
		assert_string_equal(before, snapshot());
	}
}

static void a_branch_that_moved_is_a_conflict(void **state)
{
	static const char *const branches[] = {"side", NULL};
	vv_txn_commit_options o = {.expect = NULL};
	vv_error err;
	vv_oid id;

	(void)state;
	begin_with_prices();
	sh("git branch side");
	for (size_t i = 0; i < 2; i++) {
		vv_repository *r = open_here();
		vv_txn *t = open_txn(r, branches[i]);
		vv_oid old = rev(r, "HEAD");

		put(t, "prices.csv", PRICES_NEW);
		sh("git update-ref refs/heads/%s $(git commit-tree -p HEAD -m moved HEAD^{tree})",
		   i == 0 ? "side" : "$(git branch --show-current)");
		vv_assert_status(vv_txn_commit(&id, t, "late", NULL, &err), VV_ECONFLICT, &err);
		vv_assert_status(put_text(t, "x.csv", PRICES, &err), VV_ECONFLICT, &err);
		vv_txn_free(t);
		assert_string_equal(out("git log -1 --format=%%s %s", i == 0 ? "side" : "HEAD"),
				    "moved");
		t = open_txn(r, branches[i]);
		put(t, "prices.csv", PRICES_NEW);
		o.expect = &old;
		vv_assert_status(vv_txn_commit(&id, t, "late", &o, &err), VV_ECONFLICT, &err);
		vv_txn_free(t);
		assert_string_equal(vv_test_read("prices.csv", NULL), PRICES);
		vv_repository_close(r);
	}
}

static void nothing_is_lost_that_is_not_staged(void **state)
{
	vv_repository *r;
	vv_txn *t;
	vv_error err;
	vv_oid id;

	(void)state;
	begin_with_prices();
	vv_test_write_text("prices.csv", "id,price\n1,11\n");
	vv_test_write_text("mine.csv", "mine\n1\n");
	r = open_here();
	t = open_txn(r, NULL);
	vv_assert_status(put_text(t, "prices.csv", PRICES_NEW, &err), VV_EREFUSED, &err);
	vv_assert_status(put_text(t, "mine.csv", PRICES_NEW, &err), VV_EREFUSED, &err);
	vv_assert_status(vv_txn_remove(t, "prices.csv", false, &err), VV_EREFUSED, &err);
	vv_assert_status(put_text(t, "prices.csv/x", PRICES, &err), VV_EEXISTS, &err);
	vv_assert_status(put_text(t, "../x.csv", PRICES, &err), VV_EREFUSED, &err);
	vv_assert_status(vv_txn_remove(t, "none", false, &err), VV_ENOTFOUND, &err);
	put(t, "note.txt", "new\n");
	vv_test_write_text("note.txt", "written meanwhile\n");
	vv_assert_status(vv_txn_commit(&id, t, "x", NULL, &err), VV_ECONFLICT, &err);
	vv_txn_free(t);
	vv_repository_close(r);
	assert_string_equal(vv_test_read("note.txt", NULL), "written meanwhile\n");
	assert_string_equal(out("git diff --cached --name-only"), "");
}

static void nothing_to_commit_is_said(void **state)
{
	vv_txn_commit_options o = {.allow_empty = true,
				   .author = "Ada <ada@example.com>",
				   .time_set = true,
				   .time = 1580702706,
				   .offset_min = 60};
	const char *branches[] = {NULL, "side"};
	vv_error err;
	vv_oid id;

	(void)state;
	begin_with_prices();
	sh("git branch side");
	for (size_t i = 0; i < 2; i++) {
		vv_repository *r = open_here();
		vv_txn *t = open_txn(r, branches[i]);

		put(t, "prices.csv", PRICES);
		vv_assert_status(vv_txn_commit(&id, t, "x", NULL, &err), VV_ENOCHANGE, &err);
		vv_txn_free(t);
		t = open_txn(r, branches[i]);
		vv_assert_ok(vv_txn_commit(&id, t, "x", &o, &err), &err);
		vv_txn_free(t);
		assert_string_equal(out("git log -1 --format='%%ae %%at' %s", hex_of(&id)),
				    "ada@example.com 1580702706");
		vv_repository_close(r);
	}
}

static void a_hook_that_refuses_leaves_all_as_it_was(void **state)
{
	vv_txn_commit_options o = {.no_hooks = true};
	vv_repository *r;
	vv_txn *t;
	vv_error err;
	vv_oid id;

	(void)state;
	begin_with_prices();
	vv_test_write_text(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
	sh("chmod +x .git/hooks/pre-commit");
	r = open_here();
	t = open_txn(r, NULL);
	put(t, "prices.csv", PRICES_NEW);
	put(t, "new.csv", PRICES);
	vv_assert_status(vv_txn_commit(&id, t, "x", NULL, &err), VV_ECONFLICT, &err);
	vv_txn_free(t);
	assert_string_equal(vv_test_read("prices.csv", NULL), PRICES);
	assert_int_equal(access("new.csv", F_OK), -1);
	assert_clean(r);
	t = open_txn(r, NULL);
	put(t, "prices.csv", PRICES_NEW);
	vv_assert_ok(vv_txn_commit(&id, t, "x", &o, &err), &err);
	vv_txn_free(t);
	vv_repository_close(r);
}

static const char package[] =
	"{\"resources\":[{\"name\":\"p\",\"path\":\"prices.csv\",\"schema\":{\"fields\":"
	"[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"price\",\"type\":\"string\"}],"
	"\"primaryKey\":[\"id\"]}}]}\n";

static void a_package_is_applied_by_the_commit_and_taken_back_with_it(void **state)
{
	vv_repository *r;
	vv_txn *t;
	vv_error err;
	vv_oid id;

	(void)state;
	begin_with_prices();
	vv_test_write_text(".git/hooks/commit-msg", "#!/bin/sh\nexit 1\n");
	sh("chmod +x .git/hooks/commit-msg");
	r = open_here();
	t = open_txn(r, NULL);
	put(t, "datapackage.json", package);
	vv_assert_status(vv_txn_commit(&id, t, "x", NULL, &err), VV_ECONFLICT, &err);
	vv_txn_free(t);
	assert_clean(r);
	assert_int_equal(access("datapackage.json", F_OK), -1);
	sh("rm .git/hooks/commit-msg");
	t = open_txn(r, NULL);
	put(t, "datapackage.json", package);
	commit(t, "described");
	vv_txn_free(t);
	assert_clean(r);
	assert_string_equal(stored(r, "HEAD", "prices.csv"), PRICES);
	assert_string_not_equal(out("git rev-parse HEAD:prices.csv"),
				out("git rev-parse HEAD~1:prices.csv"));
	vv_repository_close(r);
}

static void a_package_on_a_branch_describes_its_tables(void **state)
{
	vv_repository *r;
	vv_txn *t;

	(void)state;
	begin_with_prices();
	sh("git branch side");
	r = open_here();
	t = open_txn(r, "side");
	put(t, "datapackage.json", package);
	commit(t, "described");
	put(t, "datapackage.json", "{\"resources\":[]}\n");
	put(t, "prices.csv", PRICES_NEW);
	commit(t, "changed");
	vv_txn_free(t);
	assert_string_equal(stored(r, "side~1", "prices.csv"), PRICES);
	assert_string_equal(stored(r, "side", "prices.csv"), PRICES_NEW);
	assert_string_not_equal(out("git rev-parse side~1:prices.csv"),
				out("git rev-parse side~2:prices.csv"));
	vv_repository_close(r);
	assert_git_sound();
}

static void a_check_that_refuses_holds_a_branch_too(void **state)
{
	static const char spoilt[] = "id,price\n1,x\n2,20\n3,30\n";
	vv_txn_commit_options o = {.no_check = true};
	vv_repository *r;
	vv_txn *t;
	vv_error err;
	vv_oid id;

	(void)state;
	begin_with_prices();
	sh("git branch side");
	r = open_here();
	t = open_txn(r, "side");
	put(t, "varve.json",
	    "{\"onCommit\": \"refuse\", \"rules\": {\"type-contradiction\": \"error\"}}\n");
	vv_assert_ok(vv_txn_commit(&id, t, "rules", NULL, &err), &err);
	put(t, "prices.csv", spoilt);
	vv_assert_status(vv_txn_commit(&id, t, "x", NULL, &err), VV_ECONFLICT, &err);
	vv_txn_free(t);
	assert_string_equal(out("git log -1 --format=%%s side"), "rules");
	t = open_txn(r, "side");
	put(t, "prices.csv", spoilt);
	vv_assert_ok(vv_txn_commit(&id, t, "x", &o, &err), &err);
	vv_txn_free(t);
	vv_repository_close(r);
}

/* --- trouble ----------------------------------------------------------------------------- */

/* The story of the sweeps below: one table changes, one comes, a file goes. */
static vv_status write_story(const char *branch, vv_error *err)
{
	vv_txn_commit_options o = {.no_hooks = true};
	vv_repository *r = NULL;
	vv_txn *t = NULL;
	vv_oid id;
	vv_status rc;

	if ((rc = vv_repository_open(&r, NULL, vv_test_env(), err)) < 0 ||
	    (rc = vv_txn_open(&t, r, branch, NULL, NULL, err)) < 0 ||
	    (rc = put_text(t, "prices.csv", PRICES_NEW, err)) < 0 ||
	    (rc = put_text(t, "new.csv", PRICES, err)) < 0 ||
	    (rc = vv_txn_remove(t, "note.txt", false, err)) < 0) {
		goto done;
	}
	rc = vv_txn_commit(&id, t, "two", &o, err);
done:
	vv_txn_free(t);
	vv_repository_close(r);
	return rc;
}

/* What is there is the old version or the new one. True: the new one. */
static bool assert_old_or_new(const char *branch)
{
	vv_repository *r = open_here();
	vv_error err;
	bool is_new;

	vv_assert_ok(vv_put_right(r, NULL, NULL, &err), &err);
	is_new = strcmp(out("git log -1 --format=%%s %s", branch ? branch : "HEAD"), "two") == 0;
	assert_string_equal(stored(r, branch ? branch : "HEAD", "prices.csv"),
			    is_new ? PRICES_NEW : PRICES);
	assert_string_equal(vv_test_read("prices.csv", NULL),
			    is_new && !branch ? PRICES_NEW : PRICES);
	assert_int_equal(access("new.csv", F_OK) == 0, is_new && !branch);
	assert_int_equal(access("note.txt", F_OK) == 0, !is_new || branch);
	assert_clean(r);
	vv_repository_close(r);
	return is_new;
}

static void kill_each(const char *branch)
{
	bool done = false;

	for (unsigned n = 1; !done; n++) {
		int status = 0;
		pid_t pid;

		if (!vv_test_sampled(n, 7) && n > 1) {
			continue;
		}
		sh("rm -rf ../work && cp -a . ../work");
		assert_int_equal(chdir("../work"), 0);
		if ((pid = fork()) == 0) {
			vv_error err = {0};
			vv_status rc;

			vv_fault_kill(n);
			rc = write_story(branch, &err);
			vv_fault_kill(0);
			_exit(rc == VV_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
		assert_true(done || WEXITSTATUS(status) == VV_FAULT_KILLED);
		assert_true(assert_old_or_new(branch) || !done);
		sh("git fsck --strict > fsck.txt 2>&1 || { cat fsck.txt; false; }; rm fsck.txt");
		assert_int_equal(chdir("../r"), 0);
	}
}

static void killed_at_any_point_a_commit_of_head_is_all_or_nothing(void **state)
{
	(void)state;
	begin_with_prices();
	kill_each(NULL);
}

static void killed_at_any_point_a_commit_of_a_branch_is_all_or_nothing(void **state)
{
	(void)state;
	begin_with_prices();
	sh("git branch side");
	kill_each("side");
}

/* With the n-th call of a kind failing: old or new, too, and told. */
static void fail_each(const char *branch, vv_fault kind, int number, unsigned step)
{
	bool met = true;

	for (unsigned n = 1; met; n++) {
		vv_error err = {0};
		vv_status rc;

		if (!vv_test_sampled(n, step) && n > 1) {
			continue;
		}
		sh("rm -rf ../work && cp -a . ../work");
		assert_int_equal(chdir("../work"), 0);
		vv_fault_set(kind, n, number);
		rc = write_story(branch, &err);
		met = vv_fault_clear();
		assert_true(rc == VV_OK || err.message[0]);
		if (!met) {
			vv_assert_ok(rc, &err);
		}
		assert_true(assert_old_or_new(branch) || rc < 0);
		assert_int_equal(chdir("../r"), 0);
	}
}

static void each_allocation_of_a_commit_of_head_may_fail(void **state)
{
	(void)state;
	begin_with_prices();
	fail_each(NULL, VV_FAULT_ALLOC, ENOMEM, 61);
}

static void each_allocation_of_a_commit_of_a_branch_may_fail(void **state)
{
	(void)state;
	begin_with_prices();
	sh("git branch side");
	fail_each("side", VV_FAULT_ALLOC, ENOMEM, 61);
}

static void each_write_and_rename_of_a_commit_may_fail(void **state)
{
	static const vv_fault kinds[] = {VV_FAULT_WRITE, VV_FAULT_RENAME, VV_FAULT_FSYNC};

	(void)state;
	begin_with_prices();
	sh("git branch side");
	for (size_t i = 0; i < 3; i++) {
		fail_each(NULL, kinds[i], EIO, 5);
		fail_each("side", kinds[i], EIO, 5);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_commit_of_head_has_what_was_put),
	cmocka_unit_test(results_tell_what_happened_to_each_path),
	cmocka_unit_test(files_of_the_work_tree_are_added_and_staged),
	cmocka_unit_test(attributes_that_were_put_count_for_what_is_put_next),
	cmocka_unit_test(a_commit_of_another_branch_leaves_index_and_work_tree_alone),
	cmocka_unit_test(a_bare_repository_gets_its_first_commits),
	cmocka_unit_test(a_transaction_that_is_freed_leaves_no_trace),
	cmocka_unit_test(a_branch_that_moved_is_a_conflict),
	cmocka_unit_test(nothing_is_lost_that_is_not_staged),
	cmocka_unit_test(nothing_to_commit_is_said),
	cmocka_unit_test(a_hook_that_refuses_leaves_all_as_it_was),
	cmocka_unit_test(a_package_is_applied_by_the_commit_and_taken_back_with_it),
	cmocka_unit_test(a_package_on_a_branch_describes_its_tables),
	cmocka_unit_test(a_check_that_refuses_holds_a_branch_too),
	cmocka_unit_test(killed_at_any_point_a_commit_of_head_is_all_or_nothing),
	cmocka_unit_test(killed_at_any_point_a_commit_of_a_branch_is_all_or_nothing),
	cmocka_unit_test(each_allocation_of_a_commit_of_head_may_fail),
	cmocka_unit_test(each_allocation_of_a_commit_of_a_branch_may_fail),
	cmocka_unit_test(each_write_and_rename_of_a_commit_may_fail),
};

VV_TEST_SUITE(txn)
