/*
 * Tests of the time limit of cmd/web: each page and each answer of the API, with the limit reached at each of the times
 * at which it is looked at, against the same answer without a limit.
 *
 * The clock that code under test reads is this file's: from a chosen reading on, it is a day later.
 */
#define _DEFAULT_SOURCE /* syscall */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "cmd/web/model/memo.h"
#include "cmd/web/pages/pages.h"
#include "cmd/web/web.h"

#define ROWS 9000u
#define VERSIONS 5u
#define DAY_S 86400

static unsigned readings_left; /* until the clock is a day later; 0: it is, or none is awaited */
static time_t later_s;

int clock_gettime(clockid_t clock, struct timespec *out)
{
	const long result = syscall(SYS_clock_gettime, clock, out);

	if (clock == CLOCK_MONOTONIC && readings_left > 0 && --readings_left == 0) {
		later_s += DAY_S;
	}
	if (clock == CLOCK_MONOTONIC) {
		out->tv_sec += later_s;
	}
	return (int)result;
}

static void varve(const char *a, const char *b, const char *c)
{
	const char *words[] = {b, c};
	char *argv[3] = {NULL};
	int argc = 0;

	for (size_t i = 0; i < 2 && words[i]; i++) {
		argv[argc++] = (char *)(uintptr_t)words[i];
	}
	assert_int_equal(vv_command_run(vv_tool_find(&vv_varve, a), argc, argv), 0);
}

/* Version i of t.csv. All versions have 'id' and 'kind'; 'note' and 'price' come later. Most row
 * groups of a version are those of the one before. */
static void write_version(unsigned i)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "id,kind,text%s%s\n", i > 1 ? ",note" : "", i > 0 ? ",price" : "");
	for (unsigned r = 0; r < ROWS; r++) {
		vv_buf_printf(&b, "%u,kind %u,some words of row %u", r, r % 7, r * 7919 % 10007);
		if (i > 1) {
			vv_buf_printf(&b, ",%s", r % 1000 == i ? "changed" : "");
		}
		if (i > 0) {
			vv_buf_printf(&b, ",%u.%u", r % 90 + (r % 500 == 3 ? i : 0), r % 10);
		}
		vv_buf_putc(&b, '\n');
	}
	vv_test_write("t.csv", b.data, b.len);
	vv_buf_reset(&b);
	vv_buf_printf(&b, "name,size\nfirst,%u\n", i);
	vv_test_write("few.csv", b.data, b.len);
}

