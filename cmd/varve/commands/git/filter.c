/*
 * filter: filter, filter-process: called by Git (filter.varve.* in the configuration from init),
 * with Git's protocols.
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_line.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/push_hook.h"
#include "lib/worktree/filter.h"
#include "lib/worktree/pkt_line.h"
#include "repo/git/verb/runner.h"

/* A varve that runs git takes it into its own message. */
static void report_as_error(void)
{
	if (vv_runner_is_above(vv_environ())) {
		vv_report_as("error: ");
	}
}

/* One file through standard input and output. */

static ssize_t read_stdin(void *payload VV_UNUSED, void *buf, size_t len, vv_error *err)
{
	return vv_read_full(STDIN_FILENO, buf, len, "standard input", err);
}

static vv_status write_stdout(void *payload VV_UNUSED, const void *bytes, size_t len, vv_error *err)
{
	return vv_write_full(STDOUT_FILENO, bytes, len, "standard output", err);
}

static int run_filter(void *options VV_UNUSED, int argc, char **argv)
{
	vv_auto(vv_filter) f = {0};
	vv_auto(vv_smudge) smudge = {0};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_error err;

	if (argc != 2 || (strcmp(argv[0], "clean") != 0 && strcmp(argv[0], "smudge") != 0)) {
		vv_auto(vv_buf) line = VV_BUF_INIT;
		vv_typed t;

		vv_typed_read(&t, argc, argv);
		vv_typed_put(&line, "varve cat FILE --where CONDITION", &t);
		return vv_usage_error(
			"filter takes clean PATH or smudge PATH; '%s' prints the rows that meet a condition",
			vv_buf_cstr(&line));
	}
	report_as_error();
	vv_status rc = vv_filter_open(&f, vv_environ(), &vv_notes_stderr, &err);
	if (rc < 0) return vv_report_trouble(&err);
	if (strcmp(argv[0], "clean") == 0) {
		if ((rc = vv_filter_clean(&f, argv[1], read_stdin, NULL, &out, &err)) == VV_OK) {
			rc = write_stdout(NULL, out.data, out.len, &err);
		}
	} else if ((rc = vv_filter_smudge(&f, argv[1], read_stdin, NULL, &smudge, &err)) == VV_OK) {
		rc = vv_filter_bytes(&f, argv[1], &smudge, write_stdout, NULL, &err);
	}
	return rc < 0 ? vv_report_trouble(&err) : VV_EXIT_OK;
}

/* Many files, one after the other, through one process. */

typedef struct session {
	vv_filter filter;
	vv_pkt_in in;
	vv_pkt_out out;
	bool open; /* the repository, opened with the first file */
	bool told; /* of the hook */
} session;

static vv_status shake_hands(session *s, vv_error *err)
{
	const char *text;
	bool client = false, version = false;
	int more;
	vv_status rc;

	while ((more = vv_pkt_text(&s->in, &text, err)) > 0) {
		client = client || strcmp(text, "git-filter-client") == 0;
		version = version || strcmp(text, "version=2") == 0;
	}
	if (more < 0) return (vv_status)more;
	if (!client || !version) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "this is not git's filter protocol, version 2\n"
			       "'filter-process' is for git to call");
	}
	if ((rc = vv_pkt_puts(&s->out, "git-filter-server", err)) < 0 ||
	    (rc = vv_pkt_puts(&s->out, "version=2", err)) < 0) {
		return rc;
	}
	vv_pkt_flush(&s->out);
	if ((rc = vv_pkt_send(&s->out, err)) < 0) return rc;
	vv_pkt_next(&s->in);
	if ((rc = vv_pkt_drain(&s->in, err)) < 0) { /* what git can do: more than we need */
		return rc;
	}
	vv_pkt_next(&s->in);
	if ((rc = vv_pkt_puts(&s->out, "capability=clean", err)) < 0 ||
	    (rc = vv_pkt_puts(&s->out, "capability=smudge", err)) < 0) {
		return rc;
	}
	vv_pkt_flush(&s->out);
	return vv_pkt_send(&s->out, err);
}

