/*
 * pipe: a line over two descriptors, and over the stdin and stdout of a program.
 *
 * Every wait is a poll with the idle limit, which also drains the program's stderr: one that blocks
 * there would never answer. Our ends are non-blocking, and a line without a reader returns EPIPE
 * without a signal, even if the process does not ignore SIGPIPE.
 */
#include "transport/line/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"

#define LINE_MAX_LEN 1024u /* for the far side's output beside the protocol */
#define TAIL_MAX 8192u
#define STEP_MS 10          /* between looks whether a program has ended */
#define LAST_WORDS_MS 2000u /* time for a program whose stdout ended to print its reason and exit */
#define STOP_MS 5000u       /* one whose stdin was closed may finish its work for so long, ... */
#define GIVEN_UP_MS 200u    /* ... and for so long where it did not answer in time ... */
#define TERMINATE_MS 2000u  /* ... and after SIGTERM for so long, before SIGKILL */

/* --- the far side's stderr ------------------------------------------------------------------- */

/* Memory is bounded however much comes: long lines are cut into several. */

static void give_line(vv_peer_messages *t)
{
	size_t len = t->partial.len;

	while (len > 0 && t->partial.data[len - 1] == '\r') {
		len--;
	}
	if (len > 0 && t->line) {
		t->line(t->payload, t->partial.data, len);
	}
	vv_buf_reset(&t->partial);
}

static void keep_tail(vv_peer_messages *t, const char *bytes, size_t len)
{
	if (len > TAIL_MAX / 2) {
		bytes += len - TAIL_MAX / 2;
		len = TAIL_MAX / 2;
	}
	if (t->tail.len + len > TAIL_MAX) {
		const size_t keep = t->tail.len < TAIL_MAX / 2 ? t->tail.len : TAIL_MAX / 2;

		vv_buf_drop_front(&t->tail, t->tail.len - keep);
	}
	vv_buf_put(&t->tail, bytes, len);
}

void vv_peer_messages_add(vv_peer_messages *t, const char *bytes, size_t len)
{
	const char *end = bytes + len;

	keep_tail(t, bytes, len);
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t piece = (size_t)((newline ? newline : end) - bytes);

		if (piece > LINE_MAX_LEN - t->partial.len) {
			piece = LINE_MAX_LEN - t->partial.len;
			newline = NULL;
		}
		vv_buf_put(&t->partial, bytes, piece);
		bytes += piece;
		if (newline || t->partial.len >= LINE_MAX_LEN) {
			give_line(t);
		}
		bytes += newline ? 1 : 0;
	}
}

void vv_peer_messages_end(vv_peer_messages *t)
{
	give_line(t);
}

void vv_peer_messages_clear(vv_peer_messages *t)
{
	vv_buf_clear_all(&t->partial, &t->tail);
}

static void copy_text(char *out, size_t size, const char *text, size_t len)
{
	len = len < size ? len : size - 1;
	memcpy(out, text, len);
	out[len] = '\0';
}

bool vv_peer_messages_last(const vv_peer_messages *t, char *out, char *hint, size_t size)
{
	static const char word[] = "hint: ";
	const char *text = vv_buf_cstr(&t->tail);
	size_t end = t->tail.len;

	out[0] = '\0';
	if (hint) {
		hint[0] = '\0';
	}
	while (end > 0) {
		size_t start = end, len;

		while (start > 0 && text[start - 1] != '\n') {
			start--;
		}
		for (len = end - start; len > 0 && (unsigned char)text[start + len - 1] <= ' ';) {
			len--;
		}
		if (len >= sizeof(word) - 1 && memcmp(text + start, word, sizeof(word) - 1) == 0) {
			if (hint) {
				copy_text(hint, size, text + start + sizeof(word) - 1,
					  len - (sizeof(word) - 1));
			}
		} else if (len > 0) {
			copy_text(out, size, text + start, len);
			return true;
		}
		end = start > 0 ? start - 1 : 0;
	}
	return false;
}

