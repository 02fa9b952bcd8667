/*
 * Out of memory in every function that allocates: for each story the n-th allocation of the library fails, for n = 1, 2, ...
 * until the story comes through. It ends with VARVE_ENOMEM, or with what it gives otherwise where the allocation was for
 * something that can be done without (a cache, a hint), and nothing that was allocated stays.
 */
#include "tests/unit/public/fixture.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"

/* ---- allocations that fail ---- */

static vv_sys usual;
static atomic_long left; /* allocations until the one that fails; below 0: none fails any more */

static bool strikes(void)
{
	return atomic_fetch_sub(&left, 1) == 1;
}

static void *some(size_t size)
{
	return strikes() ? NULL : usual.malloc(size);
}

static void *some_zeroed(size_t count, size_t size)
{
	return strikes() ? NULL : usual.calloc(count, size);
}

static void *some_more(void *p, size_t size)
{
	return strikes() ? NULL : usual.realloc(p, size);
}

static void fail_nth(long n)
{
	usual = vv_sys_ops;
	atomic_store(&left, n);
	vv_sys_ops.malloc = some;
	vv_sys_ops.calloc = some_zeroed;
	vv_sys_ops.realloc = some_more;
}

/* Did it strike? */
static bool fail_none(void)
{
	vv_sys_ops = usual;
	return atomic_load(&left) <= 0;
}

/* ---- what stays: each block of this process that was not freed. Sanitizers have their own ---- */

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTED 1
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);
static atomic_long blocks;

void *malloc(size_t size)
{
	void *p = __libc_malloc(size);

	atomic_fetch_add(&blocks, p != NULL);
	return p;
}

void *calloc(size_t count, size_t size)
{
	void *p = __libc_calloc(count, size);

	atomic_fetch_add(&blocks, p != NULL);
	return p;
}

void *realloc(void *p, size_t size)
{
	void *q = __libc_realloc(p, size);

	atomic_fetch_add(&blocks, !p && q);
	atomic_fetch_sub(&blocks, p && !q && size == 0);
	return q;
}

void free(void *p)
{
	atomic_fetch_sub(&blocks, p != NULL);
	__libc_free(p);
}
#else
#define COUNTED 0
static atomic_long blocks;
#endif

/* ---- stories ---- */

typedef struct story {
	const char *name;
	int (*run)(varve_error *err);
	bool changes; /* the repository: it begins with a fresh copy */
} story;

static char row_key[32]; /* of a row of HEAD:t.csv */

static int open_repo(varve_repo **out, varve_error *err)
{
	varve_repo_options o = VARVE_INIT(varve_repo_options);

	o.flags = VARVE_OPEN_ENVIRON;
	return varve_repo_open(out, ".", &o, err);
}

static int open_table(varve_repo **repo, varve_table **t, const char *word, varve_error *err)
{
	varve_version *v = NULL;
	int rc = *repo ? 0 : open_repo(repo, err);

	*t = NULL;
	if (rc == 0 && (rc = varve_version_find(&v, *repo, word, err)) == 0) {
		rc = varve_table_open(t, v, NULL, err);
	}
	varve_version_free(v);
	return rc;
}

static int opening(varve_error *err)
{
	varve_repo *repo = NULL;
	char value[64];
	size_t len;
	int rc = open_repo(&repo, err);

	if (rc == 0 &&
	    (rc = varve_repo_config(value, sizeof(value), &len, repo, "user.name", err)) >= 0) {
		(void)varve_repo_state(repo);
	}
	varve_repo_free(repo);
	return rc;
}

static int init_bare(varve_error *err)
{
	varve_repo_options o = VARVE_INIT(varve_repo_options);
	varve_repo *repo = NULL;
	int rc;

	o.flags = VARVE_OPEN_ENVIRON | VARVE_INIT_BARE;
	rc = varve_repo_init(&repo, "bare", &o, NULL, err);
	varve_repo_free(repo);
	return rc;
}