static vv_status put_packet(void *payload, const void *bytes, size_t len, vv_error *err)
{
	return vv_pkt_put(payload, bytes, len, err);
}

static vv_status put_status(session *s, const char *status, vv_error *err)
{
	vv_status rc = vv_pkt_puts(&s->out, status, err);

	vv_pkt_flush(&s->out);
	return rc;
}

/* The answer to what could not be done: git then fails loudly (filter.varve.required). */
static vv_status refuse_command(session *s, const vv_error *why, vv_error *err)
{
	vv_status rc = vv_pkt_drain(&s->in, err);

	vv_report(why);
	return rc < 0 ? rc : put_status(s, "status=error", err);
}

/* The end of a content that was announced as good. An empty list keeps that status. */
static vv_status end_content(session *s, vv_status rc, const vv_error *why, vv_error *err)
{
	vv_pkt_flush(&s->out);
	if (rc < 0) {
		vv_report(why);
		return put_status(s, "status=error", err);
	}
	vv_pkt_flush(&s->out);
	return VV_OK;
}

/* Once, to 'git add' and 'git commit'. */
static void tell_hook(session *s)
{
	bool stores = false;

	if (!s->told && vv_filter_stores(&s->filter, &stores, VV_IGNORED) == VV_OK && stores) {
		s->told = true;
		vv_push_hook_warn(s->filter.repo, &vv_notes_stderr);
	}
}

static vv_status do_clean(session *s, const char *path, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_error why;
	vv_status rc;

	tell_hook(s);
	if (vv_filter_clean(&s->filter, path, vv_pkt_read, &s->in, &out, &why) < 0) {
		rc = refuse_command(s, &why, err);
	} else if ((rc = put_status(s, "status=success", err)) == VV_OK &&
		   (rc = vv_pkt_put(&s->out, out.data, out.len, err)) == VV_OK) {
		rc = end_content(s, VV_OK, NULL, err);
	}
	return rc;
}

static vv_status do_smudge(session *s, const char *path, vv_error *err)
{
	vv_auto(vv_smudge) smudge = {0};
	vv_error why;
	vv_status rc;

	if (vv_filter_smudge(&s->filter, path, vv_pkt_read, &s->in, &smudge, &why) < 0) {
		rc = refuse_command(s, &why, err);
	} else if ((rc = put_status(s, "status=success", err)) == VV_OK) {
		rc = end_content(
			s, vv_filter_bytes(&s->filter, path, &smudge, put_packet, &s->out, &why),
			&why, err);
	}
	return rc;
}

/* Reads one command's lines: 1, 0 when git is done, <0. */
static int read_command(session *s, char **command, char **path, vv_error *err)
{
	const char *text;
	int more;

	vv_pkt_next(&s->in);
	while ((more = vv_pkt_text(&s->in, &text, err)) > 0) {
		char **to = NULL;

		if (strncmp(text, "command=", 8) == 0) {
			to = command;
		} else if (strncmp(text, "pathname=", 9) == 0) {
			to = path;
		}

		if (to && !*to && !(*to = vv_strdup(strchr(text, '=') + 1))) {
			return vv_fail_nomem(err);
		}
	}
	if (more < 0 || s->in.eof) return more;
	if (!*command || !*path) {
		return vv_fail(err, VV_EINPUT, "git sent a filter command without %s",
			       *command ? "a path" : "a name");
	}
	vv_pkt_next(&s->in); /* the content follows */
	return 1;
}

/* With 'varve install' a clone of plain git comes here first: from now on its tables are pushed
 * with their rows, or not at all. A hook that cannot be set is not an error; 'varve doctor' reports
 * it. */
