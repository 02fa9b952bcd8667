/* Tests of varve/write.h: what is put through the library comes out of it. */
#include "tests/unit/repo/git_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "varve/varve.h"

#define PRICES "id,price\n1,10\n2,20\n3,30\n"

#define ok(call) assert_ok((call), &err, __LINE__)
#define fails(code, call) assert_code((code), (call), &err, __LINE__)

static varve_error err;

static void assert_ok(int rc, const varve_error *e, int line)
{
	if (rc < 0) {
		fail_msg("line %d: %d: %s", line, rc, e->message);
	}
}

static void assert_code(int wanted, int rc, const varve_error *e, int line)
{
	if (rc != wanted || e->code != wanted || !e->message[0]) {
		fail_msg("line %d: %d instead of %d: %s", line, rc, wanted, e->message);
	}
}

typedef struct text {
	const char *bytes;
	size_t len, at, step;
	int code; /* in place of the end */
} text;

static int64_t read_text(void *payload, void *bytes, size_t len, varve_error *e)
{
	text *t = payload;
	size_t n = t->len - t->at;

	if (n == 0 && t->code) return varve_error_set(e, t->code, "the source broke");
	n = n < len ? n : len;
	n = t->step && n > t->step ? t->step : n;
	memcpy(bytes, t->bytes + t->at, n);
	t->at += n;
	return (int64_t)n;
}

static int put_bytes(varve_txn *txn, const char *path, const char *bytes, size_t len,
		     const varve_put_options *o)
{
	text t = {.bytes = bytes, .len = len, .step = 1 + len % 7};

	return varve_txn_put(txn, path, read_text, &t, o, &err);
}

static int put(varve_txn *txn, const char *path, const char *bytes)
{
	return put_bytes(txn, path, bytes, strlen(bytes), NULL);
}

static int take(void *payload, const void *bytes, size_t len, varve_error *e)
{
	vv_buf_put(payload, bytes, len);
	return ((vv_buf *)payload)->failed ? varve_error_set(e, VARVE_ENOMEM, NULL) : 0;
}

static void assert_stored(varve_repo *repo, const char *revision, const char *path,
			  const char *bytes, size_t len)
{
	varve_version *v = NULL;
	vv_buf out = VV_BUF_INIT;

	ok(varve_version_at(&v, repo, revision, path, &err));
	ok(varve_version_write(v, 0, UINT64_MAX, take, &out, NULL, &err));
	assert_int_equal(out.len, len);
	assert_memory_equal(vv_buf_cstr(&out), bytes, len);
	vv_buf_clear(&out);
	varve_version_free(v);
}

static varve_repo *open_repo(const char *path)
{
	varve_repo_options o = VARVE_INIT(varve_repo_options);
	varve_repo *repo;

	o.flags = VARVE_OPEN_ENVIRON;
	ok(varve_repo_open(&repo, path, &o, &err));
	return repo;
}

static varve_txn *open_txn(varve_repo *repo, const char *branch)
{
	varve_txn_options o = VARVE_INIT(varve_txn_options);
	varve_txn *txn;

	o.branch = branch;
	ok(varve_txn_open(&txn, repo, &o, &err));
	return txn;
}

/* CSV of many kinds, and bytes that are none. */
static void random_bytes(vv_prng *r, vv_buf *out)
{
	static const char *const cells[] = {"1",    "2.50", "x y", "\"a,\"\"b\"\"\"", "",
					    "\xff", "-0",   "é",   "\"two\nlines\""};
	const size_t rows = vv_prng_below(r, 40), columns = 1 + vv_prng_below(r, 4);
	const char *eol = vv_prng_below(r, 2) ? "\r\n" : "\n";

	vv_buf_reset(out);
	for (size_t i = 0; i < rows; i++) {
		for (size_t k = 0; k < columns; k++) {
			vv_buf_printf(out, "%s%s", k ? "," : "",
				      cells[vv_prng_below(r, sizeof(cells) / sizeof(cells[0]))]);
		}
		vv_buf_puts(out, i + 1 < rows || vv_prng_below(r, 2) ? eol : "");
	}
}

