/*
 * support: a test program's main and its list of suites, scratch folders, assertions, random numbers.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"

extern char **environ;

#define READ_MAX ((size_t)1 << 30)

/* Strings lent to tests. */
typedef struct kept {
	struct kept *next;
	char *text;
} kept;

static kept *all_kept;
static char *scratch;
static pid_t owner; /* forked children must not remove it */

static void clean_up(void)
{
	if (getpid() != owner) return;
	(void)vv_fault_clear();
	vv_fault_trickle(false);
	if (scratch) {
		(void)vv_remove_tree(scratch, NULL);
		free(scratch);
		scratch = NULL;
	}
	while (all_kept) {
		kept *next = all_kept->next;

		free(all_kept->text);
		free(all_kept);
		all_kept = next;
	}
}

static void *or_abort(void *p)
{
	if (!p) {
		(void)fputs("the test support is out of memory\n", stderr);
		abort();
	}
	return p;
}

static const char *keep(char *take_text)
{
	kept *k = or_abort(malloc(sizeof *k));

	k->text = take_text;
	k->next = all_kept;
	all_kept = k;
	return take_text;
}

static bool is_same_list(const char *const *a, char *const *b)
{
	size_t i = 0;

	while (a[i] && b[i] && strcmp(a[i], b[i]) == 0) {
		i++;
	}
	return !a[i] && !b[i];
}

static vv_sys usual; /* before any fault is set */

const vv_env *vv_test_env(void)
{
	static vv_env *made;
	vv_error err;

	if (!made || !is_same_list(vv_env_list(made), environ)) {
		vv_sys now = vv_sys_ops;

		vv_sys_ops = usual; /* faults are for what is tested */
		vv_env_free(made);
		vv_assert_ok(vv_env_new(&made, (const char *const *)environ, &err), &err);
		vv_sys_ops = now;
	}
	return made;
}

__attribute__((constructor)) static void keep_usual(void)
{
	usual = vv_sys_ops;
}

static vv_test_suite *suites; /* by noun */

void vv_test_register(vv_test_suite *suite)
{
	vv_test_suite **at = &suites;

	while (*at && strcmp((*at)->noun, suite->noun) < 0) {
		at = &(*at)->next;
	}
	suite->next = *at;
	*at = suite;
}

/* A group of one, named as its test. */
static int run_one(const struct CMUnitTest *test)
{
	return _cmocka_run_group_tests(test->name, test, 1, NULL, NULL);
}

static int list_all(void)
{
	for (const vv_test_suite *s = suites; s; s = s->next) {
		for (size_t i = 0; i < s->count; i++) {
			(void)printf("%s.%s\n", s->noun, s->tests[i].name);
		}
	}
	return 0;
}

/* Each begins in an empty folder, as it does when it runs alone. */
static int run_suite(const vv_test_suite *s)
{
	int failed = 0;

	for (size_t i = 0; i < s->count; i++) {
		failed |= run_one(&s->tests[i]) != 0;
		clean_up();
	}
	return failed;
}

static int run_all(void)
{
	int failed = 0;

	for (const vv_test_suite *s = suites; s; s = s->next) {
		failed |= run_suite(s);
	}
	return failed;
}

/* "noun" runs the tests of one file, "noun.test" one of them; -1: there is none. */
static int run_named(const char *name)
{
	for (const vv_test_suite *s = suites; s; s = s->next) {
		size_t len = strlen(s->noun);

		if (strcmp(name, s->noun) == 0) return run_suite(s);
		if (strncmp(name, s->noun, len) != 0 || name[len] != '.') {
			continue;
		}
		for (size_t i = 0; i < s->count; i++) {
			if (strcmp(name + len + 1, s->tests[i].name) == 0) {
				return run_one(&s->tests[i]);
			}
		}
	}
	return -1;
}

/* Commands run in this process, and the git that they run finds varve beside the tests of its build. */
static void find_varve(void)
{
	char path[4096], here[2048] = "";
	char *tests;

	if (readlink("/proc/self/exe", here, sizeof(here) - 1) > 0 &&
	    (tests = strstr(here, "/tests/unit/"))) {
		*tests = '\0';
		(void)snprintf(path, sizeof(path), "%s/bin:%s", here,
			       getenv("PATH") ? getenv("PATH") : "");
		(void)setenv("PATH", path, 1);
	}
}

