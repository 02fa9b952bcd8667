/*
 * support: the main program, assertions, folders and faults of the unit tests.
 *
 * A test file <noun>_test.c has static test functions, a static array `tests` with a
 * cmocka_unit_test(...) for each, and, last, VV_TEST_SUITE(<noun>). All files of a folder make one
 * program. Its argument "<noun>.<test>" runs one test, "<noun>" the tests of one file, and no
 * argument all tests.
 *
 * ctest runs each test in a process of its own. A run of several tests is one process, and each
 * test begins with an empty folder. A helper fails the test if it cannot do its work.
 */
#ifndef VV_TESTS_UNIT_SUPPORT_H
#define VV_TESTS_UNIT_SUPPORT_H

/* cmocka.h requires that these are included before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"

/* The tests of one file. VV_TEST_SUITE registers them before main begins. */
typedef struct vv_test_suite {
	const char *noun;
	const struct CMUnitTest *tests;
	size_t count;
	struct vv_test_suite *next; /* set by vv_test_register */
} vv_test_suite;
void vv_test_register(vv_test_suite *suite);

#define VV_TEST_SUITE(noun)                                                                        \
	static vv_test_suite noun##_suite = {#noun, tests, sizeof(tests) / sizeof(tests[0]),       \
					     NULL};                                                \
	__attribute__((constructor)) static void noun##_register(void)                             \
	{                                                                                          \
		vv_test_register(&noun##_suite);                                                   \
	}

/* Ends a test that cannot run on this machine, and prints the reason, a string literal. */
#define vv_skip(reason) ((void)puts("ok # skip " reason), skip())

/* --- folders and files ------------------------------------------------ */

/* Returns the test's folder, which is empty at first and is removed when the test ends. The path is
 * the same at every call within a test, and valid until the test ends. */
const char *vv_test_dir(void);

/* Returns the path "<vv_test_dir()>/<name>", where name is formatted as by printf; valid until the
 * test ends. */
const char *vv_test_path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Writes a file, and makes the folders above it. */
void vv_test_write(const char *path, const void *bytes, size_t len);
void vv_test_write_text(const char *path, const char *text);

/* Returns the content of a file, with a NUL after it; valid until the test ends. Sets *len to its
 * length; len may be NULL. */
const char *vv_test_read(const char *path, size_t *len);

/* Returns the number of entries of a folder. */
size_t vv_test_count_entries(const char *path);

/* Returns the current environment of the test, borrowed until the next call. */
const vv_env *vv_test_env(void);

/* --- asserting -------------------------------------------------------- */

/* Fails the test, with the message of err, if rc is negative. */
#define vv_assert_ok(rc, err) vv_test_assert_ok((int)(rc), (err), __FILE__, __LINE__)

/* Fails the test unless rc is exactly this status. */
#define vv_assert_status(rc, wanted, err)                                                          \
	vv_test_assert_status((int)(rc), (int)(wanted), (err), __FILE__, __LINE__)

/* Fails the test unless text contains part. */
#define vv_assert_contains(text, part) vv_test_assert_contains((text), (part), __FILE__, __LINE__)

void vv_test_assert_ok(int rc, const vv_error *err, const char *file, int line);
void vv_test_assert_status(int rc, int wanted, const vv_error *err, const char *file, int line);
void vv_test_assert_contains(const char *text, const char *part, const char *file, int line);

/* --- faults ----------------------------------------------------------- */

/* The members of vv_sys_ops. malloc, calloc and realloc are one kind. */
typedef enum vv_fault {
	VV_FAULT_ALLOC,
	VV_FAULT_OPEN,
	VV_FAULT_CLOSE, /* closes the file, but reports an error */
	VV_FAULT_READ,  /* read and pread */
	VV_FAULT_WRITE,
	VV_FAULT_FSYNC,
	VV_FAULT_FTRUNCATE,
	VV_FAULT_RENAME,
	VV_FAULT_UNLINK,
	VV_FAULT_SYMLINK,
	VV_FAULT_MKDIR,
	VV_FAULT_RMDIR,
	VV_FAULT_KINDS
} vv_fault;

/* Makes the n-th call of this kind fail with the errno `number`; 1 is the next call. An allocation
 * returns NULL. This replaces a fault that was set before. */
void vv_fault_set(vv_fault kind, unsigned n, int number);

/* Like vv_fault_set, but all calls of the kind after the n-th fail, too, as on a full disk. */
void vv_fault_set_lasting(vv_fault kind, unsigned n, int number);

/* Returns the number of calls of the fault's kind until the fault, the failing call included; 0:
 * the fault has occurred. With a large n, n minus the result is the number of calls so far. */
unsigned vv_fault_left(void);

/* Removes the fault. Returns true if it has occurred. */
bool vv_fault_clear(void);

/* For a forked child: the n-th call that opens or changes a file is not made, but ends the process
 * with the exit code VV_FAULT_KILLED, as a kill would. */
#define VV_FAULT_KILLED 99
void vv_fault_kill(unsigned n);

/* If on is true, every second call of read, pread and write fails with EINTR, and the others
 * transfer only one to three bytes. */
void vv_fault_trickle(bool on);

/* Runs `attempt` again and again. In the first run, the first call of the kind fails; in the second
 * run, the second call; and so on, until a run ends before its fault occurs. That run must succeed;
 * each earlier run must fail, with its status and a message in err. Calls `check`, which may be
 * NULL, after each run. After the 20th allocation, every third one fails, which VARVE_TEST_SAMPLE draws;
 * with VARVE_TEST_ALL=1, all. Fails the test after 100,000 runs. */
typedef vv_status (*vv_fault_fn)(void *payload, vv_error *err);
typedef void (*vv_fault_check_fn)(void *payload, vv_status rc);
void vv_fault_each(vv_fault kind, int number, vv_fault_fn attempt, vv_fault_check_fn check,
		   void *payload);

/* --- samples ------------------------------------------------------------ */

/* Returns true if this run is to include step i of a long series. It includes one step in `step`;
 * the number in VARVE_TEST_SAMPLE, which './dev test' prints, selects which. If VARVE_TEST_ALL is
 * set, it includes every step. */
bool vv_test_sampled(size_t i, unsigned step);

/* --- random numbers, the same in every run ------------------------------ */

typedef struct vv_prng {
	uint64_t state;
} vv_prng;

/* Starts a series of random numbers from seed, or from the number in VARVE_TEST_SEED. */
void vv_prng_init(vv_prng *r, uint64_t seed);
uint64_t vv_prng_u64(vv_prng *r);
uint64_t vv_prng_below(vv_prng *r, uint64_t limit); /* a number below limit, which is at least 1 */
void vv_prng_bytes(vv_prng *r, void *out, size_t len);

#endif