static int reading(varve_error *err)
{
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	varve_filter *f = NULL;
	varve_repo *repo = NULL;
	varve_table *t = NULL;
	varve_rows *rows = NULL;
	const varve_cell *cells;
	int rc = open_table(&repo, &t, "HEAD:t.csv", err);

	if (rc == 0 &&
	    (rc = varve_filter_parse(&f, "price > 1 and code != 'x'", NULL, 0, err)) == 0) {
		o.where = f;
		rc = varve_rows_open(&rows, t, &o, err);
	}
	while (rc == 0 && (rc = varve_rows_next(rows, &cells, err)) > 0) {
		rc = 0;
	}
	varve_rows_free(rows);
	varve_filter_free(f);
	varve_table_free(t);
	varve_repo_free(repo);
	return rc;
}

/* replace() makes a text, round() computes with a fraction of long numbers. */
static int calling(varve_error *err)
{
	const varve_value texts[] = {{.kind = VARVE_VALUE_TEXT, .text = {"a-b", 3}},
				     {.kind = VARVE_VALUE_TEXT, .text = {"-", 1}},
				     {.kind = VARVE_VALUE_TEXT, .text = {"+", 1}}},
			  number = {.kind = VARVE_VALUE_DECIMAL,
				    .text = {"1234567890123456789.5", 21}};
	varve_function *f;
	varve_value out;
	int rc = 0;

	for (size_t i = 0; rc == 0 && (rc = varve_function_open(&f, i, err)) == 0; i++) {
		const char *name = varve_function_info(f)->name;

		rc = strcmp(name, "replace") == 0 ? varve_function_call(&out, f, texts, 3, err)
		     : strcmp(name, "round") == 0 ? varve_function_call(&out, f, &number, 1, err)
						  : 0;
		varve_function_free(f);
	}
	return rc == VARVE_ENOTFOUND ? 0 : rc;
}

static int reading_plain(varve_error *err)
{
	varve_repo *repo = NULL;
	varve_table *t = NULL;
	varve_rows *rows = NULL;
	const varve_cell *cells;
	int rc = open_table(&repo, &t, "plain.csv", err);

	if (rc == 0) {
		rc = varve_rows_open(&rows, t, NULL, err);
	}
	while (rc == 0 && (rc = varve_rows_next(rows, &cells, err)) > 0) {
		rc = 0;
	}
	varve_rows_free(rows);
	varve_table_free(t);
	varve_repo_free(repo);
	return rc;
}

static int finding_a_row(varve_error *err)
{
	const varve_text key = {row_key, strlen(row_key)};
	varve_repo *repo = NULL;
	varve_table *t = NULL;
	uint64_t row;
	int rc = open_table(&repo, &t, "HEAD:t.csv", err);

	if (rc == 0) {
		rc = varve_table_find_row(&row, t, &key, 1, NULL, err);
	}
	varve_table_free(t);
	varve_repo_free(repo);
	return rc;
}

static int bytes(varve_error *err)
{
	vv_buf b = VV_BUF_INIT;
	varve_repo *repo = NULL;
	varve_version *v = NULL;
	int rc = open_repo(&repo, err);

	if (rc == 0 && (rc = varve_version_find(&v, repo, "HEAD:t.csv", err)) == 0) {
		rc = varve_version_write(v, 10, 5000, gather, &b, NULL, err);
	}
	varve_version_free(v);
	varve_repo_free(repo);
	vv_buf_clear(&b);
	return rc;
}

static int comparing(varve_error *err)
{
	varve_repo *repo = NULL;
	varve_table *a = NULL, *b = NULL;
	varve_diff *d = NULL;
	const varve_row_change *c;
	const varve_diff_counts *counts;
	int rc = open_table(&repo, &a, "HEAD~1:t.csv", err);

	if (rc == 0 && (rc = open_table(&repo, &b, "HEAD:t.csv", err)) == 0 &&
	    (rc = varve_diff_open(&d, a, b, NULL, err)) == 0 &&
	    (rc = varve_diff_next(d, &c, err)) >= 0) {
		rc = varve_diff_count(&counts, d, err);
	}
	varve_diff_free(d);
	varve_table_free(b);
	varve_table_free(a);
	varve_repo_free(repo);
	return rc;
}

