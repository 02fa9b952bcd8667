/*
 * Handles are freed in any order: what a child needs of its parents stays.
 */
#include "tests/unit/public/fixture.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "varve/arrow.h"

enum {
	REPO,
	VERSION,
	BEFORE,
	AFTER,
	PLAIN,
	FILTER,
	ROWS,
	DIFF,
	LOG,
	HISTORY,
	VERSIONS,
	REFS,
	REPORT,
	CHANGES,
	HANDLES
};

typedef struct all {
	varve_repo *repo;
	varve_version *version;
	varve_table *before, *after, *plain;
	varve_filter *filter;
	varve_rows *rows;
	varve_diff *diff;
	varve_log *log;
	varve_row_history *history;
	varve_versions *versions;
	varve_refs *refs;
	varve_report *report;
	varve_changes *changes;
} all;

static void free_one(all *a, size_t which)
{
	switch (which) {
	case REPO:
		varve_repo_free(a->repo);
		a->repo = NULL;
		break;
	case VERSION:
		varve_version_free(a->version);
		a->version = NULL;
		break;
	case BEFORE:
		varve_table_free(a->before);
		a->before = NULL;
		break;
	case AFTER:
		varve_table_free(a->after);
		a->after = NULL;
		break;
	case PLAIN:
		varve_table_free(a->plain);
		a->plain = NULL;
		break;
	case FILTER:
		varve_filter_free(a->filter);
		a->filter = NULL;
		break;
	case ROWS:
		varve_rows_free(a->rows);
		a->rows = NULL;
		break;
	case DIFF:
		varve_diff_free(a->diff);
		a->diff = NULL;
		break;
	case LOG:
		varve_log_free(a->log);
		a->log = NULL;
		break;
	case HISTORY:
		varve_row_history_free(a->history);
		a->history = NULL;
		break;
	case VERSIONS:
		varve_versions_free(a->versions);
		a->versions = NULL;
		break;
	case REFS:
		varve_refs_free(a->refs);
		a->refs = NULL;
		break;
	case REPORT:
		varve_report_free(a->report);
		a->report = NULL;
		break;
	default:
		varve_changes_free(a->changes);
		a->changes = NULL;
	}
}

/* Everything that is left works. */
static void use(all *a)
{
	const varve_cell *cells;
	const varve_row_change *change;
	const varve_commit *commit;
	const varve_row_event *event;
	const varve_version_facts *facts;
	const varve_ref *ref;
	const varve_path_change *path;
	varve_error e;
	char id[VARVE_ID_SIZE];

	if (a->repo) {
		works(varve_rev_parse(id, a->repo, "HEAD", &e), &e);
	}
	if (a->version) {
		vv_buf b = VV_BUF_INIT;

		works(varve_version_write(a->version, 5, 100, gather, &b, NULL, &e), &e);
		assert_int_equal(b.len, 100);
		vv_buf_clear(&b);
	}
	for (int i = 0; i < 3; i++) {
		varve_table *t = i == 0 ? a->before : i == 1 ? a->after : a->plain;
		varve_rows *rows;

		if (t) {
			works(varve_rows_open(&rows, t, NULL, &e), &e);
			assert_int_equal(varve_rows_next(rows, &cells, &e), 1);
			varve_rows_free(rows);
		}
	}
	if (a->rows) {
		assert_int_equal(varve_rows_next(a->rows, &cells, &e), 1);
	}
	if (a->diff) {
		assert_int_equal(varve_diff_next(a->diff, &change, &e), 1);
	}
	if (a->log) {
		assert_true(varve_log_next(a->log, &commit, &e) >= 0);
	}
	if (a->history) {
		assert_true(varve_row_history_next(a->history, &event, &e) >= 0);
	}
	if (a->versions) {
		assert_true(varve_versions_next(a->versions, &facts, &e) >= 0);
	}
	if (a->refs) {
		assert_true(varve_refs_next(a->refs, &ref, &e) >= 0);
	}
	if (a->report) {
		assert_true(varve_report_info(a->report)->tables > 0);
	}
	if (a->changes) {
		assert_true(varve_changes_next(a->changes, &path, &e) >= 0);
	}
}