static void bytes_come_out_as_they_were_put(void **state)
{
	varve_put_options as_file = VARVE_INIT(varve_put_options);
	vv_buf csv = VV_BUF_INIT, file = VV_BUF_INIT, plain = VV_BUF_INIT;
	vv_prng random;
	varve_repo *repo;

	(void)state;
	as_file.flags = VARVE_PUT_AS_FILE;
	vv_prng_init(&random, 7);
	git_begin();
	repo = open_repo(".");
	for (int i = 0; i < 24; i++) {
		const bool aside = i % 2 == 1;
		char id[VARVE_ID_SIZE];
		varve_txn *txn;

		if (i == 1) {
			sh("git branch side");
		}
		txn = open_txn(repo, aside ? "side" : NULL);
		random_bytes(&random, &csv);
		random_bytes(&random, &file);
		random_bytes(&random, &plain);
		ok(put_bytes(txn, "in/t.csv", vv_buf_cstr(&csv), csv.len, NULL));
		ok(put_bytes(txn, "f.bin", vv_buf_cstr(&file), file.len, &as_file));
		ok(put_bytes(txn, "plain.txt", vv_buf_cstr(&plain), plain.len, NULL));
		ok(varve_txn_commit(id, txn, "random", NULL, &err));
		varve_txn_free(txn);
		assert_string_equal(id, out("git rev-parse %s", aside ? "side" : "HEAD"));
		assert_stored(repo, id, "in/t.csv", vv_buf_cstr(&csv), csv.len);
		assert_stored(repo, id, "f.bin", vv_buf_cstr(&file), file.len);
		assert_stored(repo, id, "plain.txt", vv_buf_cstr(&plain), plain.len);
		if (!aside) {
			assert_stored(repo, NULL, "in/t.csv", vv_buf_cstr(&csv), csv.len);
		}
	}
	varve_repo_free(repo);
	vv_buf_clear(&csv);
	vv_buf_clear(&file);
	vv_buf_clear(&plain);
}

static void results_have_facts(void **state)
{
	varve_put_options o = VARVE_INIT(varve_put_options);
	const char *key[] = {"id", NULL};
	const varve_txn_result *r, *later;
	varve_repo *repo;
	varve_txn *txn;

	(void)state;
	git_begin();
	repo = open_repo(".");
	txn = open_txn(repo, NULL);
	varve_repo_free(repo); /* in any order */
	o.key = key;
	ok(put_bytes(txn, "prices", PRICES, strlen(PRICES), &o));
	ok(put(txn, "note.txt", "x"));
	assert_int_equal(varve_txn_next(txn, &r, &err), 1);
	assert_int_equal(varve_txn_next(txn, &later, &err), 1);
	assert_string_equal(r->path, "prices");
	assert_int_equal(r->state, 'A');
	assert_true(r->stored && r->table);
	assert_int_equal(r->rows, 3);
	assert_int_equal(r->columns, 2);
	assert_int_equal(r->bytes, strlen(PRICES));
	assert_int_equal(strlen(r->cid), 59);
	assert_false(later->stored || later->table);
	assert_string_equal(later->cid, "");
	assert_int_equal(varve_txn_next(txn, &r, &err), 0);
	ok(varve_txn_stage(txn, &err));
	varve_txn_free(txn);
	assert_string_equal(out("git diff --cached --name-only 2>/dev/null || git ls-files"),
			    ".gitattributes\nnote.txt\nprices");
}