typedef struct pipe_line {
	int in, out, err;        /* -1: none, or closed */
	bool owned;              /* a program's: in and out are closed with the line */
	int out_flags;           /* to be put back; -1: nothing to put back */
	bool given_up;           /* it was waited for in vain */
	const vv_channel *owner; /* ends the waits; NULL: a server's own line is not stopped */
	pid_t pid;               /* the program; -1: none, or waited for */
	int exit_code;
	unsigned idle_sec; /* 0: without end */
	unsigned wanted_idle_sec;
	char *name;
	vv_explain_fn explain;
	void *payload;
	vv_peer_messages said;
} pipe_line;

vv_status vv_fail_idle(vv_error *err, const char *name, unsigned seconds)
{
	return vv_fail(err, VV_ESILENT,
		       "no data could be received from or sent to '%s' for %s\ntry again, or wait "
		       "longer with --timeout SECONDS: the connection may be broken, or the other "
		       "side too busy",
		       name, vv_text_counted(seconds, "second", NULL));
}

/* --- the program's stderr ---------------------------------------------------------- */

/* Reads the stderr that is ready. */
static void drain_err(pipe_line *p)
{
	char step[4096];

	while (p->err >= 0) {
		ssize_t got = vv_sys_ops.read(p->err, step, sizeof(step));

		if (got > 0) {
			vv_peer_messages_add(&p->said, step, (size_t)got);
		} else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
			(void)close(p->err);
			p->err = -1;
			vv_peer_messages_end(&p->said);
		} else if (errno == EAGAIN) {
			break;
		}
	}
}

/* --- waiting and moving bytes -------------------------------------------------------- */

/* Waits until fd is ready for `events`. Reads stderr meanwhile, which is not a sign of life: only frames are. */
static vv_status wait_for(pipe_line *p, int fd, short events, vv_error *err)
{
	const uint64_t start = vv_monotonic_ms();

	for (;;) {
		struct pollfd fds[2] = {{fd, events, 0}, {p->err, POLLIN, 0}};
		uint64_t waited = vv_monotonic_ms() - start, limit = (uint64_t)p->idle_sec * 1000;
		int timeout = 60000;

		if (vv_channel_is_stopped(p->owner)) {
			p->given_up = true;
			return vv_fail_stopped(err, p->name);
		}

		/* the last poll returns at once with what has arrived: the reason that a write was
		 * stuck, for example */
		const bool last = p->given_up || (limit > 0 && waited >= limit);
		if (last) {
			timeout = 0;
		} else if (limit > 0 && limit - waited < 60000) {
			timeout = (int)(limit - waited) + 1;
		}
		timeout = p->owner && timeout > VV_STOP_STEP_MS ? VV_STOP_STEP_MS : timeout;
		int ready = poll(fds, 2, timeout);
		if (ready < 0 && errno != EINTR) {
			return vv_fail_errno(err, "cannot wait for", p->name);
		}
		if (ready > 0 && fds[1].revents) {
			drain_err(p);
		}
		if (ready > 0 && fds[0].revents) return VV_OK;
		if (last) {
			p->given_up = true;
			return vv_fail_idle(err, p->name, p->idle_sec);
		}
	}
}

static vv_status pipe_ended(void *payload, const char *noise, size_t len, vv_error *err);

static ssize_t pipe_write(void *payload, const void *bytes, size_t len, vv_error *err)
{
	pipe_line *p = payload;
	vv_status rc;

	for (;;) {
		ssize_t put = vv_os_write(vv_sys_ops.write, p->out, bytes, len);

		if (put >= 0) return put;
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if ((rc = wait_for(p, p->out, POLLOUT, err)) < 0) return rc;
		} else if (errno == EPIPE || errno == ECONNRESET) {
			(void)vv_fail(err, VV_EIO,
				      "the connection to '%s' was closed while "
				      "data was being sent",
				      p->name);
			return pipe_ended(p, NULL, 0, err);
		} else if (errno != EINTR) {
			return vv_fail_errno(err, "cannot send to", p->name);
		}
	}
}

