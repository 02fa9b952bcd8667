/*
 * Watches: a call whose progress function asks to stop, at its first, second ... call, ends as cancelled.
 */
#include "tests/unit/public/fixture.h"

#include <pthread.h>
#include <string.h>

typedef struct watcher {
	pthread_t thread;
	unsigned calls, stop_at; /* 0: never */
	bool elsewhere;
} watcher;

static int progress(void *payload, const varve_progress *p)
{
	watcher *w = payload;

	w->elsewhere = w->elsewhere || !pthread_equal(w->thread, pthread_self());
	assert_non_null(p->what);
	return ++w->calls == w->stop_at;
}

typedef struct given {
	varve_repo *repo;
	varve_version *version, *plain;
	varve_table *table, *before;
	varve_filter *filter;
} given;

static int call_open(const given *g, const varve_watch *watch, varve_error *e)
{
	varve_table_options o = VARVE_INIT(varve_table_options);
	varve_table *t;
	int rc;

	o.watch = watch;
	rc = varve_table_open(&t, g->plain, &o, e);
	varve_table_free(t);
	return rc;
}

static int read_all(const given *g, const varve_filter *where, const varve_watch *watch,
		    varve_error *e)
{
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	const varve_cell *cells;
	varve_rows *rows;
	int rc;

	o.watch = watch;
	o.where = where;
	if ((rc = varve_rows_open(&rows, g->table, &o, e)) < 0) return rc;
	while ((rc = varve_rows_next(rows, &cells, e)) > 0) {
	}
	if (rc < 0) { /* the same again */
		assert_int_equal(varve_rows_next(rows, &cells, NULL), rc);
	}
	varve_rows_free(rows);
	return rc;
}

static int call_rows(const given *g, const varve_watch *watch, varve_error *e)
{
	return read_all(g, NULL, watch, e);
}

static int call_filter(const given *g, const varve_watch *watch, varve_error *e)
{
	return read_all(g, g->filter, watch, e);
}

static int call_diff(const given *g, const varve_watch *watch, varve_error *e)
{
	varve_diff_options o = VARVE_INIT(varve_diff_options);
	const varve_diff_counts *counts;
	const varve_row_change *change;
	varve_diff *diff;
	int rc;

	o.watch = watch;
	if ((rc = varve_diff_open(&diff, g->before, g->table, &o, e)) == 0) {
		rc = varve_diff_count(&counts, diff, e);
		if (rc < 0) { /* the same again */
			assert_int_equal(varve_diff_count(&counts, diff, NULL), rc);
			assert_int_equal(varve_diff_next(diff, &change, NULL), rc);
		}
	}
	varve_diff_free(diff);
	return rc;
}

static int call_write(const given *g, const varve_watch *watch, varve_error *e)
{
	vv_buf b = VV_BUF_INIT;
	int rc = varve_version_write(g->version, 0, UINT64_MAX, gather, &b, watch, e);

	vv_buf_clear(&b);
	return rc;
}

static int call_range(const given *g, const varve_watch *watch, varve_error *e)
{
	vv_buf b = VV_BUF_INIT;
	int rc = varve_version_write(g->version, 10, 300000, gather, &b, watch, e);

	vv_buf_clear(&b);
	return rc;
}

static int call_check(const given *g, const varve_watch *watch, varve_error *e)
{
	varve_check_options o = VARVE_INIT(varve_check_options);
	varve_report *report;
	int rc;

	o.flags = VARVE_CHECK_NO_CACHE;
	o.watch = watch;
	rc = varve_check_revision(&report, g->repo, "HEAD", "", &o, e);
	varve_report_free(report);
	return rc;
}

static int call_find(const given *g, const varve_watch *watch, varve_error *e)
{
	const varve_text key = {"30000", 5};
	uint64_t row;

	return varve_table_find_row(&row, g->table, &key, 1, watch, e);
}

static int list_changes(const given *g, const char *from, const char *to, const varve_watch *watch,
			varve_error *e)
{
	varve_changes_options o = VARVE_INIT(varve_changes_options);
	varve_changes *changes;

	o.watch = watch;
	o.from = from;
	o.to = to;
	const int rc = varve_changes_open(&changes, g->repo, &o, e);
	varve_changes_free(changes);
	return rc;
}

static int call_changes(const given *g, const varve_watch *watch, varve_error *e)
{
	return list_changes(g, NULL, NULL, watch, e);
}

static int call_between(const given *g, const varve_watch *watch, varve_error *e)
{
	return list_changes(g, "HEAD~1", "HEAD", watch, e);
}

static const struct {
	const char *name;
	int (*call)(const given *g, const varve_watch *watch, varve_error *e);
} calls[] = {{"open", call_open},      {"rows", call_rows},   {"filter", call_filter},
	     {"diff", call_diff},      {"write", call_write}, {"range", call_range},
	     {"check", call_check},    {"find", call_find},   {"changes", call_changes},
	     {"between", call_between}};

static void begin(given *g)
{
	const char *const paths[] = {"t.csv", "plain.csv"};
	known first, second, third;
	vv_prng r;

	g->repo = begin_repo();
	vv_prng_init(&r, 41);
	known_describe(paths, 2);
	first = known_random(&r, 9000, VARVE_FORMAT_CSV);
	second = known_edited(&r, &first, 200);
	known_write(&first, "t.csv");
	varve("add t.csv datapackage.json");
	varve("commit -q -m one");
	known_write(&second, "t.csv");
	varve("commit -q -a -m two");
	known_write(&second, "plain.csv");
	third = known_edited(&r, &second, 200);
	known_write(&third, "t.csv");
	known_free(&third);
	known_free(&first);
	known_free(&second);
	g->version = version_of(g->repo, "HEAD:t.csv");
	g->plain = version_of(g->repo, "plain.csv");
	g->before = table_of(g->repo, "HEAD~1:t.csv");
	g->table = table_of(g->repo, "HEAD:t.csv");
	g->filter = filter_of("price > 1");
}

static void end(given *g)
{
	varve_version_free(g->version);
	varve_version_free(g->plain);
	varve_table_free(g->before);
	varve_table_free(g->table);
	varve_filter_free(g->filter);
	varve_repo_free(g->repo);
}

static void a_call_ends_where_its_watch_asks_to_stop(void **state)
{
	given g;

	(void)state;
	begin(&g);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		watcher w = {.thread = pthread_self()};
		varve_watch watch = VARVE_INIT(varve_watch);
		unsigned all, step;
		varve_error e;

		watch.progress = progress;
		watch.payload = &w;
		works(calls[i].call(&g, &watch, &e), &e);
		if (w.calls == 0 || w.elsewhere) {
			fail_msg("%s: %u calls%s", calls[i].name, w.calls,
				 w.elsewhere ? ", of another thread" : "");
		}
		all = w.calls;
		step = all > 40 ? all / 40 : 1;
		for (unsigned n = 1; n <= all; n += step) {
			int rc;

			w.calls = 0;
			w.stop_at = n;
			rc = calls[i].call(&g, &watch, &e);
			/* how often a call reports may differ a little from run to run */
			if (rc != VARVE_ECANCELLED && (rc != 0 || w.calls >= n)) {
				fail_msg("%s stopped at call %u of %u: %d %s", calls[i].name, n,
					 all, rc, rc < 0 ? e.message : "");
			}
		}
		works(calls[i].call(&g, NULL, &e), &e);
	}
	sh("git fsck --strict");
	end(&g);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_call_ends_where_its_watch_asks_to_stop),
};
VV_TEST_SUITE(watch)