static int history(varve_error *err)
{
	const char *const paths[] = {"t.csv", NULL};
	const varve_text key = {row_key, strlen(row_key)};
	varve_log_options o = VARVE_INIT(varve_log_options);
	varve_repo *repo = NULL;
	varve_log *log = NULL;
	varve_refs *refs = NULL;
	varve_row_history *h = NULL;
	const varve_commit *commit;
	const varve_row_event *event;
	const varve_ref *ref;
	char id[VARVE_ID_SIZE];
	int rc = open_repo(&repo, err);

	o.paths = paths;
	if (rc == 0 && (rc = varve_rev_parse(id, repo, "HEAD~1", err)) == 0 &&
	    (rc = varve_refs_open(&refs, repo, "", err)) == 0 &&
	    (rc = varve_refs_next(refs, &ref, err)) >= 0 &&
	    (rc = varve_log_open(&log, repo, &o, err)) == 0 &&
	    (rc = varve_log_next(log, &commit, err)) >= 0 &&
	    (rc = varve_row_history_open(&h, repo, "t.csv", &key, 1, NULL, err)) == 0) {
		rc = varve_row_history_next(h, &event, err);
	}
	varve_row_history_free(h);
	varve_log_free(log);
	varve_refs_free(refs);
	varve_repo_free(repo);
	return rc;
}

static int blame(varve_error *err)
{
	varve_repo *repo = NULL;
	varve_blame *b = NULL;
	int rc = open_repo(&repo, err);

	if (rc == 0) {
		rc = varve_blame_open(&b, repo, "t.csv", NULL, err);
	}
	varve_blame_free(b);
	varve_repo_free(repo);
	return rc;
}

static int lists(varve_error *err)
{
	varve_repo *repo = NULL;
	varve_versions *versions = NULL;
	varve_changes *changes = NULL;
	varve_conflicts *conflicts = NULL;
	const varve_version_facts *facts;
	const varve_path_change *change;
	const varve_conflict *conflict;
	int rc = open_repo(&repo, err);

	if (rc == 0 && (rc = varve_versions_open(&versions, repo, NULL, err)) == 0 &&
	    (rc = varve_versions_next(versions, &facts, err)) >= 0 &&
	    (rc = varve_changes_open(&changes, repo, NULL, err)) == 0 &&
	    (rc = varve_changes_next(changes, &change, err)) >= 0 &&
	    (rc = varve_conflicts_open(&conflicts, repo, NULL, NULL, err)) == 0) {
		rc = varve_conflicts_next(conflicts, &conflict, err);
	}
	varve_conflicts_free(conflicts);
	varve_changes_free(changes);
	varve_versions_free(versions);
	varve_repo_free(repo);
	return rc;
}

static int checking(varve_error *err)
{
	varve_check_options o = VARVE_INIT(varve_check_options);
	vv_buf b = VV_BUF_INIT;
	varve_repo *repo = NULL;
	varve_report *r = NULL;
	int rc = open_repo(&repo, err);

	o.flags = VARVE_CHECK_NO_CACHE;
	if (rc == 0 && (rc = varve_check_revision(&r, repo, "HEAD", NULL, &o, err)) >= 0) {
		rc = varve_report_write(r, "json", gather, &b, err);
	}
	varve_report_free(r);
	r = NULL;
	if (rc >= 0) {
		rc = varve_check_file(&r, repo, "plain.csv", NULL, err);
	}
	varve_report_free(r);
	varve_repo_free(repo);
	vv_buf_clear(&b);
	return rc;
}

typedef struct text {
	const char *at;
	size_t len;
} text;

static int64_t read_text(void *payload, void *buf, size_t len, varve_error *err)
{
	text *t = payload;
	size_t n = t->len < len ? t->len : len;

	(void)err;
	memcpy(buf, t->at, n);
	t->at += n;
	t->len -= n;
	return (int64_t)n;
}

static int writing(varve_error *err)
{
	static const char rows[] = "id,v\n1,a\n2,b\n3,c\n";
	text t = {rows, sizeof(rows) - 1};
	const varve_txn_result *result;
	varve_repo *repo = NULL;
	varve_txn *txn = NULL;
	char id[VARVE_ID_SIZE];
	int rc = open_repo(&repo, err);

	if (rc == 0 && (rc = varve_txn_open(&txn, repo, NULL, err)) == 0 &&
	    (rc = varve_txn_put(txn, "new.csv", read_text, &t, NULL, err)) == 0 &&
	    (rc = varve_txn_next(txn, &result, err)) >= 0) {
		rc = varve_txn_commit(id, txn, "new", NULL, err);
	}
	varve_txn_free(txn);
	varve_repo_free(repo);
	return rc;
}