static vv_status pipe_turn(void *payload VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK; /* pipes do not buffer */
}

static ssize_t pipe_read(void *payload, void *buf, size_t len, vv_error *err)
{
	pipe_line *p = payload;

	for (;;) {
		vv_status rc = wait_for(p, p->in, POLLIN, err);

		if (rc < 0) return rc;
		ssize_t got = vv_sys_ops.read(p->in, buf, len);
		if (got >= 0) {
			p->idle_sec = p->wanted_idle_sec; /* the patience for a start is over */
			return got;
		}
		if (errno == ECONNRESET) return 0;
		if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
			return vv_fail_errno(err, "cannot read from", p->name);
		}
	}
}

static vv_status pipe_done(void *payload, vv_error *err VV_UNUSED)
{
	drain_err(payload);
	return VV_OK;
}

/* --- the program's end ------------------------------------------------------------------ */

static bool reap_program(pipe_line *p)
{
	if (p->pid > 0 && vv_os_has_ended(p->pid)) {
		(void)vv_os_wait(p->pid, &p->exit_code); /* it may have been reaped elsewhere */
		p->pid = -1;
	}
	return p->pid < 0;
}

/* Waits for its exit, and with to_the_end for the end of its stderr, which it reads. A process that
 * stays (a shared connection of ssh) may hold the stderr open. */
static bool wait_program(pipe_line *p, unsigned ms, bool to_the_end)
{
	uint64_t end = vv_monotonic_ms() + ms;

	for (;;) {
		bool gone = reap_program(p);
		struct pollfd fds = {p->err, POLLIN, 0};

		drain_err(p);
		if ((gone && (p->err < 0 || !to_the_end)) || vv_monotonic_ms() >= end) return gone;
		(void)poll(&fds, 1, STEP_MS);
	}
}

static vv_status explain_program(const vv_peer_messages *said, vv_error *err)
{
	static const char word[] = "varve: ";
	char last[256], hint[256];
	const char *text = last;

	if (vv_peer_messages_last(said, last, hint, sizeof(last))) {
		char before[sizeof(err->message)];

		text += strncmp(last, word, sizeof(word) - 1) == 0 ? sizeof(word) - 1 : 0;
		memcpy(before, err->message, sizeof(before));
		(void)vv_fail(err, err->code, "%s: %s", before, vv_text_shows(text));
		if (hint[0]) {
			(void)vv_hint(err, "%s", vv_text_shows(hint));
		}
	}
	return err->code;
}

static vv_status pipe_ended(void *payload, const char *noise, size_t len, vv_error *err)
{
	pipe_line *p = payload;

	if (p->owned) {
		(void)wait_program(p, LAST_WORDS_MS, true);
		vv_peer_messages_end(&p->said);
	}
	if (!p->owned || !err) return err ? err->code : VV_EIO;
	if (p->explain) {
		return p->explain(p->payload, p->pid > 0 ? -1 : p->exit_code, &p->said, noise, len,
				  err);
	}
	return explain_program(&p->said, err);
}

static void close_fd(int *fd)
{
	if (*fd >= 0) {
		(void)close(*fd);
	}
	*fd = -1;
}

static void pipe_close(void *payload)
{
	pipe_line *p = payload;

	if (p->owned) {
		close_fd(&p->out);
		close_fd(&p->in);
	} else if (p->out_flags >= 0) {
		(void)fcntl(p->out, F_SETFL, p->out_flags);
	}
	p->given_up = p->given_up || vv_channel_is_stopped(p->owner);
	if (p->pid > 0 && !wait_program(p, p->given_up ? GIVEN_UP_MS : STOP_MS, false)) {
		(void)kill(p->pid, SIGTERM);
		if (!wait_program(p, TERMINATE_MS, false)) {
			(void)kill(p->pid, SIGKILL);
			(void)vv_os_wait(p->pid, &p->exit_code);
		}
	}
	drain_err(p);
	vv_peer_messages_end(&p->said);
	close_fd(&p->err);
	vv_peer_messages_clear(&p->said);
	vv_free_all(p->payload, p->name, p);
}

