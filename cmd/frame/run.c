/*
 * run: how arguments become a command's options struct and positional arguments, who frees
 * them, and what follows a command.
 */
#include "cmd/frame/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/gc.h"
#include "cmd/frame/git_words.h"
#include "cmd/frame/help.h"
#include "cmd/frame/meant_line.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"
#include "lib/sync/needed.h"
#include "repo/git/program.h"
#include "repo/git/run_git.h"

static int run_in_context(const vv_command *c, vv_context *x)
{
	vv_error err;
	vv_status rc = vv_url_words_read(&x->urls, c->urls, x->argc, x->argv, x->dashdash, &err);

	if (rc < 0) return vv_report(&err);
	if (x->urls.url) {
		x->argc = x->urls.argc;
		x->argv = x->urls.argv;
		x->dashdash = x->urls.dashdash;
	}
	int code = VV_EXIT_OK;
	if (vv_options_check(c, x->options, x->argc, x->argv, &err) < 0) {
		vv_meant_sentence(&err, c->name, x->typed_count, x->typed);
		code = err.hint_id == VV_HINT_NONE ? vv_usage_error("%s", err.message)
						   : vv_report_trouble(&err);
	} else if (c->check) {
		code = c->check(x);
	}
	if (code != VV_EXIT_OK) {
		vv_url_words_clear(&x->urls);
		return code;
	}
	if ((rc = vv_context_need(x, c->needs, &err)) == VV_OK) {
		rc = c->run(x, &err);
	}
	if (rc >= 0 && x->repo) {
		vv_status settled = vv_repository_settle(x->repo, &err);

		if (settled < 0 && x->code == VV_EXIT_TROUBLE) {
			vv_warn("%s", err.message); /* the failure was reported already */
		} else {
			rc = settled < 0 ? settled : rc;
		}
	}
	vv_progress_stop();
	if (rc < 0) {
		vv_url_words_hint(&x->urls, c->urls, x->argc, x->argv, &err);
	}
	vv_context_close(x);
	if (rc < 0) {
		vv_meant_sentence(&err, c->name, x->typed_count, x->typed);
		vv_meant_line(&err, c->name, x->typed_count, x->typed);
		code = vv_report(&err);
		x->code = c->conflict_is_no || err.lost ? code : VV_EXIT_TROUBLE;
	} else {
		vv_auto_gc_begin(&x->gc, x->gc_quiet);
	}
	vv_auto_gc_clear(&x->gc);
	return x->code;
}

/* --abort and --quit make another command of one (lib/worktree/put_right.h). */
static void name_again(vv_context *x, const vv_command *c)
{
	(void)snprintf(x->again, sizeof(x->again), "%s", c->name);
	vv_array_each(c->options, c->option_count, o) {
		if (o->name && (strcmp(o->name, "abort") == 0 || strcmp(o->name, "quit") == 0) &&
		    *(const bool *)((const char *)x->options + o->offset)) {
			(void)snprintf(x->again, sizeof(x->again), "%s --%s", c->name, o->name);
		}
	}
}

static int run_parsed(const vv_command *c, int argc, char **argv)
{
	vv_error err;
	vv_auto(vv_arguments) args = {0};
	vv_auto_free void *options = vv_calloc(1, c->options_size ? c->options_size : 1);
	int code;

	if (!options) {
		vv_fail_nomem(&err);
		return vv_report(&err);
	}
	if (vv_options_parse(c, options, argc, argv, &args, &err) < 0) {
		if (args.failed >= 0 && err.hint_id == VV_HINT_NONE &&
		    vv_git_words_option(c->name, argv[args.failed])) {
			vv_git_words_hint(&err, c->name, argc, argv);
		}
		vv_hint(&err, "try 'varve %s -h'", c->name);
		code = vv_report(&err);
	} else if (args.help) {
		vv_help_command(c);
		code = VV_EXIT_OK;
	} else {
		vv_context x = {.name = c->name,
				.gets = c->gets,
				.dry = vv_options_flag(c, options, "dry-run"),
				.allow_unsigned = vv_options_flag(c, options, "unsigned"),
				.by_git = c->hidden,
				.options = options,
				.argc = args.argc,
				.argv = args.argv,
				.typed = argv,
				.typed_count = argc,
				.dashdash = args.dashdash};

		name_again(&x, c);
		code = c->run ? run_in_context(c, &x) : c->run_alone(options, args.argc, args.argv);
	}
	vv_options_clear(c, options);
	return code;
}

