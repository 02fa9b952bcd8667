/*
 * Tests of cmd/web/model: work that ends when its time is over and goes on where it ended, browsers
 * that have gone, what is remembered, histograms.
 */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "cmd/web/model/compare.h"
#include "cmd/web/model/histogram.h"
#include "cmd/web/model/history.h"
#include "cmd/web/model/memo.h"
#include "cmd/web/model/values.h"
#include "cmd/web/pages/page.h"

#define ROWS 20000u
#define EVERY 1999u /* rows that a filter finds */

static void varve(const char *a, const char *b, const char *c, const char *d)
{
	const char *words[] = {b, c, d};
	char *argv[4] = {NULL};
	int argc = 0;

	for (size_t i = 0; i < 3 && words[i]; i++) {
		argv[argc++] = (char *)(uintptr_t)words[i];
	}
	assert_int_equal(vv_command_run(vv_tool_find(&vv_varve, a), argc, argv), 0);
}

/* other: the note of rows without the mark. */
static void commit_rows(const char *mark, const char *other)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, "id,name,note\n");
	for (unsigned i = 0; i < ROWS; i++) {
		vv_buf_printf(&b, "%u,name %u,%s\n", i, i * 7919 % 10007,
			      i % EVERY == 0 ? mark : other);
	}
	vv_test_write("t.csv", b.data, b.len);
	vv_buf_clear(&b);
	varve("add", "t.csv", NULL, NULL);
	varve("commit", "-qm", mark, NULL);
}