static void pipe_watch(void *payload, const vv_channel *owner)
{
	pipe_line *p = payload;

	p->owner = p->owned ? owner : NULL;
}

static const vv_channel_ops pipe_ops = {
	.write = pipe_write,
	.turn = pipe_turn,
	.read = pipe_read,
	.done = pipe_done,
	.close = pipe_close,
	.ended = pipe_ended,
	.watch = pipe_watch,
};

/* --- making ------------------------------------------------------------------------------ */

static pipe_line *new_line(const char *name)
{
	vv_auto_free pipe_line *p = vv_calloc(1, sizeof(*p));

	if (!p) return NULL;
	*p = (pipe_line){.in = -1,
			 .out = -1,
			 .err = -1,
			 .out_flags = -1,
			 .exit_code = -1,
			 .pid = -1,
			 .name = vv_strdup(name)};
	return p->name ? vv_take(&p) : NULL;
}

static int make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? flags : -1;
}

/* A terminal's flags are shared with the shell that runs us: left alone. */
vv_channel *vv_channel_fds(int in, int out, const char *name)
{
	pipe_line *p = new_line(name);

	if (!p) return NULL;
	p->in = in;
	p->out = out;
	p->out_flags = isatty(out) ? -1 : make_nonblocking(out);
	p->idle_sec = p->wanted_idle_sec = VV_IDLE_SERVE;
	return vv_channel_new(&pipe_ops, p, name, false);
}

/* Those of `git rev-parse --local-env-vars`: they select the repository here. */
static const char *const not_for_others[] = {"GIT_ALTERNATE_OBJECT_DIRECTORIES",
					     "GIT_CONFIG",
					     "GIT_CONFIG_PARAMETERS",
					     "GIT_CONFIG_COUNT",
					     "GIT_OBJECT_DIRECTORY",
					     "GIT_DIR",
					     "GIT_WORK_TREE",
					     "GIT_IMPLICIT_WORK_TREE",
					     "GIT_GRAFT_FILE",
					     "GIT_INDEX_FILE",
					     "GIT_NO_REPLACE_OBJECTS",
					     "GIT_REPLACE_REF_BASE",
					     "GIT_PREFIX",
					     "GIT_SHALLOW_FILE",
					     "GIT_COMMON_DIR",
					     NULL};

vv_status vv_channel_program(vv_channel **out, const vv_program_line *line,
			     const vv_connect_options *o, vv_error *err)
{
	pipe_line *p = new_line(line->name);
	vv_child child;
	vv_status rc;

	*out = NULL;
	if (!p) {
		vv_free(line->payload);
		return vv_fail_nomem(err);
	}
	p->owned = true;
	p->explain = line->explain;
	p->payload = line->payload;
	p->said.line = o->line;
	p->said.payload = o->payload;
	p->wanted_idle_sec = vv_idle_sec(o);
	if (line->patience_sec > p->wanted_idle_sec) {
		p->idle_sec = line->patience_sec;
	} else if (line->first_sec > 0) {
		p->idle_sec = line->first_sec;
	} else {
		p->idle_sec = p->wanted_idle_sec;
	}
	if ((rc = vv_program_start(&child, vv_connect_env(o), line->argv, not_for_others, err)) <
	    0) {
		pipe_close(p);
		return rc;
	}
	p->in = child.out;
	p->out = child.in;
	p->err = child.err;
	p->pid = child.pid;
	if (make_nonblocking(p->in) < 0 || make_nonblocking(p->out) < 0 ||
	    make_nonblocking(p->err) < 0) {
		rc = vv_fail_errno(err, "cannot set up the pipe to", line->argv[0]);
		pipe_close(p);
		return rc;
	}
	*out = vv_channel_new(&pipe_ops, p, line->name, true);
	return *out ? VV_OK : vv_fail_nomem(err);
}