static int merging(varve_error *err)
{
	varve_merge_result result = VARVE_INIT(varve_merge_result);
	varve_repo *repo = NULL;
	int rc = open_repo(&repo, err);

	if (rc == 0) {
		rc = varve_merge(&result, repo, "side", NULL, err);
	}
	varve_repo_free(repo);
	return rc;
}

static const story stories[] = {
	{"opening", opening, false},     {"reading", reading, false},
	{"plain", reading_plain, false}, {"find", finding_a_row, false},
	{"calling", calling, false},     {"bytes", bytes, false},
	{"diff", comparing, false},      {"history", history, false},
	{"blame", blame, false},         {"lists", lists, false},
	{"check", checking, false},      {"init", init_bare, true},
	{"write", writing, true},        {"merge", merging, true},
};

/* ---- the sweep ---- */

static void refresh(const story *s)
{
	if (s->changes) {
		assert_int_equal(chdir(".."), 0);
		sh("rm -rf r && cp -a kept r");
		assert_int_equal(chdir("r"), 0);
	}
}

/* Runs it once with the n-th failing. *grew: blocks that stayed. Did the failure strike? */
static bool attempt(const story *s, long n, long *grew)
{
	varve_error e;
	long before;
	bool struck;
	int rc;

	memset(&e, 0, sizeof(e));
	refresh(s);
	before = atomic_load(&blocks);
	fail_nth(n);
	rc = s->run(&e);
	struck = fail_none() && n > 0;
	*grew = atomic_load(&blocks) - before;
	if (rc < 0 && (!struck || rc != VARVE_ENOMEM)) {
		fail_msg("%s, allocation %ld: %d: %s", s->name, n, rc, e.message);
	}
	return struck;
}

static void sweep(const story *s)
{
	long grew = 0, n = 1;
	unsigned again = 0;
	bool struck;

	(void)attempt(s, 0, &grew); /* caches of other libraries fill */
	(void)attempt(s, 0, &grew);
	for (;; n += 1 + n / 12) {
		struck = attempt(s, n, &grew);
		/* what stays once may be another library's cache; a leak grows each time */
		for (again = 0; COUNTED && grew > 0 && again < 4; again++) {
			(void)attempt(s, n, &grew);
		}
		if (grew > 0 && COUNTED) {
			fail_msg("%s, allocation %ld: %ld blocks are not freed", s->name, n, grew);
		}
		if (!struck) {
			break;
		}
	}
	assert_true(n > 10);
}

static void begin(void)
{
	const char *const paths[] = {"t.csv", "plain.csv"};
	vv_prng r;
	known first, second;
	vv_auto(char) *path = vv_asprintf(VARVE_PROGRAMS ":%s", getenv("PATH"));

	(void)setenv("PATH", path, 1); /* git, which a merge runs, finds the filter there */
	varve_repo_free(begin_repo());
	vv_prng_init(&r, 77);
	known_describe(paths, 2);
	first = known_random(&r, 300, VARVE_FORMAT_CSV);
	second = known_edited(&r, &first, 30);
	known_write(&first, "t.csv");
	varve("add t.csv datapackage.json");
	varve("commit -q -m one");
	known_write(&second, "t.csv");
	varve("commit -q -a -m two");
	known_write(&first, "plain.csv");
	sh("export GIT_INDEX_FILE=../index && git read-tree HEAD~1 && "
	   "git update-index --add --cacheinfo \"100644,$(echo side | git hash-object -w --stdin),side.txt\" && "
	   "git update-ref refs/heads/side $(git commit-tree -p HEAD~1 -m side $(git write-tree))");
	(void)snprintf(row_key, sizeof(row_key), "%.*s", (int)known_at(&second, 100, 0)->len,
		       known_at(&second, 100, 0)->text);
	known_free(&first);
	known_free(&second);
	sh("cp -a ../r ../kept");
}

static void without_memory_a_call_fails_as_such_and_keeps_nothing(void **state)
{
	(void)state;
	begin();
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		sweep(&stories[i]);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_memory_a_call_fails_as_such_and_keeps_nothing),
};

VV_TEST_SUITE(memory)