static void make_history(void)
{
	const char *const paths[] = {"t.csv", "plain.csv"};
	known first, second;
	vv_prng r;

	vv_prng_init(&r, 8);
	known_describe(paths, 2);
	first = known_random(&r, 400, VARVE_FORMAT_CSV);
	second = known_edited(&r, &first, 4);
	known_write(&first, "t.csv");
	varve("add t.csv datapackage.json");
	varve("commit -q -m one");
	known_write(&second, "t.csv");
	varve("commit -q -a -m two");
	known_write(&first, "plain.csv");
	known_free(&first);
	known_free(&second);
}

static void open_all(all *a)
{
	varve_repo_options how = VARVE_INIT(varve_repo_options);
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	varve_diff_options d = VARVE_INIT(varve_diff_options);
	varve_changes_options c = VARVE_INIT(varve_changes_options);
	const varve_text key = {"10", 2};
	varve_error e;

	how.flags = VARVE_OPEN_ENVIRON;
	works(varve_repo_open(&a->repo, ".", &how, &e), &e);
	a->version = version_of(a->repo, "HEAD:t.csv");
	a->before = table_of(a->repo, "HEAD~1:t.csv");
	a->after = table_of(a->repo, "HEAD:t.csv");
	a->plain = table_of(a->repo, "plain.csv");
	a->filter = filter_of("id > 5");
	o.where = d.where = a->filter;
	works(varve_rows_open(&a->rows, a->after, &o, &e), &e);
	works(varve_diff_open(&a->diff, a->before, a->after, &d, &e), &e);
	works(varve_log_open(&a->log, a->repo, NULL, &e), &e);
	works(varve_row_history_open(&a->history, a->repo, "t.csv", &key, 1, NULL, &e), &e);
	works(varve_versions_open(&a->versions, a->repo, NULL, &e), &e);
	works(varve_refs_open(&a->refs, a->repo, "", &e), &e);
	works(varve_check_revision(&a->report, a->repo, "HEAD", NULL, NULL, &e), &e);
	c.flags = VARVE_CHANGES_UNTRACKED;
	works(varve_changes_open(&a->changes, a->repo, &c, &e), &e);
}

static void handles_are_freed_in_any_order(void **state)
{
	vv_prng r;

	(void)state;
	varve_repo_free(begin_repo());
	make_history();
	vv_prng_init(&r, 12);
	for (unsigned turn = 0; turn < 24; turn++) {
		size_t order[HANDLES];
		all a;

		memset(&a, 0, sizeof(a));
		open_all(&a);
		for (size_t i = 0; i < HANDLES; i++) {
			order[i] = i;
		}
		/* first parents first, then their children first, then whatever comes */
		for (size_t i = HANDLES - 1; i > 0 && turn > 0; i--) {
			size_t k = turn == 1 ? HANDLES - 1 - i : vv_prng_below(&r, i + 1),
			       at = order[i];

			if (turn == 1 && k >= i) {
				break;
			}
			order[i] = order[k];
			order[k] = at;
		}
		for (size_t i = 0; i < HANDLES; i++) {
			use(&a);
			free_one(&a, order[i]);
		}
	}
}

static void free_accepts_null(void **state)
{
	all a;

	(void)state;
	memset(&a, 0, sizeof(a));
	for (size_t i = 0; i < HANDLES; i++) {
		free_one(&a, i);
	}
}

