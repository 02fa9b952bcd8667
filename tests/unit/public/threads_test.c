/*
 * Many threads with one repository and the same tables. The run with ThreadSanitizer (docs/develop/testing.md) is what these are
 * for; any run compares what each thread gets with what one alone gets.
 */
#include "tests/unit/public/fixture.h"

#include <pthread.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"

#define THREADS 8u
#define TURNS 3u

/* What all threads share. */
typedef struct shared {
	varve_repo *repo;
	varve_version *version;
	varve_table *before, *after, *plain;
	varve_filter *filter;
	varve_report *report;
	uint64_t expected[16]; /* by task */
} shared;

static uint64_t finish(vv_buf *b)
{
	uint64_t h = vv_xxh3(b->data, b->len, 0);

	vv_buf_clear(b);
	return h;
}

static void put_cells(vv_buf *b, const varve_cell *cells, size_t count)
{
	for (size_t i = 0; cells && i < count; i++) {
		vv_buf_put(b, cells[i].text, cells[i].len);
		vv_buf_putc(b, (char)('0' + cells[i].state));
	}
}

static uint64_t failed(vv_buf *b, int rc, const varve_error *e)
{
	print_error("%d: %s\n", rc, e->message);
	vv_buf_clear(b);
	return 0;
}

/* ---- tasks: each gives a number that says all of its outcome; 0: it failed ---- */

static uint64_t read_rows(const varve_table *t, const varve_filter *f)
{
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	vv_buf b = VV_BUF_INIT;
	const varve_cell *cells;
	varve_rows *rows;
	varve_error e;
	int rc;

	o.where = f;
	if ((rc = varve_rows_open(&rows, t, &o, &e)) == 0) {
		while ((rc = varve_rows_next(rows, &cells, &e)) > 0) {
			put_cells(&b, cells, KNOWN_COLUMNS);
		}
		varve_rows_free(rows);
	}
	return rc < 0 ? failed(&b, rc, &e) : finish(&b);
}

static uint64_t all_rows(const shared *s)
{
	return read_rows(s->after, NULL);
}

static uint64_t plain_rows(const shared *s)
{
	return read_rows(s->plain, NULL);
}

static uint64_t filtered_rows(const shared *s)
{
	return read_rows(s->after, s->filter);
}

static uint64_t find_and_read(const shared *s)
{
	varve_version *v = NULL;
	varve_table *t = NULL;
	varve_error e;
	uint64_t h = 0;

	if (varve_version_find(&v, s->repo, "HEAD~1:t.csv", &e) == 0 &&
	    varve_table_open(&t, v, NULL, &e) == 0) {
		h = read_rows(t, s->filter);
	}
	varve_table_free(t);
	varve_version_free(v);
	return h;
}

static uint64_t find_plain(const shared *s)
{
	varve_version *v = NULL;
	varve_table *t = NULL;
	varve_error e;
	uint64_t h = 0;

	if (varve_version_at(&v, s->repo, NULL, "t.csv", &e) == 0 &&
	    varve_table_open(&t, v, NULL, &e) == 0) {
		h = read_rows(t, NULL);
	}
	varve_table_free(t);
	varve_version_free(v);
	return h;
}

static uint64_t write_bytes(const shared *s)
{
	vv_buf b = VV_BUF_INIT;
	varve_error e;
	int rc;

	if ((rc = varve_version_write(s->version, 0, UINT64_MAX, gather, &b, NULL, &e)) < 0 ||
	    (rc = varve_version_write(s->version, 1000, 70000, gather, &b, NULL, &e)) < 0) {
		return failed(&b, rc, &e);
	}
	return finish(&b);
}

static uint64_t compare(const shared *s)
{
	varve_diff_options o = VARVE_INIT(varve_diff_options);
	vv_buf b = VV_BUF_INIT;
	const varve_row_change *c;
	varve_diff *d;
	varve_error e;
	int rc;

	if ((rc = varve_diff_open(&d, s->before, s->after, &o, &e)) == 0) {
		while ((rc = varve_diff_next(d, &c, &e)) > 0) {
			vv_buf_printf(&b, "%d %llu %llu\n", (int)c->kind,
				      (unsigned long long)c->old_row,
				      (unsigned long long)c->new_row);
			put_cells(&b, c->before, KNOWN_COLUMNS);
			put_cells(&b, c->after, KNOWN_COLUMNS);
		}
		varve_diff_free(d);
	}
	return rc < 0 ? failed(&b, rc, &e) : finish(&b);
}