static void the_length_of_a_file_that_is_not_utf_8_is_that_of_its_bytes(void **state)
{
	static const char latin[] = "id,name\n1,caf\xe9\n2,t\xe9l\xe9\n3,a\n";
	const varve_txn_result *r;
	varve_repo *repo;
	varve_txn *txn;

	(void)state;
	git_begin();
	repo = open_repo(".");
	txn = open_txn(repo, NULL);
	varve_repo_free(repo);
	ok(put(txn, "latin.csv", latin));
	assert_int_equal(varve_txn_next(txn, &r, &err), 1);
	assert_true(r->stored && r->table);
	assert_int_equal(r->bytes, strlen(latin));
	varve_txn_free(txn);
}

static void versions_are_put_at_other_paths(void **state)
{
	varve_version *stored, *plain, *file;
	char id[VARVE_ID_SIZE];
	varve_repo *repo;
	varve_txn *txn;

	(void)state;
	git_begin();
	repo = open_repo(".");
	txn = open_txn(repo, NULL);
	ok(put(txn, "a.csv", PRICES));
	ok(put(txn, "b.txt", "text\n"));
	ok(varve_txn_commit(id, txn, "one", NULL, &err));
	ok(varve_version_at(&stored, repo, "HEAD", "a.csv", &err));
	ok(varve_version_at(&plain, repo, "HEAD", "b.txt", &err));
	ok(varve_version_at(&file, repo, NULL, "b.txt", &err));
	ok(varve_txn_put_version(txn, "c/a.csv", stored, 0, &err));
	ok(varve_txn_put_version(txn, "c/b.txt", plain, 0, &err));
	fails(VARVE_EUSAGE, varve_txn_put_version(txn, "d.txt", file, 0, &err));
	ok(varve_txn_remove(txn, "a.csv", 0, &err));
	ok(varve_txn_commit(id, txn, "two", NULL, &err));
	varve_txn_free(txn);
	assert_stored(repo, "HEAD", "c/a.csv", PRICES, strlen(PRICES));
	assert_string_equal(vv_test_read("c/a.csv", NULL), PRICES);
	assert_string_equal(vv_test_read("c/b.txt", NULL), "text\n");
	assert_int_equal(access("a.csv", F_OK), -1);
	varve_version_free(stored);
	varve_version_free(plain);
	varve_version_free(file);
	varve_repo_free(repo);
}

/* The bytes of a version. */
static void assert_version(const varve_version *v, const char *expected)
{
	vv_auto(vv_buf) got = VV_BUF_INIT;

	ok(varve_version_write(v, 0, UINT64_MAX, take, &got, NULL, &err));
	assert_string_equal(vv_buf_cstr(&got), expected);
}

static void what_was_put_is_read_before_the_commit(void **state)
{
	varve_version *csv, *note;
	varve_repo *repo;
	varve_txn *txn;

	(void)state;
	git_begin();
	repo = open_repo(".");
	txn = open_txn(repo, NULL);
	ok(put(txn, "a.csv", PRICES));
	ok(put(txn, "b.txt", "text\n"));
	ok(varve_txn_version(&csv, txn, "a.csv", &err));
	ok(varve_txn_version(&note, txn, "b.txt", &err));
	assert_version(csv, PRICES);
	assert_version(note, "text\n");
	varve_version_free(note);
	fails(VARVE_ENOTFOUND, varve_txn_version(&note, txn, "c.txt", &err));
	varve_txn_free(txn);
	assert_int_equal(access("a.csv", F_OK), -1);
	assert_string_equal(out("git ls-files; git rev-list --all"), "");
	assert_version(csv, PRICES); /* until gc */
	varve_version_free(csv);
	varve_repo_free(repo);
}

