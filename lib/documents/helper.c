/*
 * helper: pipes, time limits and the end of a helper's process.
 */
#include "lib/documents/helper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"

#define SAID_MAX 4096u       /* of stderr, the last */
#define PIPE_BYTES (1 << 20) /* of its output; the most that all users may have */
#define SECOND ((int64_t)1000000000)
#define LATEST 10      /* times its seconds: then it is over, however little of the CPU it got */
#define LOOK_MS 500    /* interval of checks for cancellation */
#define HELPS_MAX 360u /* of it, as an error shows it */
#define HELPERS_MAX 8u /* at once in a process: a server's visitors may request many */
#define WAITS 500u     /* of a fiftieth of a second, for one of them to end */
#define SIGNALED 128   /* in an exit code: a signal's number follows, ... */
#define SIGNAL_MAX 64  /* ... at most this one */
#define REST_MAX 64u   /* reads of output that is not used, and of stderr once it has ended */

struct vv_helper {
	char *name;
	vv_child child;
	vv_helper_limits limits;
	int64_t waited;       /* nanoseconds, for it */
	int64_t looked, used; /* time and value of the last check of its CPU time; 0: never */
	uint64_t read;        /* bytes of its output */
	bool late, ended;     /* late: it was killed, for say_late's reason */
	bool cut;             /* it was not read to its end */
	int code;             /* of its end */
	bool missed;          /* the beginning of said was dropped */
	vv_buf said, helps;
};

/* Helpers that were started and not closed. */
static _Atomic unsigned running;

/* Counts a running helper, up to a limit. */
static bool take_place(unsigned most)
{
	unsigned now = running;

	while (now < most) {
		if (atomic_compare_exchange_weak(&running, &now, now + 1)) return true;
	}
	return false;
}

/* A read-ahead keeps a place while waiting for another one: half of the places are for others. */
static vv_status wait_for_place(bool ahead, vv_error *err)
{
	for (unsigned i = 0; !take_place(ahead ? HELPERS_MAX / 2 : HELPERS_MAX); i++) {
		if (ahead || i == WAITS) {
			return vv_fail(err, VV_ELOCKED,
				       "%u readers of documents are running, which is the "
				       "limit\ntry again in a few seconds",
				       HELPERS_MAX);
		}
		vv_sleep_ms(20);
	}
	return VV_OK;
}

static vv_status take_nothing(void *payload VV_UNUSED, const void *bytes VV_UNUSED,
			      size_t len VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK;
}

vv_status vv_helper_start(vv_helper **out, const vv_env *env, const char *const *argv,
			  const vv_helper_limits *limits, vv_error *err)
{
	vv_status rc = wait_for_place(limits->ahead, err);

	*out = NULL;
	if (rc < 0) return rc;
	vv_auto(vv_helper) *h = vv_calloc(1, sizeof(*h));
	if (!h) {
		running--;
		return vv_fail_nomem(err);
	}
	h->child = VV_CHILD_NONE;
	h->limits = *limits;
	h->name = vv_strdup(argv[0]);
	if (!h->name) return vv_fail_nomem(err);
	/* Not where we are: interpreters look for modules there, and it may be a stranger's repository. */
	const vv_run run = {.argv = argv,
			    .env = env,
			    .dir = "/",
			    .errors = &h->said,
			    .take = take_nothing,
			    .memory = limits->memory,
			    .alone = true,
			    .bound = limits->bound};
	if ((rc = vv_run_start(&h->child, &run, err)) < 0) return rc;
	vv_os_pipe_size(h->child.out, PIPE_BYTES);
	return vv_hand_over(out, &h);
}

static int64_t now_ns(void)
{
	return (int64_t)vv_monotonic_ms() * (SECOND / 1000);
}

static void close_end(int *fd)
{
	if (*fd >= 0) {
		(void)close(*fd);
	}
	*fd = -1;
}