static void set_hook(const vv_filter *f)
{
	bool wanted = false;

	if (vv_config_bool(f->repo, "varve.prepush", true, &wanted, VV_IGNORED) == VV_OK &&
	    wanted) {
		(void)vv_push_hook_set(f->repo, NULL, VV_IGNORED);
	}
}

static vv_status serve_one(session *s, const char *command, const char *path, vv_error *err)
{
	vv_error why;

	if (!s->open && vv_filter_open(&s->filter, vv_environ(), &vv_notes_stderr, &why) < 0) {
		vv_filter_close(&s->filter);
		memset(&s->filter, 0, sizeof(s->filter));
		return refuse_command(s, &why, err);
	}
	if (!s->open) {
		set_hook(&s->filter);
	}
	s->open = s->filter.waits_later = true;
	if (strcmp(command, "clean") == 0) return do_clean(s, path, err);
	if (strcmp(command, "smudge") == 0) return do_smudge(s, path, err);
	vv_fail(&why, VV_ENOSUPPORT, "git asked for '%s', which this filter does not support",
		vv_text_shows(command));
	return refuse_command(s, &why, err);
}

#define LONG_MS 200 /* a busy machine lets git wait as well: then it is not idle */
#define IDLE_MS 20  /* git has something else to do, which may be to call varve */

/* Git has its answers: a failure now can only be reported. */
static void wait_for_disk(session *s)
{
	vv_error err;

	if (s->open && vv_filter_wait(&s->filter, &err) < 0) {
		vv_prefix(&err,
			  "blocks that git's index may refer to are not yet safely on the disk");
		vv_hint(&err, "the next command that writes to the store tries again");
		vv_report(&err);
	}
}

static void rest_when_idle(session *s)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

	if (poll(&in, 1, IDLE_MS) == 0) {
		vv_filter_rest(&s->filter);
		if (poll(&in, 1, LONG_MS) == 0) {
			wait_for_disk(s);
		}
	}
}

static int run_filter_process(void *options VV_UNUSED, int argc, char **argv VV_UNUSED)
{
	session s = {0};
	vv_error err;
	int more = 0;

	if (argc > 0) return vv_usage_error("filter-process takes no arguments; git calls it");
	report_as_error();
	vv_pkt_out_init(&s.out, STDOUT_FILENO);
	vv_status rc = vv_pkt_in_init(&s.in, STDIN_FILENO, &err);
	if (rc == VV_OK) {
		rc = shake_hands(&s, &err);
	}
	while (rc == VV_OK) {
		vv_auto(char) *command = NULL, *path = NULL;

		rest_when_idle(&s);
		more = read_command(&s, &command, &path, &err);
		if (more > 0) {
			rc = serve_one(&s, command, path, &err);
			/* in one write: git wakes up for each */
			rc = rc < 0 ? rc : vv_pkt_send(&s.out, &err);
		}
		if (more <= 0) {
			break;
		}
	}
	if (more < 0) {
		rc = (vv_status)more;
	}
	wait_for_disk(&s);
	vv_filter_close(&s.filter);
	vv_pkt_in_clear(&s.in);
	vv_pkt_out_clear(&s.out);
	return rc < 0 ? vv_report_trouble(&err) : VV_EXIT_OK;
}

const vv_command vv_cmd_filter = {
	.name = "filter",
	.group = "care",
	.summary = "called by git for one file: data to pointer (clean) and back (smudge)",
	.usage = "clean PATH\nsmudge PATH",
	.example = "$ varve filter clean prices.csv < prices.csv",
	.arguments = "path",
	.hidden = true,
	.run_alone = run_filter,
};

const vv_command vv_cmd_filter_process = {
	.name = "filter-process",
	.group = "care",
	.summary = "called by git for many files: its long-running filter protocol",
	.usage = "",
	.example = "$ git config filter.varve.process 'varve filter-process'",
	.arguments = "",
	.hidden = true,
	.run_alone = run_filter_process,
};