/* A repository with two versions of t.csv as the current folder. */
static void begin(void)
{
	int fd = open("/dev/null", O_WRONLY);

	assert_true(fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
	(void)close(fd);
	assert_int_equal(chdir(vv_test_dir()), 0);
	assert_int_equal(setenv("HOME", vv_test_dir(), 1), 0);
	assert_int_equal(setenv("GIT_CONFIG_NOSYSTEM", "1", 1), 0);
	assert_int_equal(setenv("GIT_AUTHOR_NAME", "A", 1) |
				 setenv("GIT_AUTHOR_EMAIL", "a@example.com", 1) |
				 setenv("GIT_COMMITTER_NAME", "C", 1) |
				 setenv("GIT_COMMITTER_EMAIL", "c@example.com", 1),
			 0);
	varve("init", "-q", NULL, NULL);
	commit_rows("first", "other");
	commit_rows("second", "other");
}

static vv_web_table *open_table(vv_web_visit *v)
{
	vv_web_commit c;
	vv_web_table *t;
	bool fixed;
	vv_error err;

	vv_assert_ok(vv_web_visit_begin(v, vv_test_dir(), vv_test_env(), &err), &err);
	vv_assert_ok(vv_web_commit_find(v, "HEAD", &c, &fixed, &err), &err);
	vv_assert_ok(vv_web_table_open(v, &c, "t.csv", &t, &err), &err);
	return t;
}

static void a_search_whose_time_is_over_goes_on_where_it_ended(void **state)
{
	const vv_web_filter filter = {"note", VV_WEB_EQ, "second"};
	vv_web_rows_query q = {.filters = &filter, .filter_count = 1};
	vv_web_visit v = {.until_ms = 1}; /* long ago: one row group a call */
	vv_web_table *t;
	vv_web_rows rows;
	vv_error err;
	uint64_t found = 0;
	unsigned calls = 0;

	(void)state;
	begin();
	t = open_table(&v);
	do {
		vv_assert_ok(vv_web_rows_read(&v, t, &q, &rows, &err), &err);
		for (size_t i = 0; i < rows.count; i++) {
			assert_int_equal(rows.rows[i].number, found * EVERY);
			found++;
		}
		assert_true(rows.complete || rows.time_over);
		assert_true(rows.complete || rows.next > q.from);
		assert_false(rows.counted && !rows.complete);
		q.from = rows.next;
		calls++;
	} while (!rows.complete && calls < ROWS);
	assert_int_equal(found, (ROWS + EVERY - 1) / EVERY);
	assert_true(calls > 3);
	vv_web_visit_end(&v);
}

static void a_history_whose_time_is_over_skips_the_rest_of_the_events_to_skip(void **state)
{
	vv_web_visit v = {.until_ms = 1}; /* one event a call */
	vv_web_life life;
	vv_error err;

	(void)state;
	begin();
	const vv_web_table *t = open_table(&v);
	const vv_web_life_query q = {.from = &t->commit, .path = "t.csv", .key = "0", .skip = 2};
	vv_assert_ok(vv_web_row_life(&v, &q, &life, &err), &err);
	assert_false(life.complete);
	assert_int_equal(life.count, 0);
	assert_int_equal(strlen(life.next), VV_OID_TEXT);
	assert_int_equal(life.skip, 1);
	vv_web_visit_end(&v);
}

static void values_that_were_not_all_read_say_so_and_are_not_remembered(void **state)
{
	vv_block_cache *memo = vv_block_cache_new(1u << 20);
	vv_web_visit v = {.until_ms = 1, .memo = memo};
	vv_web_values s;
	vv_web_table *t;
	vv_error err;

	(void)state;
	begin();
	t = open_table(&v);
	vv_assert_ok(vv_web_values_read(&v, t, 0, NULL, 3, &s, &err), &err);
	assert_false(s.complete);
	assert_true(s.looked_at > 0 && s.looked_at < ROWS);
	v.until_ms = 0;
	vv_assert_ok(vv_web_values_read(&v, t, 0, NULL, 3, &s, &err), &err);
	assert_true(s.complete);
	assert_int_equal(s.looked_at, ROWS);
	assert_int_equal(s.distinct, ROWS);
	vv_web_visit_end(&v);
	/* and now they are: no time is needed */
	v = (vv_web_visit){.until_ms = 1, .memo = memo};
	t = open_table(&v);
	vv_assert_ok(vv_web_values_read(&v, t, 0, NULL, 3, &s, &err), &err);
	assert_true(s.complete);
	assert_string_equal(s.least.text, "0");
	assert_string_equal(s.greatest.text, "19999");
	vv_web_visit_end(&v);
	vv_block_cache_free(memo);
}

/* The page of t.csv at HEAD, compared with HEAD~1, when its time is over at once. */
static void make_page_of(vv_buf *out, vv_status (*make)(vv_page *, vv_buf *, vv_error *),
			 vv_web_address at)
{
	vv_web_visit v = {.until_ms = 1};
	vv_web_asked asked = {.address = &at, .visit = &v, .repository = "r"};
	vv_page p = {0};
	bool fixed;
	vv_error err;

	vv_assert_ok(vv_web_visit_begin(&v, vv_test_dir(), vv_test_env(), &err), &err);
	vv_assert_ok(vv_web_commit_find(&v, "HEAD", &asked.commit, &fixed, &err), &err);
	vv_assert_ok(vv_web_commit_find(&v, "HEAD~1", &asked.other, &fixed, &err), &err);
	vv_page_init(&p, &asked, NULL);
	vv_assert_ok(make(&p, out, &err), &err);
	assert_true(p.passing);
	vv_page_clear(&p);
	vv_web_visit_end(&v);
}

static void make_page(vv_buf *out, vv_status (*make)(vv_page *, vv_buf *, vv_error *))
{
	make_page_of(out, make, (vv_web_address){.base = "", .path = "t.csv"});
}

static void a_page_whose_time_is_over_says_that_its_order_is_incomplete(void **state)
{
	const vv_web_address at = {
		.base = "", .path = "t.csv", .place = VV_WEB_AT_TABLE, .rows = {.sort = "id"}};
	vv_buf html = VV_BUF_INIT;

	(void)state;
	begin();
	make_page_of(&html, vv_page_table, at);
	vv_assert_contains(vv_buf_cstr(&html), "not all rows were sorted");
	assert_null(strstr(vv_buf_cstr(&html), "Go on searching"));
	vv_buf_clear(&html);
}

static void pages_whose_time_is_over_show_no_figures_of_a_part_as_those_of_the_table(void **state)
{
	vv_buf html = VV_BUF_INIT;

	(void)state;
	begin();
	make_page(&html, vv_page_column);
	vv_assert_contains(vv_buf_cstr(&html), "The time limit of this page was reached");
	assert_null(strstr(vv_buf_cstr(&html), "data-c=\"Missing\">0"));
	assert_null(strstr(vv_buf_cstr(&html), "data-c=\"Least\">0"));
	vv_buf_reset(&html);
	commit_rows("third", "another"); /* changes all rows */
	make_page(&html, vv_page_compare);
	vv_assert_contains(vv_buf_cstr(&html), "<title>t.csv: at least ");
	vv_assert_contains(vv_buf_cstr(&html), "At least ");
	vv_assert_contains(vv_buf_cstr(&html), "changed so far");
	vv_buf_clear(&html);
}

static bool has_gone(void *payload)
{
	(void)payload;
	return true;
}

static void work_for_a_browser_that_has_gone_ends(void **state)
{
	const vv_web_rows_query q = {.search = "nowhere"};
	vv_web_visit v = {.gone = has_gone};
	vv_web_table *t;
	vv_web_rows rows;
	vv_error err;

	(void)state;
	begin();
	t = open_table(&v);
	vv_assert_status(vv_web_rows_read(&v, t, &q, &rows, &err), VV_EIO, &err);
	vv_web_visit_end(&v);
}

static void what_is_remembered_stays_below_the_limit(void **state)
{
	vv_block_cache *m = vv_block_cache_new(20000);
	vv_buf key = VV_BUF_INIT, out = VV_BUF_INIT;
	char value[1000];
	unsigned here = 0;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		memset(value, (int)i, sizeof(value));
		vv_buf_reset(&key);
		vv_buf_printf(&key, "key %u", i);
		vv_web_memo_put(m, &key, value, sizeof(value));
		vv_buf_reset(&out);
		assert_true(vv_web_memo_get(m, &key, &out));
		assert_memory_equal(out.data, value, sizeof(value));
	}
	value[0] = 'x';
	vv_web_memo_put(m, &key, value, sizeof(value)); /* in the place of the last one */
	vv_buf_reset(&out);
	assert_true(vv_web_memo_get(m, &key, &out));
	assert_memory_equal(out.data, value, sizeof(value));
	for (unsigned i = 0; i < 200; i++) {
		vv_buf_reset(&key);
		vv_buf_printf(&key, "key %u", i);
		vv_buf_reset(&out);
		here += vv_web_memo_get(m, &key, &out);
	}
	assert_true(here > 5 && here < 20);
	for (unsigned i = 0; i < 2000; i++) { /* also of short ones, which themselves take memory */
		vv_buf_reset(&key);
		vv_buf_printf(&key, "short %u", i);
		vv_web_memo_put(m, &key, "x", 1);
	}
	here = 0;
	for (unsigned i = 0; i < 2000; i++) {
		vv_buf_reset(&key);
		vv_buf_printf(&key, "short %u", i);
		here += vv_web_memo_get(m, &key, &out);
	}
	assert_in_range(here, 20, 20000 / sizeof(vv_blob));
	assert_false(vv_web_memo_get(NULL, &key, &out));
	vv_buf_clear(&key);
	vv_buf_clear(&out);
	vv_block_cache_free(m);
}