/* Keeps the last SAID_MAX bytes of its stderr. */
static void hear_errors(vv_helper *h)
{
	char bytes[SAID_MAX];
	const ssize_t n = read(h->child.err, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
	if (n <= 0) {
		close_end(&h->child.err);
		return;
	}
	vv_buf_put(&h->said, bytes, (size_t)n);
	if (h->said.len > SAID_MAX) {
		vv_buf_drop_front(&h->said, h->said.len - SAID_MAX);
		h->missed = true;
	}
}

static void stop_helper(vv_helper *h)
{
	(void)kill(-h->child.pid, SIGKILL);
	(void)kill(h->child.pid, SIGKILL);
}

static vv_status say_late(const vv_helper *h, vv_error *err)
{
	if (h->limits.output > 0 && h->read > h->limits.output) {
		return vv_fail(err, VV_EREFUSED, "'%s' was stopped, as it wrote more than %s",
			       vv_text_shows(h->name), vv_text_bytes(h->limits.output));
	}
	return vv_fail(err, VV_EREFUSED, "'%s' was stopped, as it took more than %u seconds",
		       vv_text_shows(h->name), h->limits.seconds);
}

/* On a busy machine a good reader gets little of the CPU: it may continue while it works and has had less than its seconds. */
static bool is_over(vv_helper *h, int64_t waited)
{
	const int64_t most = (int64_t)h->limits.seconds * SECOND;

	if (most == 0 || waited < most) return false;
	if (waited >= LATEST * most) return true;
	if (h->looked > 0 && waited - h->looked < most / 4 + SECOND) return false;
	const int64_t used = vv_os_group_cpu(h->child.pid);
	const bool works = used > 0 && used < most && (h->looked == 0 || used > h->used);
	h->looked = waited;
	h->used = used;
	return !works;
}

static vv_status fail_late(vv_helper *h, vv_error *err)
{
	h->late = true;
	stop_helper(h);
	return say_late(h, err);
}

/* Milliseconds that its output is waited for at once; -1: any. */
static int output_patience(const vv_helper *h)
{
	const int64_t most = (int64_t)h->limits.seconds * SECOND,
		      left = h->waited < most ? most - h->waited : SECOND / 2;
	const int ms = most > 0 ? (int)(left / (SECOND / 1000)) + 1 : -1;

	return h->limits.progress && (ms < 0 || ms > LOOK_MS) ? LOOK_MS : ms;
}

/* Until it has written, has closed its output, or its time is over. */
static vv_status wait_for_output(vv_helper *h, vv_error *err)
{
	vv_status rc;

	while (h->child.out >= 0) {
		struct pollfd fds[2] = {{h->child.out, POLLIN, 0}, {h->child.err, POLLIN, 0}};
		const int64_t begun = now_ns();
		const int n = poll(fds, 2, output_patience(h));

		h->waited += now_ns() - begun;
		if (n < 0 && errno != EINTR) {
			return vv_fail_errno(err, "cannot wait for", h->name);
		}
		if (n > 0 && fds[1].revents) {
			hear_errors(h);
		}
		if (n > 0 && fds[0].revents) return VV_OK;
		if (is_over(h, h->waited)) return fail_late(h, err);
		if ((rc = vv_progress_part(h->limits.progress, "waiting", 0, 0, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

ssize_t vv_helper_read(void *helper, void *bytes, size_t len, vv_error *err)
{
	vv_helper *h = helper;
	vv_status rc;

	while (h->child.out >= 0) {
		if ((rc = wait_for_output(h, err)) < 0) return rc;
		const ssize_t n = read(h->child.out, bytes, len);

		h->read += n > 0 ? (uint64_t)n : 0;
		if (h->limits.output > 0 && h->read > h->limits.output) return fail_late(h, err);
		if (n > 0) return n;
		if (n == 0) {
			close_end(&h->child.out);
		} else if (errno != EINTR && errno != EAGAIN) {
			return vv_fail_errno(err, "cannot read the output of", h->name);
		}
	}
	return 0;
}

/* Reads from its stderr, or waits for ms. False: nothing was read. */
static bool listen_for(vv_helper *h, int ms)
{
	struct pollfd fd = {h->child.err, POLLIN, 0};

	if (poll(&fd, 1, ms) <= 0 || h->child.err < 0) return false;
	hear_errors(h);
	return true;
}

/* Waits for its process, which can run on after the end of its output. */
static vv_status reap_helper(vv_helper *h, vv_error *err)
{
	const int64_t begun = now_ns();

	while (!h->ended) {
		if (vv_os_has_ended(h->child.pid)) {
			stop_helper(h); /* its number is its own until it is waited for */
			if (!vv_os_wait(h->child.pid, &h->code)) {
				return vv_fail_errno(err, "cannot wait for", h->name);
			}
			h->ended = true;
		} else if (!h->late && is_over(h, h->waited + now_ns() - begun)) {
			(void)fail_late(h, NULL);
		} else {
			(void)listen_for(h, 2);
		}
	}
	for (unsigned i = 0; i < REST_MAX && listen_for(h, 0); i++) { /* others may write on */
	}
	return VV_OK;
}

/* The signal that ended a program with this code (vv_os_wait); 0: none. */
static int ended_by(int code)
{
	return code > SIGNALED && code <= SIGNALED + SIGNAL_MAX ? code - SIGNALED : 0;
}

vv_status vv_helper_end(vv_helper *h, int *code, vv_error *err)
{
	char rest[SAID_MAX];
	ssize_t n = 0;
	vv_status rc;

	*code = -1;
	for (unsigned i = 0; i < REST_MAX && (n = vv_helper_read(h, rest, sizeof(rest), err)) > 0;
	     i++) {
	}
	if (n < 0 && !h->late) return (vv_status)n;
	h->cut = h->child.out >= 0;
	close_end(&h->child.out);
	if ((rc = reap_helper(h, err)) < 0) return rc;
	if (h->late) return say_late(h, err);
	const int signal = ended_by(h->code);
	if (signal > 0 && !(h->cut && signal == SIGPIPE)) {
		const char *said = vv_helper_said(h);

		return vv_fail(err, VV_EREFUSED,
			       "'%s' was ended by signal %d; its memory limit is %s%s%s%s",
			       vv_text_shows(h->name), signal, vv_text_bytes(h->limits.memory),
			       h->limits.memory_setting ? h->limits.memory_setting : "",
			       *said ? ": " : "", said);
	}
	*code = signal > 0 ? 0 : h->code;
	return VV_OK;
}

/* Is it a line without information: blank, a place in a program, the standard beginning or end of a
 * traceback? */
static bool is_frame(const char *line, size_t len)
{
	static const char *const frames[] = {
		"Traceback (most recent call last)", "During handling of the above exception",
		"The above exception was the direct cause", "note: ", "stack backtrace:"};

	return len == 0 || strchr(" \t\r", line[0]) ||
	       vv_array_find(frames, sizeof(frames) / sizeof(frames[0]), it,
			     len >= strlen(*it) && memcmp(line, *it, strlen(*it)) == 0);
}

/* Puts a line before the useful ones, unless it repeats the previous one. False: no space. */
static bool put_before(vv_helper *h, const char *line, size_t len)
{
	vv_auto(vv_buf) shown = VV_BUF_INIT;
	const char *const next = vv_buf_cstr(&h->helps);

	vv_text_put_cut(&shown, line, len, HELPS_MAX / 2);
	const size_t n = shown.len;
	if (n > 0 && strncmp(next, shown.data, n) == 0 && (next[n] == ';' || !next[n])) return true;
	if (n + 2 + h->helps.len > HELPS_MAX) return false;
	vv_buf_puts(&shown, h->helps.len > 0 ? "; " : "");
	vv_buf_put(&shown, h->helps.data, h->helps.len);
	vv_buf_clear(&h->helps);
	h->helps = shown;
	shown = (vv_buf)VV_BUF_INIT;
	return true;
}

/* The lines of said in reverse order. all: also those without information. */
static void find_helps(vv_helper *h, bool all)
{
	const char *const text = vv_buf_cstr(&h->said);
	size_t end = h->said.len;
	bool room = true;

	while (end > 0 && room) {
		size_t at = end;

		while (at > 0 && text[at - 1] != '\n') {
			at--;
		}
		const bool part = at == 0 && h->missed && h->helps.len > 0;
		const size_t len = end - at - (end > at && text[end - 1] == '\r');

		if (!part && len > 0 && (all || !is_frame(text + at, len))) {
			room = put_before(h, text + at, len);
		}
		end = at > 0 ? at - 1 : 0;
	}
}

const char *vv_helper_wrote(const vv_helper *h)
{
	return vv_buf_cstr(&h->said);
}

const char *vv_helper_said(vv_helper *h)
{
	vv_buf_clear(&h->helps);
	find_helps(h, false);
	if (h->helps.len == 0) {
		find_helps(h, true);
	}
	return vv_buf_cstr(&h->helps);
}

const char *vv_helper_python(const vv_env *env)
{
	const char *python = vv_env_get(env, "VARVE_PYTHON");

	return python && *python ? python : "python3";
}

void vv_helper_close(vv_helper *h)
{
	if (!h) return;
	if (h->child.pid > 0 && !h->ended) {
		stop_helper(h);
		(void)vv_os_wait(h->child.pid, &h->code);
	}
	running--;
	close_end(&h->child.out);
	close_end(&h->child.err);
	vv_buf_clear_all(&h->said, &h->helps);
	vv_free_all(h->name, h);
}