/* A repository as the current folder. */
static void begin(void)
{
	char message[] = "version 0";
	int fd = open("/dev/null", O_WRONLY);

	assert_true(fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
	(void)close(fd);
	assert_int_equal(chdir(vv_test_dir()), 0);
	assert_int_equal(setenv("HOME", vv_test_dir(), 1) | setenv("GIT_CONFIG_NOSYSTEM", "1", 1) |
				 setenv("GIT_AUTHOR_NAME", "A", 1) |
				 setenv("GIT_AUTHOR_EMAIL", "a@example.com", 1) |
				 setenv("GIT_COMMITTER_NAME", "C", 1) |
				 setenv("GIT_COMMITTER_EMAIL", "c@example.com", 1) |
				 setenv("GIT_AUTHOR_DATE", "2020-01-02T03:04:05Z", 1) |
				 setenv("GIT_COMMITTER_DATE", "2020-01-02T03:04:05Z", 1),
			 0);
	varve("init", "-q", NULL);
	for (unsigned i = 0; i < VERSIONS; i++) {
		write_version(i);
		message[sizeof(message) - 2] = (char)('0' + i);
		varve("add", "-q", ".");
		varve("commit", "-qm", message);
	}
}

/* --- answers --------------------------------------------------------------------------------------- */

typedef struct answer {
	unsigned status;
	bool no_store;
	vv_buf body;
	unsigned readings; /* of the clock */
} answer;

static void answer_clear(answer *a)
{
	vv_buf_clear(&a->body);
}
VV_AUTO_CLEAR(answer, answer_clear)

static vv_status take_head(void *out, const vv_http_head *head, bool *wanted, vv_error *err)
{
	answer *a = out;

	a->status = head->status;
	a->no_store = head->no_store;
	*wanted = true;
	(void)err;
	return VV_OK;
}

static vv_status take_body(void *out, const void *bytes, size_t len, vv_error *err)
{
	answer *a = out;

	vv_buf_put(&a->body, bytes, len);
	return vv_buf_ok(&a->body, err);
}

/* The answer of /PATH?QUERY. reading: that of the clock at which the limit is reached; 0: none is. */
static void ask(vv_web *web, const char *address, unsigned reading, answer *out)
{
	vv_auto(char) *below = vv_strdup(address);
	char *query = strchr(below, '?'), *next = NULL;
	vv_http_parameter parameters[8];
	const vv_http_call call = {.repository = vv_test_dir(), .env = vv_test_env()};
	const vv_http_reply to = {.begin = take_head, .write = take_body, .out = out};
	vv_http_ask a = {
		.name = "r", .base = "", .below = below, .host = "h", .parameters = parameters};
	vv_error err;

	*out = (answer){.body = VV_BUF_INIT};
	if (query) {
		*query++ = '\0';
	}
	for (char *p = query ? strtok_r(query, "&", &next) : NULL; p;
	     p = strtok_r(NULL, "&", &next)) {
		char *value = strchr(p, '=');

		*value++ = '\0';
		parameters[a.parameter_count++] = (vv_http_parameter){.name = p, .value = value};
	}
	a.until_ms = vv_monotonic_ms() + DAY_S / 2 * 1000u;
	const unsigned wait = reading > 0 ? reading : 1000000000u;
	readings_left = wait;
	vv_assert_ok(vv_web_answer(web, &call, &a, &to, &err), &err);
	out->readings = wait - readings_left;
	readings_left = 0;
}

/* --- a part against the whole ----------------------------------------------------------------------- */

static const char *asked;      /* the address and */
static unsigned limit_reading; /* the reading of the case, for messages */

static void must(bool right, const char *what)
{
	if (!right) {
		fail_msg("%s, the limit at reading %u: %s", asked, limit_reading, what);
	}
}

/* Members that mark the answer as a part, and those of figures over the rows that were read. */
static bool is_of_part(const char *name)
{
	static const char *const names[] = {"complete", "timeOver", "counted",      "more",
					    "allThere", "next",     "previous",     "distinctExact",
					    "words",    "mean",     "greatest",     "commonExact",
					    "bars",     "common",   "rowsOverTime", "least"};

	return vv_array_find(names, sizeof(names) / sizeof(names[0]), f, strcmp(*f, name) == 0) !=
	       NULL;
}

static const vv_json *find_wrong(const vv_json *part, const vv_json *whole);

static const vv_json *find_wrong_member(const vv_json *part, const vv_json *whole)
{
	const vv_json *wrong = NULL;

	for (const vv_json *m = part->first; m && !wrong; m = m->next) {
		const vv_json *w = vv_json_get(whole, m->name);

		if (!is_of_part(m->name)) {
			wrong = w ? find_wrong(m, w) : m;
		}
	}
	return wrong;
}

static const vv_json *find_wrong_element(const vv_json *part, const vv_json *whole)
{
	const vv_json *wrong = NULL, *w = whole->first;

	for (const vv_json *e = part->first; e && !wrong; e = e->next, w = w->next) {
		if (!w) return e;
		wrong = find_wrong(e, w);
	}
	return wrong;
}

/* The first value of a part that the whole contradicts; NULL: none. Lists may be shorter, and counts less. */
static const vv_json *find_wrong(const vv_json *part, const vv_json *whole)
{
	if (part->type != whole->type) return part;
	switch (part->type) {
	case VV_JSON_OBJECT:
		return find_wrong_member(part, whole);
	case VV_JSON_ARRAY:
		return find_wrong_element(part, whole);
	case VV_JSON_NUMBER:
		return strtod(part->text, NULL) <= strtod(whole->text, NULL) ? NULL : part;
	case VV_JSON_STRING:
		return strcmp(part->text, whole->text) == 0 ? NULL : part;
	default:
		return NULL;
	}
}

static void check_json(const answer *part, const answer *whole, bool sorted)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_json *p, *w;
	vv_error err;

	vv_assert_ok(vv_json_read(&p, &arena, part->body.data, part->body.len, "part", &err), &err);
	vv_assert_ok(vv_json_read(&w, &arena, whole->body.data, whole->body.len, "whole", &err),
		     &err);
	const vv_json *wrong = sorted ? NULL
				      : find_wrong(p, w); /* the first rows of a part are others */
	if (wrong) {
		must(false, wrong->name ? wrong->name : "an element");
	}
	/* a count of matching rows has a limit of its own */
	must(vv_json_get_bool(p, "timeOver", false) || !vv_json_get_bool(p, "counted", true),
	     "not said");
	vv_arena_clear(&arena);
}

static void check_html(answer *part, answer *whole)
{
	static const char *const denials[] = {"no such column",     "does not have the row",
					      "No table or column", "no version",
					      "Invalid request",    "data missing"};
	const char *text = vv_buf_cstr(&part->body);

	vv_array_each(denials, sizeof(denials) / sizeof(denials[0]), it) {
		must(strstr(vv_buf_cstr(&whole->body), *it) || !strstr(text, *it), *it);
	}
	must(strstr(text, "time limit") || strstr(text, "at least ") ||
		     strstr(text, "being checked"),
	     "not said");
}

static bool is_equal(const answer *a, const answer *b)
{
	return a->status == b->status && a->body.len == b->body.len &&
	       memcmp(a->body.data, b->body.data, a->body.len) == 0;
}

static void check_part(answer *part, answer *whole, const char *address)
{
	must(part->status == 200, "an error");
	if (is_equal(part, whole)) return;
	must(part->no_store, "stored");
	if (strncmp(address, "/api", 4) == 0) {
		check_json(part, whole, strstr(address, "sort=") != NULL);
	} else if (strcmp(address, "/commits.atom") !=
		   0) { /* a feed has the newest commits, whatever their number */
		check_html(part, whole);
	}
}

/* --- the law ------------------------------------------------------------------------------------------ */