/* The child's frees do nothing to what the parent has, and none of them waits. */
static void a_forked_child_frees_what_its_parent_goes_on_with(void **state)
{
	all a;
	int status;
	pid_t pid;

	(void)state;
	varve_repo_free(begin_repo());
	make_history();
	memset(&a, 0, sizeof(a));
	open_all(&a);
	use(&a);
	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char id[VARVE_ID_SIZE];
		varve_txn *txn;

		(void)alarm(30);
		if (varve_rev_parse(id, a.repo, "HEAD", NULL) != VARVE_EUSAGE ||
		    varve_txn_open(&txn, a.repo, NULL, NULL) != VARVE_EUSAGE) {
			_exit(3);
		}
		for (size_t i = HANDLES; i-- > 0;) {
			free_one(&a, i);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	use(&a);
	for (size_t i = 0; i < HANDLES; i++) {
		free_one(&a, i);
	}
}

/* Makes the branch `many`, a history of count commits without a common one with HEAD. */
static void commit_often(unsigned count)
{
	FILE *f = popen("git fast-import --quiet --force", "w");

	assert_non_null(f);
	for (unsigned i = 0; i < count; i++) {
		(void)fprintf(f,
			      "commit refs/heads/many\ncommitter a <a@b> %u +0000\n"
			      "data 1\nx\nM 644 inline f\ndata 9\n%08u\n\n",
			      1700000000 + i, i);
	}
	assert_int_equal(pclose(f), 0);
}

/* git still lists commits for the parent's cursor. */
static void a_forked_child_frees_a_log_that_is_still_listed(void **state)
{
	varve_log_options o = VARVE_INIT(varve_log_options);
	varve_repo *repo = begin_repo();
	const varve_commit *commit;
	varve_log *log;
	varve_error e;
	unsigned n = 0;
	int more, status;

	(void)state;
	commit_often(4000);
	o.range = "many";
	works(varve_log_open(&log, repo, &o, &e), &e);
	while ((more = varve_log_next(log, &commit, &e)) > 0) {
		if (n++ % 1000 == 0) {
			(void)fflush(NULL);
			const pid_t pid = fork();
			assert_true(pid >= 0);
			if (pid == 0) {
				(void)alarm(30);
				varve_log_free(log);
				varve_repo_free(repo);
				_exit(0);
			}
			assert_int_equal(waitpid(pid, &status, 0), pid);
			assert_int_equal(status, 0);
		}
	}
	works(more, &e);
	assert_int_equal(n, 4000);
	varve_log_free(log);
	varve_repo_free(repo);
}

static void newest_author_is(varve_repo *repo, const char *name)
{
	const varve_commit *commit;
	varve_log *log;
	varve_error e;

	works(varve_log_open(&log, repo, NULL, &e), &e);
	assert_int_equal(varve_log_next(log, &commit, &e), 1);
	assert_string_equal(commit->author, name);
	varve_log_free(log);
}

/* A handle lives longer than a command. */
static void a_mailmap_that_changes_while_a_repository_is_open_counts(void **state)
{
	varve_repo *repo = begin_repo();
	const varve_commit *commit;
	varve_log *log;
	varve_error e;
	vv_buf map = VV_BUF_INIT;

	(void)state;
	make_history();
	works(varve_log_open(&log, repo, NULL, &e), &e);
	assert_int_equal(varve_log_next(log, &commit, &e), 1);
	vv_buf_printf(&map, "First Name <first@x> <%s>\n", commit->author_mail);
	vv_test_write_text(".mailmap", vv_buf_cstr(&map));
	vv_buf_reset(&map);
	vv_buf_printf(&map, "Second Name <second@x> <%s>\n", commit->author_mail);
	varve_log_free(log);
	newest_author_is(repo, "First Name");
	vv_test_write_text(".mailmap", vv_buf_cstr(&map));
	newest_author_is(repo, "Second Name");
	vv_buf_clear(&map);
	varve_repo_free(repo);
}

/* The blocks that the parent has put are its own, and so is the lock for writers. */
static void a_forked_child_frees_a_transaction_that_its_parent_commits(void **state)
{
	varve_add_options o = VARVE_INIT(varve_add_options);
	varve_repo *repo = begin_repo();
	char id[VARVE_ID_SIZE];
	varve_version *v;
	varve_txn *txn;
	varve_error e;
	vv_buf b = VV_BUF_INIT;
	int status;
	pid_t pid;

	(void)state;
	o.flags = VARVE_ADD_UNTRACKED;
	vv_test_write_text("t.csv", "id,n\n1,one\n2,two\n");
	works(varve_txn_open(&txn, repo, NULL, &e), &e);
	works(varve_txn_add(txn, NULL, &o, &e), &e);
	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)alarm(30);
		varve_txn_free(txn);
		varve_repo_free(repo);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	works(varve_txn_commit(id, txn, "one", NULL, &e), &e);
	varve_txn_free(txn);
	v = version_of(repo, "HEAD:t.csv");
	works(varve_version_write(v, 0, UINT64_MAX, gather, &b, NULL, &e), &e);
	assert_string_equal(vv_buf_cstr(&b), "id,n\n1,one\n2,two\n");
	vv_buf_clear(&b);
	varve_version_free(v);
	varve_repo_free(repo);
}

