/*
 * fault: stands in for the members of vv_sys_ops and makes chosen calls fail.
 *
 * Counters are atomic, since code under test may call from several threads.
 */
#include "tests/unit/support.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"

#define ATTEMPTS_MAX 100000u
#define ALLOCATIONS_ALL 20u /* a third of further ones, see vv_test_sampled */

static vv_sys real; /* the table as it was; valid while installed */
static bool installed;

static vv_fault set_kind = VV_FAULT_KINDS; /* none */
static bool lasting;
static int set_errno;
static atomic_uint calls_left; /* until the fault */
static atomic_bool struck;

static atomic_uint calls_to_live; /* 0: for ever */

static bool trickle;
static atomic_uint trickle_turn;

static bool changes_files(vv_fault kind)
{
	return kind == VV_FAULT_OPEN || kind == VV_FAULT_WRITE || kind == VV_FAULT_FSYNC ||
	       kind == VV_FAULT_FTRUNCATE || kind == VV_FAULT_RENAME || kind == VV_FAULT_UNLINK ||
	       kind == VV_FAULT_SYMLINK || kind == VV_FAULT_MKDIR || kind == VV_FAULT_RMDIR;
}

/* Shall this call fail? */
static bool strikes(vv_fault kind)
{
	unsigned left;

	if (changes_files(kind) && atomic_load(&calls_to_live) > 0 &&
	    atomic_fetch_sub(&calls_to_live, 1) == 1) {
		_exit(VV_FAULT_KILLED);
	}
	if (kind != set_kind) return false;
	left = atomic_load(&calls_left);
	while (left > 0 && !atomic_compare_exchange_weak(&calls_left, &left, left - 1)) {
	}
	if (left == 1 || (left == 0 && lasting)) {
		atomic_store(&struck, true);
		errno = set_errno;
		return true;
	}
	return false;
}

/* How much of len a transfer moves; 0 for being interrupted. */
static size_t trickled(size_t len)
{
	unsigned turn;

	if (!trickle || len == 0) return len;
	turn = atomic_fetch_add(&trickle_turn, 1);
	if (turn % 2 == 0) {
		errno = EINTR;
		return 0;
	}
	return len < 1 + turn % 3 ? len : 1 + turn % 3;
}

static void *fault_malloc(size_t size)
{
	return strikes(VV_FAULT_ALLOC) ? NULL : real.malloc(size);
}

static void *fault_calloc(size_t count, size_t size)
{
	return strikes(VV_FAULT_ALLOC) ? NULL : real.calloc(count, size);
}

static void *fault_realloc(void *p, size_t size)
{
	return strikes(VV_FAULT_ALLOC) ? NULL : real.realloc(p, size);
}

static int fault_open(const char *path, int flags, mode_t mode)
{
	return strikes(VV_FAULT_OPEN) ? -1 : real.open(path, flags, mode);
}

static int fault_close(int fd)
{
	int rc = real.close(fd);

	return strikes(VV_FAULT_CLOSE) ? -1 : rc;
}

static ssize_t fault_read(int fd, void *buf, size_t len)
{
	size_t part = trickled(len);

	if (strikes(VV_FAULT_READ) || (part == 0 && len > 0)) return -1;
	return real.read(fd, buf, part);
}

static ssize_t fault_pread(int fd, void *buf, size_t len, off_t offset)
{
	size_t part = trickled(len);

	if (strikes(VV_FAULT_READ) || (part == 0 && len > 0)) return -1;
	return real.pread(fd, buf, part, offset);
}

static ssize_t fault_write(int fd, const void *buf, size_t len)
{
	size_t part = trickled(len);

	if (strikes(VV_FAULT_WRITE) || (part == 0 && len > 0)) return -1;
	return real.write(fd, buf, part);
}

static int fault_fsync(int fd)
{
	return strikes(VV_FAULT_FSYNC) ? -1 : real.fsync(fd);
}

