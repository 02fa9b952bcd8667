/*
 * supply: how the child is started and ended, and when it is given up.
 */
#include "lib/sources/supply.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "repo/git/program.h"
#include "transport/line/pipe.h"
#include "transport/protocol/frame.h"

#define PROGRAM "varve-vault"
#define SHOWN "the vault's program" /* in messages */
#define SILENT_SEC 10u              /* a busy machine may take some time to start it */
#define END_MS 3000u                /* it closes its lines to holders, */
#define TERMINATE_MS 1000u          /* and after SIGTERM has so long */
#define STEP_MS 5

typedef struct line {
	vv_mutex *lock;       /* of the two below */
	bool asking, stopped; /* the request went out whole; nobody waits for its answer */
	int fd;               /* of the channel; -1: there is none */
	vv_channel *channel;  /* NULL: not open, or given up */
} line;

struct vv_supply {
	char *gitdir;
	vv_env *env;
	char timeout[16]; /* what the user said; "": nothing */
	unsigned silent_sec;
	bool named, quiet;
	vv_mutex *lock; /* of the start */
	bool started;
	vv_error why; /* it could not be started; its code, else VV_OK */
	pid_t pid;
	size_t count;
	line lines[VV_SUPPLY_LINES_MAX];
};

vv_supply *vv_supply_new(const vv_supply_options *o)
{
	const vv_connect_options usual = {0}, *c = o->connect ? o->connect : &usual;
	vv_auto(vv_supply) *s = vv_calloc(1, sizeof(*s));

	assert(o->lines > 0 && o->lines <= VV_SUPPLY_LINES_MAX);
	if (!s) return NULL;
	s->gitdir = vv_strdup(vv_repository_gitdir(o->repo));
	s->named = o->named;
	s->quiet = o->quiet;
	s->silent_sec = vv_idle_sec(c) > SILENT_SEC ? vv_idle_sec(c) : SILENT_SEC;
	if (c->idle_sec > 0) {
		(void)snprintf(s->timeout, sizeof(s->timeout), "%u", c->idle_sec);
	}
	s->pid = -1;
	s->why.code = VV_OK;
	s->count = o->lines;
	s->lock = vv_mutex_new();
	bool whole = s->gitdir && s->lock &&
		     vv_env_new(&s->env, vv_env_list(vv_repository_env(o->repo)), NULL) == VV_OK;
	for (size_t i = 0; i < s->count; i++) {
		s->lines[i].fd = -1;
		s->lines[i].lock = vv_mutex_new();
		whole = whole && s->lines[i].lock;
	}
	if (!whole) return NULL;
	return vv_take(&s);
}

/* --- the child ----------------------------------------------------------------------------------- */

static vv_status fail_absent(vv_error *err)
{
	vv_fail(err, VV_EPROGRAM,
		"the package " PROGRAM ", which reads the vault, is not installed");
	return vv_hint(err, "install the package " PROGRAM);
}

static vv_status find_program(char **out, const vv_env *env, vv_error *err)
{
	vv_status rc = vv_program_find_own(out, env, PROGRAM, err);
	return rc == VV_EPROGRAM ? fail_absent(err) : rc;
}

vv_status vv_supply_installed(const vv_env *env, vv_error *err)
{
	vv_auto(char) *program = NULL;
	return find_program(&program, env, err);
}

static vv_status run_child(vv_supply *s, const int *theirs, vv_error *err)
{
	char count[16];
	vv_auto(char) *program = NULL;
	const char *argv[12];
	size_t n = 0;
	vv_status rc = find_program(&program, s->env, err);

	if (rc < 0) return rc;
	(void)snprintf(count, sizeof(count), "%zu", s->count);
	argv[n++] = program;
	argv[n++] = "supply";
	argv[n++] = "--lines";
	argv[n++] = count;
	if (s->timeout[0]) {
		argv[n++] = "--timeout";
		argv[n++] = s->timeout;
	}
	if (s->named) {
		argv[n++] = "--named";
	}
	if (s->quiet) {
		argv[n++] = "--quiet";
	}
	argv[n++] = "--";
	argv[n++] = s->gitdir;
	argv[n] = NULL;
	return vv_program_start_lines(&s->pid, s->env, argv, theirs, s->count, err);
}

static vv_status open_line(vv_supply *s, size_t i, int *theirs, vv_error *err)
{
	int pair[2];
	line *l = &s->lines[i];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		return vv_fail_errno(err, "cannot make a line to", SHOWN);
	}
	*theirs = pair[1];
	l->channel = vv_channel_socket(pair[0], SHOWN, s->silent_sec);
	l->fd = l->channel ? pair[0] : -1;
	return l->channel ? VV_OK : vv_fail_nomem(err);
}