static void free_in_a_child(varve_rows *rows, struct ArrowArrayStream *stream, varve_table *t,
			    varve_repo *repo)
{
	int status;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)alarm(30);
		varve_rows_free(rows);
		if (stream) {
			stream->release(stream);
		}
		varve_table_free(t);
		varve_repo_free(repo);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static varve_table *table_of_many_rows(varve_repo *repo)
{
	FILE *f = fopen("t.csv", "w");

	assert_non_null(f);
	(void)fputs("id,a\n", f);
	for (unsigned i = 0; i < 60000; i++) {
		(void)fprintf(f, "%u,%0200u\n", i, i * 7919u);
	}
	assert_int_equal(fclose(f), 0);
	varve("add t.csv");
	return table_of(repo, "t.csv");
}

/* Arrays are made ahead by threads, which the child does not have. */
static void a_forked_child_frees_a_stream_whose_arrays_are_made_ahead(void **state)
{
	varve_arrow_options o = VARVE_INIT(varve_arrow_options);
	varve_repo *repo = begin_repo();
	varve_table *t = table_of_many_rows(repo);
	struct ArrowArrayStream stream;
	struct ArrowArray a;
	int64_t n = 0;
	varve_error e;

	(void)state;
	o.batch_rows = 1000;
	works(varve_table_arrow(&stream, NULL, t, &o, &e), &e);
	while (stream.get_next(&stream, &a) == 0 && a.release) {
		n += a.length;
		a.release(&a);
		free_in_a_child(NULL, &stream, t, repo);
	}
	assert_int_equal(n, 60000);
	stream.release(&stream);
	varve_table_free(t);
	varve_repo_free(repo);
}

/* Rows of many groups are read ahead by a thread, which the child does not have. */
static void a_forked_child_frees_a_cursor_that_reads_ahead(void **state)
{
	varve_rows *rows;
	varve_repo *repo = begin_repo();
	varve_table *t = table_of_many_rows(repo);
	varve_error e;
	const varve_cell *cells;
	uint64_t n = 0;
	int more;

	(void)state;
	works(varve_rows_open(&rows, t, NULL, &e), &e);
	while ((more = varve_rows_next(rows, &cells, &e)) > 0) {
		if (n++ % 257 == 0) {
			free_in_a_child(rows, NULL, t, repo);
		}
	}
	assert_int_equal(more, 0);
	assert_int_equal(n, 60000);
	varve_rows_free(rows);
	varve_table_free(t);
	varve_repo_free(repo);
}