static char newest[VV_OID_TEXT + 1], older[VV_OID_TEXT + 1];

static void read_ids(void)
{
	vv_web_visit v = {.repo = NULL};
	vv_web_commit c;
	bool fixed;
	vv_error err;

	vv_assert_ok(vv_web_visit_begin(&v, vv_test_dir(), vv_test_env(), &err), &err);
	vv_assert_ok(vv_web_commit_find(&v, "HEAD", &c, &fixed, &err), &err);
	memcpy(newest, c.hex, sizeof(newest));
	vv_assert_ok(vv_web_commit_find(&v, "HEAD~3", &c, &fixed, &err), &err);
	memcpy(older, c.hex, sizeof(older));
	vv_web_visit_end(&v);
}

/* The address with the ids of commits in place of NEW and OLD. */
static void put_address(vv_buf *out, const char *address)
{
	for (const char *p = address; *p;) {
		const bool is_new = strncmp(p, "NEW", 3) == 0, is_old = strncmp(p, "OLD", 3) == 0;

		if (is_new || is_old) {
			vv_buf_puts(out, is_new ? newest : older);
			p += 3;
		} else {
			vv_buf_putc(out, *p++);
		}
	}
}

/* A server that knows nothing yet but the verdict on the newest version, without which pages differ. */
static vv_web *start(void)
{
	const vv_web_options o = {.pages = &vv_pages};
	vv_auto(vv_buf) check = VV_BUF_INIT;
	vv_auto(answer) verdict = {.status = 0};
	vv_web *web = vv_web_open(&o);

	assert_non_null(web);
	put_address(&check, "/check/NEW");
	ask(web, vv_buf_cstr(&check), 0, &verdict);
	assert_int_equal(vv_remove_tree(".git/varve/cache", VV_IGNORED), 0);
	return web;
}

static void each_answer_at_the_time_limit_says_that_it_is_a_part(void **state)
{
	static const char *const addresses[] = {
		"/",
		"/commits",
		"/commits.atom",
		"/search?q=price",
		"/tree/NEW/",
		"/table/NEW/t.csv",
		"/table/NEW/t.csv?q=9999",
		"/table/NEW/t.csv?where=price > 80",
		"/table/NEW/t.csv?sort=price",
		"/table/NEW/t.csv?key=1003",
		"/table/NEW/t.csv?key=1003&cell=price",
		"/columns/NEW/t.csv",
		"/columns/NEW/t.csv?name=price",
		"/columns/NEW/t.csv?name=kind",
		"/columns/NEW/t.csv?name=price&where=id < 5000",
		"/history/t.csv",
		"/compare/OLD..NEW",
		"/compare/OLD..NEW/t.csv",
		"/compare/OLD..NEW/t.csv?q=row",
		"/check/NEW",
		"/api/v0/changes",
		"/api/v0/refs",
		"/api/v0/datasets/NEW",
		"/api/v0/data/NEW/t.csv",
		"/api/v0/data/NEW/t.csv?q=9999",
		"/api/v0/data/NEW/t.csv?where=price > 80",
		"/api/v0/data/NEW/t.csv?sort=price",
		"/api/v0/values/NEW/t.csv?name=price",
		"/api/v0/values/NEW/t.csv?name=text",
		"/api/v0/compare/OLD..NEW",
		"/api/v0/compare/OLD..NEW/t.csv",
		"/api/v0/row/NEW/t.csv?key=1003",
		"/api/v0/history",
		"/api/v0/history/t.csv",
		"/api/v0/column/NEW/t.csv?name=price",
		"/api/v0/column/NEW/t.csv?name=kind",
		"/api/v0/column/NEW/t.csv?name=note&where=id < 5000",
	};
	const size_t count = sizeof(addresses) / sizeof(addresses[0]);
	size_t step = 0, parts = 0;

	(void)state;
	begin();
	read_ids();
	vv_array_each(addresses, count, it) {
		if (!vv_test_sampled((size_t)(it - addresses), 3)) {
			continue;
		}
		vv_auto(vv_buf) address = VV_BUF_INIT;
		vv_auto(answer) whole = {.status = 0};
		vv_auto(vv_web) *first = start();

		put_address(&address, *it);
		ask(first, vv_buf_cstr(&address), 0, &whole);
		assert_int_equal(whole.status, 200);
		for (unsigned k = 2; k <= whole.readings; k++) {
			vv_auto(vv_web) *web = NULL;
			vv_auto(answer) part = {.status = 0}, again = {.status = 0};

			if (!vv_test_sampled(step++, 9)) {
				continue;
			}
			asked = *it;
			limit_reading = k;
			web = start();
			ask(web, vv_buf_cstr(&address), k, &part);
			check_part(&part, &whole, *it);
			parts += !is_equal(&part, &whole);
			ask(web, vv_buf_cstr(&address), 0, &again);
			must(is_equal(&again, &whole), "remembered");
		}
	}
	assert_true(parts > (getenv("VARVE_TEST_ALL") ? 20 : 0));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_answer_at_the_time_limit_says_that_it_is_a_part),
};

VV_TEST_SUITE(web_limit)