/* Git seeks a program of its own for addresses of relays. */
static void advise_relay(const char *said)
{
	if (strstr(said, "'remote-relay+http")) {
		vv_note("hint: git cannot reach a machine behind a relay; 'varve fetch', 'varve "
			"pull', 'varve push' and 'varve ls-remote' can");
	}
}

/* The same as a child, whose messages are printed without the secrets of URLs. */
static int run_git_hiding(char **args, int argc)
{
	vv_auto(vv_buf) out = VV_BUF_INIT, said = VV_BUF_INIT, shown = VV_BUF_INIT;
	vv_error err;
	int code;

	if (argc >= (int)VV_GIT_ARGS_MAX) return vv_usage_error("too many arguments");
	static const char *const no_other_machine[] = {"GIT_ALLOW_PROTOCOL=file", NULL};
	const vv_git_call call = {.args = (const char *const *)args,
				  .env = vv_environ(),
				  .more = getenv(VV_OFFLINE_VAR) ? no_other_machine : NULL,
				  .output = &out};
	if (vv_git_run(&call, &said, &code, &err) < 0) return vv_report(&err);
	vv_out_raw(out.data, out.len);
	vv_text_put_urls(&shown, said.data, said.len);
	if (vv_buf_ok(&shown, &err) < 0) return vv_report(&err);
	vv_out_flush();
	if (shown.len > 0) {
		vv_note("%.*s", (int)shown.len - (shown.data[shown.len - 1] == '\n'), shown.data);
		advise_relay(shown.data);
	}
	return code;
}

/* Git's own command in the place of this process: returns only where it cannot be run. Git would run
 * programs that a bare repository names in whose folders it is started; varve does not. */
static int run_git(const vv_command *c, int argc, char **argv)
{
	enum { BEFORE = 4 }; /* words before those of the command */
	vv_auto_free char **args = vv_calloc((size_t)argc + BEFORE + 1, sizeof(*args));
	vv_auto(vv_repository) *r = NULL;
	vv_auto(char) *path = NULL;
	vv_error err;

	if (vv_repository_open(&r, NULL, vv_environ(), &err) == VV_EREFUSED) return vv_report(&err);
	if (!args) {
		vv_fail_nomem(&err);
	} else if (vv_program_find(&path, vv_environ(), "git", &err) == VV_OK) {
		args[0] = path;
		args[1] = (char *)(uintptr_t) "-c"; /* as vv_git_call.durable */
		args[2] = (char *)(uintptr_t) "core.fsync=all";
		args[3] = (char *)(uintptr_t)c->name;
		memcpy(args + BEFORE, argv, (size_t)argc * sizeof(*argv));
		if (c->hides_urls) return run_git_hiding(args + 1, argc + BEFORE - 1);
		if (getenv(VV_OFFLINE_VAR)) {
			(void)setenv("GIT_ALLOW_PROTOCOL", "file", 1);
		}
		execv(path, args);
		vv_fail_errno(&err, "cannot run", path);
	}
	return vv_report(&err);
}

int vv_command_run(const vv_command *c, int argc, char **argv)
{
	vv_error err;

	vv_out_command(c->name);
	if (vv_environ_take(&err) < 0) return vv_report(&err);
	if (!c->pass) {
		vv_use_own_encodings();
	}
	if (!c->raw && !c->pass) return run_parsed(c, argc, argv);
	if (argc > 0 && (strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "--help") == 0)) {
		vv_help_command(c);
		return VV_EXIT_OK;
	}
	if (c->absent && vv_options_lacks(c, argc, argv, &err)) {
		vv_hint(&err, "try 'varve %s -h'", c->name);
		return vv_report(&err);
	}
	return c->pass && !c->raw ? run_git(c, argc, argv) : c->run_alone(NULL, argc, argv);
}