static int fault_ftruncate(int fd, off_t len)
{
	return strikes(VV_FAULT_FTRUNCATE) ? -1 : real.ftruncate(fd, len);
}

static int fault_rename(const char *from, const char *to)
{
	return strikes(VV_FAULT_RENAME) ? -1 : real.rename(from, to);
}

static int fault_unlink(const char *path)
{
	return strikes(VV_FAULT_UNLINK) ? -1 : real.unlink(path);
}

static int fault_symlink(const char *target, const char *path)
{
	return strikes(VV_FAULT_SYMLINK) ? -1 : real.symlink(target, path);
}

static int fault_mkdir(const char *path, mode_t mode)
{
	return strikes(VV_FAULT_MKDIR) ? -1 : real.mkdir(path, mode);
}

static int fault_rmdir(const char *path)
{
	return strikes(VV_FAULT_RMDIR) ? -1 : real.rmdir(path);
}

static void install(void)
{
	static const vv_sys faulty = {
		.malloc = fault_malloc,
		.calloc = fault_calloc,
		.realloc = fault_realloc,
		.open = fault_open,
		.close = fault_close,
		.read = fault_read,
		.pread = fault_pread,
		.write = fault_write,
		.fsync = fault_fsync,
		.ftruncate = fault_ftruncate,
		.rename = fault_rename,
		.unlink = fault_unlink,
		.symlink = fault_symlink,
		.mkdir = fault_mkdir,
		.rmdir = fault_rmdir,
	};

	if (!installed) {
		real = vv_sys_ops;
		vv_sys_ops = faulty;
		installed = true;
	}
}

static void uninstall_if_idle(void)
{
	if (installed && !trickle && set_kind == VV_FAULT_KINDS) {
		vv_sys_ops = real;
		installed = false;
	}
}

static void set(vv_fault kind, unsigned n, int number, bool stays)
{
	atomic_store(&struck, false);
	atomic_store(&calls_left, n);
	set_errno = number;
	lasting = stays;
	set_kind = kind;
	install();
}

void vv_fault_set(vv_fault kind, unsigned n, int number)
{
	set(kind, n, number, false);
}

void vv_fault_set_lasting(vv_fault kind, unsigned n, int number)
{
	set(kind, n, number, true);
}

unsigned vv_fault_left(void)
{
	return atomic_load(&calls_left);
}

bool vv_fault_clear(void)
{
	set_kind = VV_FAULT_KINDS;
	uninstall_if_idle();
	return atomic_exchange(&struck, false);
}

void vv_fault_kill(unsigned n)
{
	atomic_store(&calls_to_live, n);
	install();
}

void vv_fault_trickle(bool on)
{
	trickle = on;
	if (on) {
		install();
	} else {
		uninstall_if_idle();
	}
}

void vv_fault_each(vv_fault kind, int number, vv_fault_fn attempt, vv_fault_check_fn check,
		   void *payload)
{
	unsigned n;

	for (n = 1; n <= ATTEMPTS_MAX; n++) {
		vv_error err;
		vv_status rc;
		bool met;

		if (kind == VV_FAULT_ALLOC && n > ALLOCATIONS_ALL && !vv_test_sampled(n, 3)) {
			continue;
		}
		vv_error_clear(&err);
		vv_fault_set(kind, n, number);
		rc = attempt(payload, &err);
		met = vv_fault_clear();
		if (check) {
			check(payload, rc);
		}
		if (!met) {
			vv_assert_ok(rc, &err);
			return;
		}
		if (rc >= 0) {
			fail_msg("succeeded although call %u of fault kind %d failed", n,
				 (int)kind);
		}
		if (err.code != rc || err.message[0] == '\0') {
			fail_msg("status %d came without its message (call %u of fault kind %d)",
				 rc, n, (int)kind);
		}
	}
	fail_msg("still failing after %u attempts", ATTEMPTS_MAX);
}