static void versions_of_another_repository_are_copied(void **state)
{
	varve_version *csv, *note;
	char id[VARVE_ID_SIZE];
	varve_repo *from, *to;
	varve_txn *txn;

	(void)state;
	git_begin();
	(void)out("git init -q ../other");
	from = open_repo(".");
	txn = open_txn(from, NULL);
	ok(put(txn, "a.csv", PRICES));
	ok(put(txn, "b.txt", "text\n"));
	ok(varve_txn_commit(id, txn, "one", NULL, &err));
	varve_txn_free(txn);
	ok(varve_version_at(&csv, from, "HEAD", "a.csv", &err));
	ok(varve_version_at(&note, from, "HEAD", "b.txt", &err));
	to = open_repo("../other");
	txn = open_txn(to, NULL);
	ok(varve_txn_put_version(txn, "in/a.csv", csv, 0, &err));
	ok(varve_txn_put_version(txn, "b.txt", note, 0, &err));
	ok(varve_txn_commit(id, txn, "taken over", NULL, &err));
	varve_txn_free(txn);
	varve_repo_free(from);
	assert_stored(to, id, "in/a.csv", PRICES, strlen(PRICES));
	assert_stored(to, id, "b.txt", "text\n", 5);
	varve_version_free(csv);
	varve_version_free(note);
	varve_repo_free(to);
}

static void files_are_added_by_path_whatever_the_current_folder(void **state)
{
	const char *paths[] = {"in/new.csv", "gone", NULL}, *some[] = {"in", NULL};
	varve_add_options o = VARVE_INIT(varve_add_options);
	varve_repo *repo;
	varve_txn *txn;

	(void)state;
	git_begin();
	vv_test_write_text("in/new.csv", PRICES);
	repo = open_repo(".");
	assert_int_equal(chdir(".."), 0);
	txn = open_txn(repo, NULL);
	fails(VARVE_ENOTFOUND, varve_txn_add(txn, paths, NULL, &err));
	fails(VARVE_ENOTFOUND, varve_txn_stage(txn, &err));
	varve_txn_free(txn);
	txn = open_txn(repo, NULL);
	o.flags = VARVE_ADD_UNTRACKED;
	ok(varve_txn_add(txn, some, &o, &err));
	ok(varve_txn_stage(txn, &err));
	varve_txn_free(txn);
	varve_repo_free(repo);
	assert_string_equal(out("git -C r ls-files"), ".gitattributes\nin/new.csv");
}

static void files_that_were_added_are_committed_at_once(void **state)
{
	const char *paths[] = {"new.csv", NULL};
	varve_add_options o = VARVE_INIT(varve_add_options);
	varve_repo *repo;
	varve_txn *txn;
	char id[VARVE_ID_SIZE];

	(void)state;
	git_begin();
	vv_test_write_text("new.csv", PRICES);
	repo = open_repo(".");
	o.flags = VARVE_ADD_UNTRACKED;
	txn = open_txn(repo, NULL);
	ok(varve_txn_add(txn, paths, &o, &err));
	ok(varve_txn_commit(id, txn, "one", NULL, &err));
	fails(VARVE_ENOCHANGE, varve_txn_commit(id, txn, "again", NULL, &err));
	varve_txn_free(txn);
	varve_repo_free(repo);
	assert_string_equal(out("git ls-tree -r --name-only HEAD"), ".gitattributes\nnew.csv");
}

static void a_bare_repository_can_be_written(void **state)
{
	char id[VARVE_ID_SIZE];
	varve_repo *repo;
	varve_txn *txn;

	(void)state;
	git_home();
	sh("git init -q --bare b.git");
	repo = open_repo("b.git");
	fails(VARVE_EUSAGE, varve_txn_open(&txn, repo, NULL, &err));
	assert_null(txn);
	txn = open_txn(repo, "main");
	fails(VARVE_EUSAGE, varve_txn_add(txn, NULL, NULL, &err));
	fails(VARVE_EUSAGE, varve_txn_stage(txn, &err));
	fails(VARVE_ENOCHANGE, varve_txn_commit(id, txn, "none", NULL, &err));
	assert_string_equal(id, "");
	varve_txn_free(txn);
	txn = open_txn(repo, "main");
	ok(put(txn, "p.csv", PRICES));
	ok(varve_txn_commit(id, txn, "one", NULL, &err));
	varve_txn_free(txn);
	assert_stored(repo, "main", "p.csv", PRICES, strlen(PRICES));
	varve_repo_free(repo);
}