int main(int argc, char **argv)
{
	int code = -1;

	owner = getpid();
	find_varve();
	(void)atexit(clean_up);
	if (argc == 1) return run_all();
	if (argc == 2) {
		code = strcmp(argv[1], "--list") == 0 ? list_all() : run_named(argv[1]);
	}
	if (code < 0) {
		(void)fprintf(stderr, "usage: %s [--list | NOUN | NOUN.TEST]\n", argv[0]);
		return 2;
	}
	return code;
}

const char *vv_test_dir(void)
{
	const char *base = getenv("TMPDIR");
	char path[1024];

	if (!scratch) {
		(void)snprintf(path, sizeof path, "%s/varve-test-XXXXXX", base ? base : "/tmp");
		if (!mkdtemp(path)) {
			fail_msg("cannot make a folder for the test like %s", path);
		}
		scratch = or_abort(strdup(path));
	}
	return scratch;
}

const char *vv_test_path(const char *fmt, ...)
{
	char name[512];
	size_t size = strlen(vv_test_dir()) + sizeof name + 1;
	char *path = or_abort(malloc(size));
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(name, sizeof name, fmt, ap);
	va_end(ap);
	(void)snprintf(path, size, "%s/%s", vv_test_dir(), name);
	return keep(path);
}

void vv_test_write(const char *path, const void *bytes, size_t len)
{
	vv_error err;

	vv_assert_ok(vv_mkdirs_above(path, &err), &err);
	vv_assert_ok(vv_write_file(path, bytes, len, false, &err), &err);
}

void vv_test_write_text(const char *path, const char *text)
{
	vv_test_write(path, text, strlen(text));
}

const char *vv_test_read(const char *path, size_t *len)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_read_file(&b, path, READ_MAX, &err), &err);
	if (len) {
		*len = b.len;
	}
	return keep(or_abort(vv_buf_detach(&b)));
}

size_t vv_test_count_entries(const char *path)
{
	char **names;
	size_t count;
	vv_error err;

	vv_assert_ok(vv_list_dir(&names, &count, path, &err), &err);
	vv_names_free(names, count);
	return count;
}

void vv_test_assert_ok(int rc, const vv_error *err, const char *file, int line)
{
	if (rc < 0) {
		print_error("unexpected failure %d: %s\n", rc, err ? err->message : "");
		_fail(file, line);
	}
}

void vv_test_assert_status(int rc, int wanted, const vv_error *err, const char *file, int line)
{
	if (rc != wanted) {
		print_error("status %d instead of %d: %s\n", rc, wanted,
			    rc < 0 && err ? err->message : "");
		_fail(file, line);
	}
}

void vv_test_assert_contains(const char *text, const char *part, const char *file, int line)
{
	if (!text || !strstr(text, part)) {
		print_error("\"%s\" does not contain \"%s\"\n", text ? text : "(nothing)", part);
		_fail(file, line);
	}
}

bool vv_test_sampled(size_t i, unsigned step)
{
	const char *sample = getenv("VARVE_TEST_SAMPLE");
	uint64_t first = 0;

	if (sample) {
		(void)vv_parse_u64(&first, sample, strlen(sample));
	}
	return getenv("VARVE_TEST_ALL") || (i + first) % step == 0;
}

void vv_prng_init(vv_prng *r, uint64_t seed)
{
	const char *given = getenv("VARVE_TEST_SEED");

	r->state = seed;
	if (given) {
		(void)vv_parse_u64(&r->state, given, strlen(given));
	}
}

/* An increment and a mix of the bits: enough for test data, the same everywhere. */
uint64_t vv_prng_u64(vv_prng *r)
{
	uint64_t x;

	r->state += UINT64_C(0x9e3779b97f4a7c15);
	x = r->state;
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

uint64_t vv_prng_below(vv_prng *r, uint64_t limit)
{
	return vv_prng_u64(r) % limit;
}

void vv_prng_bytes(vv_prng *r, void *out, size_t len)
{
	unsigned char *p = out;
	size_t i;

	for (i = 0; i < len; i++) {
		p[i] = (unsigned char)(vv_prng_u64(r) >> 56);
	}
}
