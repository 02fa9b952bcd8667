/*
 * program: start, exec and the three pipes; resolves a program's name to a file.
 *
 * Our end of a program's stdin is non-blocking; if it stops reading, writes fail with EPIPE, without a
 * signal.
 */
#include "repo/git/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/program_start.h"
#include "base/sys.h"
#include "base/text.h"

#define OUTPUT_MAX (64u << 20)
#define READ_STEP 16384u
#define LOOK_MS 50    /* between two looks whether a program has ended */
#define REST_MAX 128u /* reads after its end: more than a pipe holds */

/* --- which file ------------------------------------------------------------- */

bool vv_program_runs(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* The ending that a program's name lacks. */
static const char *ending_of(const char *name)
{
	return vv_path_ends(name, VV_OS_PROGRAM_ENDING) ? "" : VV_OS_PROGRAM_ENDING;
}

/* Only absolute entries of PATH count: an empty one or "." would run files of the current
 * folder. */
vv_status vv_program_find(char **out, const vv_env *env, const char *name, vv_error *err)
{
	const char *path = vv_env_get(env, "PATH"), *folder;
	size_t len;

	*out = NULL;
	if (vv_path_is_absolute(name)) {
		*out = vv_strdup(name);
		return *out ? VV_OK : vv_fail_nomem(err);
	}
	if (strchr(name, '/') || !*name) {
		return vv_fail(err, VV_EUSAGE,
			       "the program '%s' must be a name or an absolute path",
			       vv_text_shows(name));
	}
	path = path ? path : "/usr/bin:/bin";
	while ((folder = vv_path_next_folder(&path, &len)) != NULL) {
		vv_auto(char) *dir = vv_strndup(folder, len);
		vv_auto(char) *called = vv_asprintf("%s%s", name, ending_of(name));
		vv_auto(char) *file = vv_path_join(dir, called, NULL);

		if (!called || !file) return vv_fail_nomem(err);
		if (vv_program_runs(file)) {
			*out = vv_take(&file);
			return VV_OK;
		}
	}
	return vv_fail(err, VV_EPROGRAM,
		       "no program '%s' on the PATH\ninstall %s, or add its folder to the PATH",
		       vv_text_shows(name), vv_text_shows(name));
}

static bool is_own_name(const char *name)
{
	const size_t lead = strlen("varve-");
	const size_t len = strlen(name);

	return strcmp(name, "varve") == 0 ||
	       (strncmp(name, "varve-", lead) == 0 && len > lead &&
		len <= lead + VV_PROGRAM_WORD_MAX && name[lead] != '-' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len);
}

/* A program of this name at a path from the folder of the program that runs; *out NULL: there is none. */
static vv_status program_beside(char **out, const char *folder, const char *name, vv_error *err)
{
	char self[PATH_MAX];

	if (!vv_os_program(self, sizeof(self))) return VV_OK;
	char *slash = strrchr(self, '/');
	if (!slash) return VV_OK;
	*slash = '\0';
	vv_auto(char) *called = vv_asprintf("%s" VV_OS_PROGRAM_ENDING, name);
	vv_auto(char) *path = vv_path_join(self, folder, called, NULL);
	if (!called || !path) return vv_fail_nomem(err);
	if (vv_program_runs(path)) {
		*out = vv_take(&path);
	}
	return VV_OK;
}

vv_status vv_program_find_own(char **out, const vv_env *env, const char *name, vv_error *err)
{
	vv_status rc;

	*out = NULL;
	if (!is_own_name(name)) {
		return vv_fail(err, VV_EPROGRAM, "'%s' is not the name of a program of varve",
			       vv_text_shows(name));
	}
	if ((rc = program_beside(out, ".", name, err)) < 0 || *out ||
	    (rc = program_beside(out, "../libexec/varve", name, err)) < 0 || *out) {
		return rc;
	}
	return vv_program_find(out, env, name, err);
}

/* --- the start ------------------------------------------------------------------ */

typedef struct ends {
	int in[2], out[2], err[2]; /* [0] is ours */
} ends;

static const char **make_env(const char *const *own, const char *const *more)
{
	size_t ours = 0, count = 0, k = 0;
	const char **env;

	while (own[ours]) {
		ours++;
	}
	while (more && more[count]) {
		count++;
	}
	if (!(env = vv_calloc(ours + count + 1, sizeof(char *)))) return NULL;
	for (size_t i = 0; i < count; i++) {
		if (strchr(more[i], '=')) {
			env[k++] = more[i];
		}
	}
	for (size_t i = 0; i < ours; i++) {
		size_t len = strcspn(own[i], "=");
		bool replaced = false;

		for (size_t j = 0; j < count && !replaced; j++) {
			replaced = strncmp(more[j], own[i], len) == 0 &&
				   (more[j][len] == '=' || more[j][len] == '\0');
		}
		if (!replaced) {
			env[k++] = own[i];
		}
	}
	return env;
}

static void close_pair(int pair[2])
{
	vv_fd_close(&pair[0]);
	vv_fd_close(&pair[1]);
}

/* Close-on-exec from their beginning: another thread may start a program meanwhile, which would keep them open. */
static bool open_ends(ends *e, const vv_run *run)
{
	const bool feeds = !run->talk && !run->terminal && (run->len > 0 || run->fed);
	int pair[2];

	e->in[0] = e->in[1] = e->out[0] = e->out[1] = e->err[0] = e->err[1] = -1;
	if (run->talk || feeds) {
		if (!vv_os_pipe(pair)) return false;
		e->in[0] = pair[1];
		e->in[1] = pair[0];
		if (feeds && fcntl(e->in[0], F_SETFL, O_NONBLOCK) < 0) return false;
	}
	if ((run->output || run->take) && !vv_os_pipe(e->out)) return false;
	return !run->errors || vv_os_pipe(e->err);
}

static vv_os_bond bond_of(const vv_run *run)
{
	if (run->tree) return VV_OS_TREE;
	return run->bound ? VV_OS_BOUND : VV_OS_FREE;
}

vv_status vv_run_start(vv_child *c, const vv_run *run, vv_error *err)
{
	vv_auto(char) *file = NULL;
	size_t count = 0;
	vv_status rc;

	if ((rc = vv_program_find(&file, run->env, run->argv[0], err)) < 0) return rc;
	while (run->argv[count]) {
		count++;
	}
	vv_auto_free const char **env = make_env(vv_env_list(run->env), run->more);
	vv_auto_free const char **script = vv_calloc(count + 2, sizeof(char *));
	if (!env || !script) return vv_fail_nomem(err);
	script[0] = "sh";
	script[1] = file;
	for (size_t i = 1; i < count; i++) {
		script[i + 1] = run->argv[i];
	}
	ends e;
	const bool open = open_ends(&e, run);
	const int in = run->terminal ? 0 : e.in[1];
	int out = e.out[1] >= 0 ? e.out[1] : 1;
	int errors = e.err[1] >= 0 ? e.err[1] : 2;

	if (run->mute) {
		errors = -1;
	}
	if (run->output_to_errors) {
		out = errors;
	}
	const vv_os_command command = {.file = file,
				       .argv = run->argv,
				       .env = env,
				       .script = run->script_ok ? script : NULL,
				       .dir = run->dir,
				       .ends = {in, out, errors},
				       .bond = bond_of(run),
				       .by_signal = run->by_signal,
				       .addresses = run->memory,
				       .data = run->data,
				       .cpu_seconds = run->cpu_seconds,
				       .alone = run->alone};
	c->pid = open ? vv_os_start(&command) : -1;
	if (c->pid < 0) {
		rc = vv_fail_errno(err, open ? "cannot start" : "cannot make a pipe to",
				   run->argv[0]);
	} else {
		c->parent = getpid();
		c->name = run->argv[0];
		c->tree = run->tree;
		c->in = e.in[0];
		c->out = e.out[0];
		c->err = e.err[0];
		if (run->started) {
			run->started(run->started_payload, c->pid);
		}
		e.in[0] = e.out[0] = e.err[0] = -1;
	}
	close_pair(e.in);
	close_pair(e.out);
	close_pair(e.err);
	return rc;
}

/* --- feeding and collecting ------------------------------------------------------ */

static vv_status collect_output(int *fd, const vv_run *run, const char *name, vv_buf *to,
				vv_error *err)
{
	char step[READ_STEP];
	ssize_t got = read(*fd, step, sizeof(step));

	if (got < 0 && (errno == EINTR || errno == EAGAIN)) return VV_OK;
	if (got < 0) return vv_fail_errno(err, "cannot read the output of", name);
	if (got == 0) {
		vv_fd_close(fd);
		return VV_OK;
	}
	if (!to) return run->take(run->payload, step, (size_t)got, err);
	if (to->len + (size_t)got > OUTPUT_MAX) {
		return vv_fail(err, VV_EREFUSED, "the output of '%s' is longer than %s",
			       vv_text_shows(name), vv_text_bytes(OUTPUT_MAX));
	}
	vv_buf_put(to, step, (size_t)got);
	return vv_buf_ok(to, err);
}

static vv_status feed_input(int *fd, const char *name, const char **p, size_t *left, vv_error *err)
{
	ssize_t put = vv_os_write(write, *fd, *p, *left);

	if (put < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return VV_OK;
	if (put < 0 && (errno == EPIPE || errno == ECONNRESET)) {
		*left = 0; /* it stopped reading; its exit code decides */
		vv_fd_close(fd);
		return VV_OK;
	}
	if (put < 0) return vv_fail_errno(err, "cannot write to", name);
	*p += put;
	*left -= (size_t)put;
	return VV_OK;
}

static bool is_stopped(const vv_run *run)
{
	return run->stopped && run->stopped(run->stopped_payload);
}

/* As poll. left: NULL, or how much may still be read once the program has ended: all its output is in the pipes
 * then, and 0 is the end. */
static int await_pipes(struct pollfd fds[3], const vv_run *run, const vv_child *c, unsigned *left)
{
	const int limit = run->silent_sec > 0 ? (int)run->silent_sec * 1000 : -1;

	if (!left && !run->stopped) return poll(fds, 3, limit);
	for (int passed = 0;;) {
		if (left && vv_os_has_ended(c->pid)) {
			return *left > 0 && (*left)-- ? poll(fds, 3, 0) : 0;
		}
		const int ready = poll(fds, 3, LOOK_MS);

		if (ready != 0 || is_stopped(run)) return ready;
		passed += LOOK_MS;
		if (limit >= 0 && passed >= limit) return 0;
	}
}

/* Until all is fed; unless more is to come, also until it has written `wanted` bytes or ended its output. */
static vv_status feed_and_collect(const vv_run *run, vv_child *c, const char *p, size_t left,
				  bool more, size_t wanted, vv_error *err)
{
	vv_status rc = VV_OK;
	unsigned rest = REST_MAX;

	if (!more && left == 0) {
		vv_fd_close(&c->in);
	}
	while (rc == VV_OK &&
	       (more ? left > 0 && c->in >= 0 : c->in >= 0 || c->out >= 0 || c->err >= 0) &&
	       !(run->output && run->output->len >= wanted)) {
		struct pollfd fds[3] = {
			{c->in, POLLOUT, 0}, {c->out, POLLIN, 0}, {c->err, POLLIN, 0}};

		const int ready = await_pipes(fds, run, c, run->leaves ? &rest : NULL);
		if (is_stopped(run)) {
			return vv_fail(err, VV_ECANCELLED, "'%s' was stopped",
				       vv_text_shows(c->name));
		}
		if (ready == 0 && run->leaves && vv_os_has_ended(c->pid)) return VV_OK;
		if (ready == 0) {
			return vv_fail(err, VV_EIO, "no answer for %u s", run->silent_sec);
		}
		if (ready < 0) {
			if (errno != EINTR) {
				rc = vv_fail_errno(err, "cannot wait for", c->name);
			}
			continue;
		}
		if (fds[0].revents) {
			rc = feed_input(&c->in, c->name, &p, &left, err);
		}
		if (!more && left == 0) {
			vv_fd_close(&c->in);
		}
		if (rc == VV_OK && fds[1].revents) {
			rc = collect_output(&c->out, run, c->name, run->output, err);
		}
		if (rc == VV_OK && fds[2].revents) {
			rc = collect_output(&c->err, run, c->name, run->errors, err);
		}
	}
	return rc;
}

static void close_ends(vv_child *c)
{
	vv_fd_close(&c->in);
	vv_fd_close(&c->out);
	vv_fd_close(&c->err);
}

/* False after a fork, in the child, where the program still writes to the parent. */
static bool is_ours(const vv_child *c)
{
	return c->parent == getpid();
}

/* It is stopped where something failed. */
static vv_status wait_for(vv_child *c, vv_status rc, int *exit_code, vv_error *err)
{
	close_ends(c);
	if (rc < 0 && c->tree) {
		vv_os_end_tree(c->pid);
	} else if (rc < 0) {
		(void)kill(c->pid, SIGTERM);
	}
	if (!vv_os_wait(c->pid, exit_code) && rc == VV_OK) {
		rc = vv_fail_errno(err, "cannot wait for", c->name);
	}
	return rc;
}

vv_status vv_run_program(const vv_run *run, int *exit_code, vv_error *err)
{
	vv_child c = VV_CHILD_NONE;
	vv_status rc = vv_run_start(&c, run, err);

	*exit_code = -1;
	if (rc < 0) return rc;
	rc = feed_and_collect(run, &c, run->input, run->len, false, SIZE_MAX, err);
	return wait_for(&c, rc, exit_code, err);
}

vv_status vv_fed_start(vv_fed *f, const vv_run *run, vv_error *err)
{
	*f = (vv_fed){*run, VV_CHILD_NONE};
	f->run.fed = true;
	return vv_run_start(&f->child, &f->run, err);
}

vv_status vv_fed_feed(vv_fed *f, const void *bytes, size_t len, vv_error *err)
{
	return feed_and_collect(&f->run, &f->child, bytes, len, true, SIZE_MAX, err);
}

vv_status vv_fed_read(vv_fed *f, size_t len, vv_error *err)
{
	return feed_and_collect(&f->run, &f->child, NULL, 0, false, len, err);
}

vv_status vv_fed_end(vv_fed *f, int *exit_code, vv_error *err)
{
	vv_status rc = feed_and_collect(&f->run, &f->child, NULL, 0, false, SIZE_MAX, err);

	rc = wait_for(&f->child, rc, exit_code, err);
	f->child.pid = -1;
	return rc;
}

void vv_fed_close(vv_fed *f)
{
	int code;

	if (f->child.pid > 0 && is_ours(&f->child)) {
		(void)wait_for(&f->child, VV_EIO, &code, VV_IGNORED);
	} else if (f->child.pid > 0) {
		close_ends(&f->child);
	}
	f->child.pid = -1;
}

void vv_child_stop(vv_child *c)
{
	if (c->pid <= 0) return;
	int code;

	if (is_ours(c)) {
		if (c->tree) {
			vv_os_end_tree(c->pid);
		}
		(void)kill(c->pid, SIGKILL);
		(void)vv_os_wait(c->pid, &code);
	}
	close_ends(c);
	c->pid = 0;
}

vv_status vv_program_start(vv_child *out, const vv_env *env, const char *const *argv,
			   const char *const *more, vv_error *err)
{
	vv_buf piped = VV_BUF_INIT; /* requests a pipe */

	*out = VV_CHILD_NONE;
	vv_run run = {.argv = argv, .env = env, .more = more};
	run.output = run.errors = &piped;
	run.talk = true;
	return vv_run_start(out, &run, err);
}

vv_status vv_program_run(const vv_env *env, const char *const *argv, const void *input, size_t len,
			 vv_buf *output, int *exit_code, vv_error *err)
{
	vv_auto(vv_buf) ignored = VV_BUF_INIT;

	vv_run run = {.argv = argv,
		      .env = env,
		      .input = input,
		      .len = len,
		      .output = output ? output : &ignored};
	return vv_run_program(&run, exit_code, err);
}

/* --- hooks ---------------------------------------------------------------------------- */