static void bars_count_every_number_between_their_edges(void **state)
{
	static const double scales[] = {1e-9, 1, 7.3, 1e12};
	vv_web_number numbers[VV_WEB_NUMBERS];
	vv_web_bar bars[40];

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		vv_web_histogram h = {.numbers = numbers};
		double values[3000];
		uint64_t sum = 0;
		size_t count;

		for (size_t i = 0; i < 3000; i++) {
			values[i] = ((double)(i * 7919 % 3001) - 1000) * scales[k];
			vv_web_histogram_add(&h, values[i]);
		}
		vv_web_histogram_add(&h, NAN);
		vv_web_histogram_add(&h, INFINITY);
		assert_int_equal(vv_web_histogram_bars(&h, 1, bars, 40, &count), 0);
		assert_in_range(count, 5, 40);
		for (size_t b = 0; b < count; b++) {
			uint64_t inside = 0;

			for (size_t i = 0; i < 3000; i++) {
				inside += values[i] >= bars[b].from && values[i] < bars[b].to;
			}
			/* an edge is a rounded number: one more or less may lie on it */
			assert_true(inside + 1 >= bars[b].rows && inside <= bars[b].rows + 1);
			sum += bars[b].rows;
		}
		assert_int_equal(sum, 3000);
	}
}

static void outliers_leave_the_bars_of_all_other_numbers_fine(void **state)
{
	static const double outliers[] = {-4e18, 7e9, 1e12, 1e299};
	vv_web_number numbers[VV_WEB_NUMBERS];
	vv_web_bar bars[40];

	(void)state;
	for (size_t first = 0; first < 2; first++) { /* before all others, or after them */
		vv_web_histogram h = {.numbers = numbers};
		uint64_t least = UINT64_MAX;
		size_t count;

		for (size_t i = 0; i < 100004; i++) {
			size_t k = first ? i : i - 100000;
			vv_web_histogram_add(&h, k < 4 ? outliers[k]
						       : (double)(i * 7919 % 100003) / 1000);
		}
		assert_int_equal(vv_web_histogram_bars(&h, 1, bars, 40, &count), 4);
		assert_in_range(count, 20, 22);
		for (size_t b = 0; b < 20; b++) {
			least = bars[b].rows < least ? bars[b].rows : least;
		}
		assert_in_range(least, 4990, 5000);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_search_whose_time_is_over_goes_on_where_it_ended),
	cmocka_unit_test(a_history_whose_time_is_over_skips_the_rest_of_the_events_to_skip),
	cmocka_unit_test(values_that_were_not_all_read_say_so_and_are_not_remembered),
	cmocka_unit_test(a_page_whose_time_is_over_says_that_its_order_is_incomplete),
	cmocka_unit_test(pages_whose_time_is_over_show_no_figures_of_a_part_as_those_of_the_table),
	cmocka_unit_test(work_for_a_browser_that_has_gone_ends),
	cmocka_unit_test(what_is_remembered_stays_below_the_limit),
	cmocka_unit_test(bars_count_every_number_between_their_edges),
	cmocka_unit_test(outliers_leave_the_bars_of_all_other_numbers_fine),
};

VV_TEST_SUITE(web_visit)