static uint64_t walk_log(const shared *s)
{
	const char *const paths[] = {"t.csv", NULL};
	varve_log_options o = VARVE_INIT(varve_log_options);
	vv_buf b = VV_BUF_INIT;
	const varve_commit *c;
	varve_log *log;
	varve_error e;
	int rc;

	o.paths = paths;
	if ((rc = varve_log_open(&log, s->repo, &o, &e)) == 0) {
		while ((rc = varve_log_next(log, &c, &e)) > 0) {
			vv_buf_puts(&b, c->id);
			vv_buf_puts(&b, c->message);
		}
		varve_log_free(log);
	}
	return rc < 0 ? failed(&b, rc, &e) : finish(&b);
}

static uint64_t check(const shared *s)
{
	vv_buf b = VV_BUF_INIT;
	varve_report *r;
	varve_error e;
	int rc = varve_check_revision(&r, s->repo, "HEAD", NULL, NULL, &e);

	if (rc < 0) return failed(&b, rc, &e);
	for (uint64_t i = 0; i < varve_report_info(r)->kept; i++) {
		const varve_finding *f = varve_report_finding(r, i);

		vv_buf_printf(&b, "%s %llu\n", f->rule, (unsigned long long)f->line);
	}
	varve_report_free(r);
	return finish(&b);
}

static uint64_t check_file(const shared *s)
{
	vv_buf b = VV_BUF_INIT;
	varve_report *r;
	varve_error e;
	int rc = varve_check_file(&r, s->repo, "t.csv", NULL, &e);

	if (rc < 0) return failed(&b, rc, &e);
	vv_buf_printf(&b, "%llu", (unsigned long long)varve_report_info(r)->kept);
	varve_report_free(r);
	return finish(&b);
}

static uint64_t look_around(const shared *s)
{
	vv_buf b = VV_BUF_INIT;
	const varve_version_facts *facts;
	const varve_path_change *change;
	const varve_ref *ref;
	varve_versions *list;
	varve_changes *changes;
	varve_refs *refs;
	varve_error e;
	char id[VARVE_ID_SIZE];
	int rc;

	if ((rc = varve_rev_parse(id, s->repo, "HEAD~1", &e)) < 0 ||
	    (rc = varve_versions_open(&list, s->repo, NULL, &e)) < 0) {
		return failed(&b, rc, &e);
	}
	while ((rc = varve_versions_next(list, &facts, &e)) > 0) {
		vv_buf_printf(&b, "%s %s %llu\n", facts->path, facts->cid,
			      (unsigned long long)facts->rows);
	}
	varve_versions_free(list);
	if (rc < 0 || (rc = varve_changes_open(&changes, s->repo, NULL, &e)) < 0) {
		return failed(&b, rc, &e);
	}
	while (varve_changes_next(changes, &change, &e) > 0) {
		vv_buf_printf(&b, "%c%c %s\n", change->staged, change->work, change->path);
	}
	varve_changes_free(changes);
	if ((rc = varve_refs_open(&refs, s->repo, "", &e)) < 0) return failed(&b, rc, &e);
	while (varve_refs_next(refs, &ref, &e) > 0) {
		vv_buf_printf(&b, "%s %s\n", ref->name, ref->commit);
	}
	varve_refs_free(refs);
	vv_buf_puts(&b, id);
	return finish(&b);
}

static uint64_t look_up(const shared *s)
{
	const varve_text key = {"5000", 4};
	vv_buf b = VV_BUF_INIT;
	uint64_t row;
	varve_error e;
	int rc = varve_table_find_row(&row, s->before, &key, 1, NULL, &e);

	if (rc < 0) return failed(&b, rc, &e);
	vv_buf_printf(&b, "%llu", (unsigned long long)row);
	return finish(&b);
}

static uint64_t follow_row(const shared *s)
{
	const varve_text key = {"5000", 4};
	vv_buf b = VV_BUF_INIT;
	const varve_row_event *event;
	varve_row_history *h;
	varve_error e;
	int rc;

	if ((rc = varve_row_history_open(&h, s->repo, "t.csv", &key, 1, NULL, &e)) == 0) {
		while ((rc = varve_row_history_next(h, &event, &e)) > 0) {
			vv_buf_printf(&b, "%s %zu\n", event->commit, event->cell_count);
		}
		varve_row_history_free(h);
	}
	return rc < 0 ? failed(&b, rc, &e) : finish(&b);
}

static uint64_t write_report(const shared *s)
{
	vv_buf b = VV_BUF_INIT;
	varve_error e;
	int rc;

	vv_buf_printf(&b, "%llu", (unsigned long long)varve_report_info(s->report)->errors);
	if (varve_report_finding(s->report, 0)) {
		vv_buf_puts(&b, varve_report_finding(s->report, 0)->message);
	}
	if ((rc = varve_report_write(s->report, "json", gather, &b, &e)) < 0) {
		return failed(&b, rc, &e);
	}
	return finish(&b);
}