/* Whoever lends names, tests and environment may forget them after the call. */
static void options_are_copied(void **state)
{
	char column[] = "id", env0[] = "HOME=/nowhere", path[] = "t.csv", range[] = "HEAD";
	const char *columns[] = {column, NULL}, *env[] = {env0, NULL}, *paths[] = {path, NULL};
	varve_repo_options how = VARVE_INIT(varve_repo_options);
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	varve_log_options l = VARVE_INIT(varve_log_options);
	varve_diff_options d = VARVE_INIT(varve_diff_options);
	varve_repo *repo;
	varve_table *t, *before;
	varve_rows *rows;
	varve_log *log;
	varve_diff *diff;
	const varve_cell *cells;
	const varve_commit *commit;
	const varve_row_change *change;
	varve_error e;

	(void)state;
	varve_repo_free(begin_repo());
	make_history();
	how.env = env;
	works(varve_repo_open(&repo, ".", &how, &e), &e);
	t = table_of(repo, "HEAD:t.csv");
	before = table_of(repo, "HEAD~1:t.csv");
	o.columns = columns;
	works(varve_rows_open(&rows, t, &o, &e), &e);
	l.paths = paths;
	l.range = range;
	works(varve_log_open(&log, repo, &l, &e), &e);
	d.key = columns;
	works(varve_diff_open(&diff, before, t, &d, &e), &e);
	memset(column, 'x', 2);
	memset(env0, 'x', 4);
	memset(path, 'x', 4);
	memset(range, 'x', 4);
	columns[0] = env[0] = paths[0] = NULL;
	memset(&o, 0x55, sizeof(o));
	memset(&l, 0x55, sizeof(l));
	memset(&d, 0x55, sizeof(d));
	assert_int_equal(varve_rows_next(rows, &cells, &e), 1);
	assert_int_equal(varve_log_next(log, &commit, &e), 1);
	assert_int_equal(varve_log_next(log, &commit, &e), 1);
	assert_int_equal(varve_log_next(log, &commit, &e), 0);
	assert_int_equal(varve_diff_next(diff, &change, &e), 1);
	varve_rows_free(rows);
	varve_log_free(log);
	varve_diff_free(diff);
	varve_table_free(t);
	varve_table_free(before);
	varve_repo_free(repo);
}

/* Blocks, commits, settings of tables and files that come after the handle was opened. */
static void an_open_handle_sees_what_comes_later(void **state)
{
	varve_repo *repo = begin_repo();
	const char *const paths[] = {"late.csv"};
	varve_table *t;
	vv_prng r;
	known k;

	(void)state;
	make_history();
	t = table_of(repo, "HEAD:t.csv");
	varve_table_free(t);
	t = table_of(repo, "plain.csv");
	varve_table_free(t);
	vv_prng_init(&r, 77);
	k = known_random(&r, 90, VARVE_FORMAT_CSV);
	known_write(&k, "late.csv");
	t = table_of(repo, "late.csv");
	assert_true(varve_table_column(t, 2)->type != VARVE_TYPE_NUMBER);
	varve_table_free(t);
	known_describe(paths, 1);
	t = table_of(repo, "late.csv");
	assert_int_equal(varve_table_column(t, 2)->type, VARVE_TYPE_NUMBER);
	varve_table_free(t);
	varve("add late.csv");
	t = table_of(repo, ":late.csv");
	assert_int_equal(varve_table_info(t)->rows, 90);
	varve_table_free(t);
	varve("commit -q -m three");
	sh("git gc -q --prune=now");
	t = table_of(repo, "HEAD:late.csv");
	assert_int_equal(varve_table_info(t)->rows, 90);
	varve_table_free(t);
	known_free(&k);
	varve_repo_free(repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(handles_are_freed_in_any_order),
	cmocka_unit_test(free_accepts_null),
	cmocka_unit_test(a_forked_child_frees_what_its_parent_goes_on_with),
	cmocka_unit_test(a_forked_child_frees_a_log_that_is_still_listed),
	cmocka_unit_test(a_mailmap_that_changes_while_a_repository_is_open_counts),
	cmocka_unit_test(a_forked_child_frees_a_cursor_that_reads_ahead),
	cmocka_unit_test(a_forked_child_frees_a_transaction_that_its_parent_commits),
	cmocka_unit_test(a_forked_child_frees_a_stream_whose_arrays_are_made_ahead),
	cmocka_unit_test(options_are_copied),
	cmocka_unit_test(an_open_handle_sees_what_comes_later),
};
VV_TEST_SUITE(lifetime)
