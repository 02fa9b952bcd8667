/*
 * support: what unit tests share.
 *
 * A test file <noun>_test.c has static test functions, a static array `tests` of
 * cmocka_unit_test(...) of them and, last, VV_TEST_SUITE(<noun>). All files of a
 * folder make one program, which runs any of their tests by "<noun>.<test>".
 *
 * Every test runs in its own process; helpers fail the test when the machine
 * does not let them do their work.
 */
#ifndef VV_TESTS_UNIT_SUPPORT_H
#define VV_TESTS_UNIT_SUPPORT_H

/* cmocka.h wants these before it. */
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

/* The tests of one file. It registers itself before main begins. */
typedef struct vv_test_suite {
	const char *noun;
	const struct CMUnitTest *tests;
	size_t count;
	struct vv_test_suite *next; /* filled by vv_test_register */
} vv_test_suite;
void vv_test_register(vv_test_suite *suite);

#define VV_TEST_SUITE(noun)                                                                        \
	static vv_test_suite noun##_suite = {#noun, tests, sizeof(tests) / sizeof(tests[0]),       \
					     NULL};                                                \
	__attribute__((constructor)) static void noun##_register(void)                             \
	{                                                                                          \
		vv_test_register(&noun##_suite);                                                   \
	}

/* Ends a test that cannot run here, with the reason, which ctest's run lists. */
#define vv_skip(reason) ((void)puts("ok # skip " reason), skip())

/* --- folders and files ------------------------------------------------ */

/* A fresh folder that is removed when the test program ends. The same one at
 * every call within a test. */
const char *vv_test_dir(void);

/* "<vv_test_dir>/<name>", name as printf makes it; lives until the program ends. */
const char *vv_test_path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Writes a whole file, making the folders above it. */
void vv_test_write(const char *path, const void *bytes, size_t len);
void vv_test_write_text(const char *path, const char *text);

/* The whole file, followed by a NUL; *len may be NULL. Lives until the program
 * ends. */
const char *vv_test_read(const char *path, size_t *len);

/* Number of entries of a folder. */
size_t vv_test_count_entries(const char *path);

/* The environment of the test as it is now; borrowed until the next call. */
const vv_env *vv_test_env(void);

/* --- asserting -------------------------------------------------------- */

/* Fails with the message of err when rc is negative. */
#define vv_assert_ok(rc, err) vv_test_assert_ok((int)(rc), (err), __FILE__, __LINE__)

/* Fails unless rc is exactly this status. */
#define vv_assert_status(rc, wanted, err)                                                          \
	vv_test_assert_status((int)(rc), (int)(wanted), (err), __FILE__, __LINE__)

/* Fails unless text has part in it. */
#define vv_assert_contains(text, part) vv_test_assert_contains((text), (part), __FILE__, __LINE__)

void vv_test_assert_ok(int rc, const vv_error *err, const char *file, int line);
void vv_test_assert_status(int rc, int wanted, const vv_error *err, const char *file, int line);
void vv_test_assert_contains(const char *text, const char *part, const char *file, int line);

/* --- faults ----------------------------------------------------------- */

/* The members of vv_sys_ops; malloc and realloc count as one. */
typedef enum vv_fault {
	VV_FAULT_ALLOC,
	VV_FAULT_OPEN,
	VV_FAULT_CLOSE, /* closes, and reports an error nevertheless */
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

/* From now on the n-th call (1 is the next one) of this kind fails with this
 * errno (allocations with NULL). Only one fault at a time is set. */
void vv_fault_set(vv_fault kind, unsigned n, int number);

/* As above, and so do all calls of the kind after the n-th: a full disk. */
void vv_fault_set_lasting(vv_fault kind, unsigned n, int number);

/* Calls of its kind that the fault still lets through; 0 once it has struck. With
 * a large n: how many calls there are. */
unsigned vv_fault_left(void);

/* Takes the fault away. Did it ever strike? */
bool vv_fault_clear(void);

/* For a forked child: the n-th call that opens or changes a file ends the process with this
 * exit code, as a kill would, before it is made. */
#define VV_FAULT_KILLED 99
void vv_fault_kill(unsigned n);

/* From now on read, pread and write move one to three bytes at a time and every
 * other one of them is interrupted (EINTR) first. */
void vv_fault_trickle(bool on);

/* Runs attempt with the 1st, 2nd, ... call of kind failing until it gets through
 * without meeting the fault; it must then have succeeded, and must have failed
 * each time before. `check`, which may be NULL, looks after each attempt whether
 * things are as they have to be. Fails the test after 100,000 attempts. */
typedef vv_status (*vv_fault_fn)(void *payload, vv_error *err);
typedef void (*vv_fault_check_fn)(void *payload, vv_status rc);
void vv_fault_each(vv_fault kind, int number, vv_fault_fn attempt, vv_fault_check_fn check,
		   void *payload);

/* --- samples ------------------------------------------------------------ */

/* Is turn i of a long sweep one of this run's? One in `step` is: which, VARVE_TEST_SAMPLE says, a number that
 * './dev test' prints. With VARVE_TEST_ALL=1 each of them. */
bool vv_test_sampled(size_t i, unsigned step);

/* --- random numbers, the same in every run ------------------------------ */

typedef struct vv_prng {
	uint64_t state;
} vv_prng;

/* seed, or what the variable VARVE_TEST_SEED says. */
void vv_prng_init(vv_prng *r, uint64_t seed);
uint64_t vv_prng_u64(vv_prng *r);
uint64_t vv_prng_below(vv_prng *r, uint64_t limit); /* limit at least 1 */
void vv_prng_bytes(vv_prng *r, void *out, size_t len);

#endif