static uint64_t (*const tasks[])(const shared *s) = {
	all_rows, plain_rows, filtered_rows, find_and_read, find_plain, write_bytes, compare,
	walk_log, check,      check_file,    look_around,   look_up,    follow_row,  write_report};
#define TASKS (sizeof(tasks) / sizeof(tasks[0]))

/* ---- threads ---- */

static void begin(shared *s)
{
	const char *const paths[] = {"t.csv", "plain.csv"};
	vv_prng r;
	known first, second;
	varve_error e;

	s->repo = begin_repo();
	vv_prng_init(&r, 31);
	known_describe(paths, 2);
	first = known_random(&r, 6000, VARVE_FORMAT_CSV);
	second = known_edited(&r, &first, 300);
	known_write(&first, "t.csv");
	varve("add t.csv datapackage.json");
	varve("commit -q -m one");
	known_write(&second, "t.csv");
	varve("commit -q -a -m two");
	known_write(&first, "plain.csv");
	known_free(&first);
	known_free(&second);
	s->version = version_of(s->repo, "HEAD:t.csv");
	s->before = table_of(s->repo, "HEAD~1:t.csv");
	s->after = table_of(s->repo, "HEAD:t.csv");
	s->plain = table_of(s->repo, "plain.csv");
	s->filter = filter_of("price > 1 and day >= 2025-01-01");
	works(varve_check_revision(&s->report, s->repo, "HEAD", "", NULL, &e), &e);
	for (size_t i = 0; i < TASKS; i++) {
		s->expected[i] = tasks[i](s);
		assert_true(s->expected[i] != 0);
	}
}

static void end(shared *s)
{
	varve_table_free(s->before);
	varve_table_free(s->after);
	varve_table_free(s->plain);
	varve_filter_free(s->filter);
	varve_report_free(s->report);
	varve_version_free(s->version);
	varve_repo_free(s->repo);
}

typedef struct worker {
	pthread_t thread;
	const shared *s;
	size_t first;
	const char *wrong;
	char why[64];
} worker;

static void *work(void *payload)
{
	worker *w = payload;

	for (size_t i = 0; i < TURNS * TASKS && !w->wrong; i++) {
		size_t task = (w->first + i * 5) % TASKS;

		if (tasks[task](w->s) != w->s->expected[task]) {
			(void)snprintf(w->why, sizeof(w->why), "task %zu gave something else",
				       task);
			w->wrong = w->why;
		}
	}
	return NULL;
}

static void run(const shared *s, size_t only)
{
	worker workers[THREADS];

	memset(workers, 0, sizeof(workers));
	for (size_t i = 0; i < THREADS; i++) {
		workers[i].s = s;
		workers[i].first = only < TASKS ? only : i * 3;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		if (workers[i].wrong) {
			fail_msg("thread %zu: %s", i, workers[i].wrong);
		}
	}
}

static void threads_with_one_repository_get_what_one_alone_gets(void **state)
{
	shared s;

	(void)state;
	memset(&s, 0, sizeof(s));
	begin(&s);
	run(&s, TASKS);
	run(&s, 0);
	end(&s);
}

/* Each thread frees what it has, the last one all of it. */
typedef struct owner {
	pthread_t thread;
	varve_rows *rows;
	varve_diff *diff;
} owner;

static void *free_all(void *payload)
{
	owner *o = payload;
	const varve_cell *cells;
	const varve_row_change *change;

	(void)varve_rows_next(o->rows, &cells, NULL);
	(void)varve_diff_next(o->diff, &change, NULL);
	varve_rows_free(o->rows);
	varve_diff_free(o->diff);
	return NULL;
}

static void the_last_owner_frees_in_whatever_thread(void **state)
{
	shared s;
	owner owners[THREADS];
	varve_error e;

	(void)state;
	memset(&s, 0, sizeof(s));
	begin(&s);
	for (size_t i = 0; i < THREADS; i++) {
		varve_rows_options o = VARVE_INIT(varve_rows_options);

		o.where = s.filter;
		works(varve_rows_open(&owners[i].rows, s.before, &o, &e), &e);
		works(varve_diff_open(&owners[i].diff, s.before, s.after, NULL, &e), &e);
	}
	end(&s);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&owners[i].thread, NULL, free_all, &owners[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(owners[i].thread, NULL), 0);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(threads_with_one_repository_get_what_one_alone_gets),
	cmocka_unit_test(the_last_owner_frees_in_whatever_thread),
};
VV_TEST_SUITE(threads)