/* --- several writers ---------------------------------------------------------------------- */

static varve_repo *open_again(void)
{
	varve_repo_options o = VARVE_INIT(varve_repo_options);
	varve_repo *repo;

	o.flags = VARVE_OPEN_ENVIRON;
	ok(varve_repo_open(&repo, ".", &o, &err));
	return repo;
}

static void commit_one(varve_repo *repo, const char *path, const char *bytes)
{
	char id[VARVE_ID_SIZE];
	varve_txn *t;

	ok(varve_txn_open(&t, repo, NULL, &err));
	ok(put(t, path, bytes));
	ok(varve_txn_commit(id, t, path, NULL, &err));
	varve_txn_free(t);
}

static pid_t begin_child(void)
{
	(void)fflush(NULL);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)alarm(120);
	}
	return pid;
}

static void child_ends_well(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void writers_in_several_processes_lose_nothing(void **state)
{
	enum { WRITERS = 3, ROUNDS = 10 };
	pid_t pids[WRITERS];
	char path[32];

	(void)state;
	git_begin();
	vv_repository_close(open_here());
	for (unsigned w = 0; w < WRITERS; w++) {
		if ((pids[w] = begin_child()) == 0) {
			for (unsigned n = 0; n < ROUNDS; n++) {
				varve_repo *repo = open_again();

				(void)snprintf(path, sizeof(path), "w%u-%u.csv", w, n);
				commit_one(repo, path, PRICES);
				varve_repo_free(repo);
			}
			_exit(0);
		}
	}
	for (unsigned w = 0; w < WRITERS; w++) {
		child_ends_well(pids[w]);
	}
	varve_repo *repo = open_again();
	for (unsigned i = 0; i < WRITERS * ROUNDS; i++) {
		(void)snprintf(path, sizeof(path), "w%u-%u.csv", i / ROUNDS, i % ROUNDS);
		assert_stored(repo, "HEAD", path, PRICES, strlen(PRICES));
	}
	varve_repo_free(repo);
	sh("git diff --cached --quiet");
}

/* Another process commits shared.csv, while this one waits to begin. */
static varve_txn *open_behind_another(varve_repo *repo, pid_t *other)
{
	varve_txn *t;
	int line[2];
	char c;

	assert_int_equal(pipe(line), 0);
	if ((*other = begin_child()) == 0) {
		char id[VARVE_ID_SIZE];
		varve_repo *own = open_again();

		ok(varve_txn_open(&t, own, NULL, &err));
		ok(put(t, "shared.csv", PRICES "4,40\n"));
		assert_int_equal(write(line[1], "x", 1), 1);
		(void)nanosleep(&(struct timespec){0, 400000000},
				NULL); /* the parent waits by now */
		ok(varve_txn_commit(id, t, "theirs", NULL, &err));
		varve_txn_free(t);
		varve_repo_free(own);
		_exit(0);
	}
	assert_int_equal(read(line[0], &c, 1), 1);
	close(line[0]);
	close(line[1]);
	ok(varve_txn_open(&t, repo, NULL, &err));
	return t;
}

static void bytes_put_over_what_another_writer_made_are_a_conflict(void **state)
{
	char id[VARVE_ID_SIZE];
	varve_repo *repo;
	varve_txn *t;
	pid_t other;

	(void)state;
	git_begin();
	vv_repository_close(open_here());
	repo = open_again();
	commit_one(repo, "shared.csv", PRICES);
	t = open_behind_another(repo, &other);
	fails(VARVE_ECONFLICT, put(t, "shared.csv", PRICES "5,50\n"));
	fails(VARVE_ECONFLICT, varve_txn_remove(t, "shared.csv", VARVE_PUT_REPLACE, &err));
	ok(put(t, "own.csv", PRICES));
	ok(varve_txn_commit(id, t, "own", NULL, &err));
	varve_txn_free(t);
	child_ends_well(other);
	assert_stored(repo, "HEAD", "shared.csv", PRICES "4,40\n", strlen(PRICES) + 5);
	assert_stored(repo, "HEAD", "own.csv", PRICES, strlen(PRICES));
	sh("git diff --cached --quiet");
	/* What it has seen it may replace. */
	commit_one(repo, "shared.csv", PRICES "5,50\n");
	varve_repo_free(repo);
}

static void what_makes_no_sense_is_refused(void **state)
{
	varve_put_options o = VARVE_INIT(varve_put_options);
	varve_commit_options c = VARVE_INIT(varve_commit_options);
	text broken = {.bytes = PRICES, .len = strlen(PRICES), .code = VARVE_ECANCELLED};
	char id[VARVE_ID_SIZE];
	varve_repo *repo;
	varve_txn *txn;

	(void)state;
	git_begin();
	repo = open_repo(".");
	txn = open_txn(repo, NULL);
	o.flags = 1u << 30;
	fails(VARVE_ENOSUPPORT, put_bytes(txn, "a.csv", PRICES, 5, &o));
	o.flags = VARVE_PUT_AS_FILE | VARVE_PUT_AS_TABLE;
	fails(VARVE_EUSAGE, put_bytes(txn, "a.csv", PRICES, 5, &o));
	o.flags = VARVE_PUT_AS_TABLE;
	o.size = 0;
	fails(VARVE_EUSAGE, put_bytes(txn, "a.csv", PRICES, 5, &o));
	fails(VARVE_EREFUSED, put(txn, ".git/config", "x"));
	sh("echo own > untracked.csv");
	fails(VARVE_EREFUSED, put(txn, "untracked.csv", PRICES));
	assert_string_equal(err.message,
			    "'untracked.csv' exists, and is not tracked, so it would be lost");
	fails(VARVE_ECANCELLED, varve_txn_put(txn, "a.csv", read_text, &broken, NULL, &err));
	broken.at = 0;
	fails(VARVE_ECANCELLED, varve_txn_put(txn, "a.txt", read_text, &broken, NULL, &err));
	c.expect = "HEAD";
	ok(put(txn, "b.csv", PRICES));
	fails(VARVE_EUSAGE, varve_txn_commit(id, txn, "x", &c, &err));
	c.expect = NULL;
	c.author = "Ada <ada@example.com>";
	c.time = 1580702706;
	c.offset = 60;
	ok(varve_txn_commit(id, txn, "x", &c, &err));
	assert_string_equal(out("git log -1 --format='%%an %%ad' --date=raw"),
			    "Ada 1580702706 +0100");
	assert_string_equal(out("git ls-files"), ".gitattributes\nb.csv");
	varve_txn_free(txn);
	varve_txn_free(NULL);
	varve_repo_free(repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(bytes_come_out_as_they_were_put),
	cmocka_unit_test(results_have_facts),
	cmocka_unit_test(the_length_of_a_file_that_is_not_utf_8_is_that_of_its_bytes),
	cmocka_unit_test(what_was_put_is_read_before_the_commit),
	cmocka_unit_test(versions_of_another_repository_are_copied),
	cmocka_unit_test(versions_are_put_at_other_paths),
	cmocka_unit_test(files_are_added_by_path_whatever_the_current_folder),
	cmocka_unit_test(files_that_were_added_are_committed_at_once),
	cmocka_unit_test(a_bare_repository_can_be_written),
	cmocka_unit_test(writers_in_several_processes_lose_nothing),
	cmocka_unit_test(bytes_put_over_what_another_writer_made_are_a_conflict),
	cmocka_unit_test(what_makes_no_sense_is_refused),
};

VV_TEST_SUITE(txn)