static vv_status start_child(vv_supply *s, vv_error *err)
{
	int theirs[VV_SUPPLY_LINES_MAX];
	size_t made = 0;
	vv_status rc = VV_OK;

	while (rc == VV_OK && made < s->count) {
		theirs[made] = -1;
		rc = open_line(s, made, &theirs[made], err);
		made++;
	}
	rc = rc < 0 ? rc : run_child(s, theirs, err);
	for (size_t i = 0; i < made; i++) {
		if (theirs[i] >= 0) {
			(void)close(theirs[i]);
		}
	}
	return rc;
}

static vv_status need_child(vv_supply *s, vv_error *err)
{
	vv_mutex_lock(s->lock);
	if (!s->started) {
		s->started = true;
		if (start_child(s, &s->why) == VV_OK) {
			s->why.code = VV_OK;
		}
	}
	vv_mutex_unlock(s->lock);
	if (s->why.code != VV_OK) {
		*err = s->why;
	}
	return s->why.code;
}

static void nap(void)
{
	const struct timespec t = {0, STEP_MS * 1000000L};
	(void)nanosleep(&t, NULL);
}

static bool has_ended(pid_t pid, uint64_t ms)
{
	const uint64_t start = vv_monotonic_ms();
	pid_t rc;

	while ((rc = waitpid(pid, NULL, WNOHANG)) == 0 || (rc < 0 && errno == EINTR)) {
		if (vv_monotonic_ms() - start >= ms) return false;
		nap();
	}
	return true;
}

static void end_child(pid_t pid)
{
	if (has_ended(pid, END_MS)) return;
	(void)kill(pid, SIGTERM);
	if (!has_ended(pid, TERMINATE_MS)) {
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
		}
	}
}

void vv_supply_free(vv_supply *s)
{
	if (!s) return;
	for (size_t i = 0; i < s->count; i++) {
		vv_channel_close(s->lines[i].channel);
		vv_mutex_free(s->lines[i].lock);
	}
	if (s->pid > 0) {
		end_child(s->pid);
	}
	vv_mutex_free(s->lock);
	vv_free(s->gitdir);
	vv_env_free(s->env);
	vv_free(s);
}

/* --- asking -------------------------------------------------------------------------------------- */

static void give_up(line *l)
{
	vv_mutex_lock(l->lock);
	vv_channel_close(l->channel);
	l->channel = NULL;
	l->fd = -1;
	vv_mutex_unlock(l->lock);
}

/* An end without a request, which the child finds while it works, or has read behind the request. */
static void send_stop(const line *l)
{
	static const char end[] = {VV_FRAME_END, 0};
	(void)send(l->fd, end, sizeof(end), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static vv_status send_request(line *l, const vv_supply_request *q, vv_error *err)
{
	vv_status rc = vv_supply_request_write(l->channel, q, err);

	vv_mutex_lock(l->lock);
	l->asking = rc == VV_OK;
	if (l->asking && l->stopped) {
		send_stop(l);
	}
	vv_mutex_unlock(l->lock);
	return rc;
}

static vv_status read_answer(line *l, vv_supply_frame_fn fn, void *payload, vv_error *err)
{
	vv_auto(vv_frame_reader) in = {0};
	uint8_t type;
	vv_status rc;

	vv_frame_reader_init(&in, l->channel, UINT64_MAX);
	in.skips_alive = in.is_own = true;
	while ((rc = vv_frame_read(&in, &type, err)) == VV_OK && type != VV_FRAME_END) {
		rc = fn ? fn(payload, type, in.payload.data, in.payload.len, err)
			: vv_fail(err, VV_ECORRUPT, SHOWN " said more than it was asked");
		if (rc < 0) {
			break;
		}
	}
	return rc;
}

vv_status vv_supply_ask(vv_supply *s, size_t number, const vv_supply_request *q,
			vv_supply_frame_fn fn, void *payload, vv_error *err)
{
	line *l = &s->lines[number];
	vv_status rc = need_child(s, err);

	assert(number < s->count);
	if (rc < 0) return rc;
	if (!l->channel) return vv_fail(err, VV_EIO, SHOWN " did not answer before");
	vv_mutex_lock(l->lock);
	l->stopped = l->stopped && q->op == VV_SUPPLY_BLOCKS;
	rc = l->stopped ? vv_fail_stopped(err, SHOWN) : VV_OK;
	vv_mutex_unlock(l->lock);
	if (rc < 0) return rc;
	if ((rc = send_request(l, q, err)) == VV_OK) {
		rc = read_answer(l, fn, payload, err);
	}
	vv_mutex_lock(l->lock);
	l->asking = false;
	vv_mutex_unlock(l->lock);
	if (rc < 0 && !err->answered) {
		give_up(l);
	}
	return rc;
}

void vv_supply_stop(vv_supply *s, size_t number)
{
	line *l = &s->lines[number];

	vv_mutex_lock(l->lock);
	if (!l->stopped && l->asking && l->fd >= 0) {
		send_stop(l);
	}
	l->stopped = true;
	vv_mutex_unlock(l->lock);
}
