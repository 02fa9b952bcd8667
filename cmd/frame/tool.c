/*
 * tool: the options before a command's name, and where other programs of varve are.
 */
#include "cmd/frame/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/os.h"
#include "base/program_start.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/help.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "lib/sync/needed.h"
#include "lib/view/row_find.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"

static void on_failed_write(int signal_number VV_UNUSED)
{
}

/* A reader that disappears is seen as EPIPE, a file that may not grow (ulimit -f) as
 * EFBIG, so that a command can end its work. A handler, not SIG_IGN: the programs that
 * varve runs must not inherit it. */
static void catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_failed_write};
	sigemptyset(&sa.sa_mask);
	sa.sa_flags = SA_RESTART;
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGXFSZ, &sa, NULL);
}

/* A closed stdin, stdout or stderr would let the first opened file take its number,
 * and messages would be written into it. */
static bool fill_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) return false;
	}
	return true;
}

/* As in Git: GIT_DIR for us and for what we run. */
static int set_git_dir(const char *dir)
{
	char *real = realpath(dir, NULL);
	vv_error err;

	if (!real) {
		vv_fail_errno(&err, "no repository at", dir);
		return -1 - vv_report(&err);
	}
	(void)setenv("GIT_DIR", real, 1);
	free(real);
	return 0;
}

static const char *last_word(const char *name)
{
	const char *space = strrchr(name, ' ');

	return space ? space + 1 : name;
}

const vv_command *vv_tool_find(const vv_tool *p, const char *word)
{
	const vv_command *const *found = vv_array_find(p->commands, p->command_count, it,
						       strcmp(last_word((*it)->name), word) == 0);

	return found ? *found : NULL;
}

/* Options of Miller before its verb, and the format that each one means; "": none. */
static const char *foreign_format(const char *option)
{
	static const char *const formats[][2] = {
		{"--c2j", "json"},   {"--c2l", "ndjson"},    {"--c2p", "table"},
		{"--c2t", "tsv"},    {"--csv", ""},          {"--icsv", ""},
		{"--itsv", ""},      {"--json", "json"},     {"--ocsv", "csv"},
		{"--ojson", "json"}, {"--ojsonl", "ndjson"}, {"--opprint", "table"},
		{"--otsv", "tsv"},   {"--oxtab", "table"},   {"--tsv", ""},
		{"-p", ""}};

	vv_array_each(formats, sizeof(formats) / sizeof(formats[0]), it) {
		if (strcmp((*it)[0], option) == 0) return (*it)[1];
	}
	return NULL;
}

/* "--icsv --ojson head FILE": answers as for "head FILE --format json". False: an option is none of these. */
static bool foreign_options(const vv_tool *p, int at, int argc, char **argv)
{
	vv_auto_free char **words = vv_calloc((size_t)argc + 4, sizeof(*words));
	vv_auto(vv_buf) line = VV_BUF_INIT;
	const char *format = "", *one;
	char *from = NULL;
	int count = 0;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "--from") == 0 && at + 1 < argc) {
			from = argv[++at];
			continue;
		}
		if (!(one = foreign_format(argv[at]))) return false;
		format = *one ? one : format;
	}
	if (!words || at == argc) return false;
	memcpy(words, argv + at, (size_t)(argc - at) * sizeof(*words));
	count = argc - at;
	if (from) {
		words[count++] = from;
	}
	if (*format) {
		words[count++] = (char *)(uintptr_t) "--format";
		words[count++] = (char *)(uintptr_t)format;
	}
	if (!vv_tool_find(p, words[0])) {
		return p->unknown && p->unknown(words[0], count - 1, words + 1);
	}
	vv_text_put_argv(&line, count, words);
	vv_note("%s has no such options before the command; '%s%s' does it", p->called, p->called,
		vv_buf_cstr(&line));
	return true;
}

/* Options before the command. Returns how many arguments they took, or -1 - exit code. */
static int global_options(const vv_tool *p, int argc, char **argv)
{
	const char *git_dir = NULL;
	int i = 1, failed;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-C") == 0) {
			if (i + 1 >= argc) return -1 - vv_usage_error("-C requires a value: DIR");
			i++;
			if (argv[i][0] && chdir(argv[i]) != 0) {
				vv_error err;
				vv_fail_errno(&err, "cannot change to", argv[i]);
				return -1 - vv_report(&err);
			}
			if (argv[i][0]) {
				vv_repository_name_here();
			}
		} else if (strcmp(argv[i], "--git-dir") == 0) {
			if (i + 1 >= argc) {
				return -1 - vv_usage_error("--git-dir requires a value: DIR");
			}
			git_dir = argv[++i];
		} else if (strncmp(argv[i], "--git-dir=", 10) == 0) {
			git_dir = argv[i] + 10;
		} else if (strcmp(argv[i], "--offline") == 0) {
			setenv(VV_OFFLINE_VAR, "1", 1);
		} else if (strcmp(argv[i], "--no-pager") == 0) {
			setenv("GIT_PAGER", "cat", 1);
		} else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
			vv_tool_overview(p, false, true);
			return -1 - VV_EXIT_OK;
		} else if (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "-v") == 0 ||
			   strcmp(argv[i], "-V") == 0) {
			vv_out("%s %s\n", p->called, VARVE_VERSION);
			return -1 - VV_EXIT_OK;
		} else if (p->otherwise) {
			break; /* its own option */
		} else if (i + 1 < argc && foreign_options(p, i, argc, argv)) {
			return -1 - VV_EXIT_TROUBLE;
		} else {
			return -1 - vv_usage_error("%s has no option '%s'", p->called,
						   vv_text_shows(argv[i]));
		}
	}
	if (git_dir && (failed = set_git_dir(git_dir)) < 0) return failed;
	return i;
}

/* --- the list of commands --- */

static bool is_daily(const vv_tool *p, const vv_command *c)
{
	return !p->daily || vv_ended_find(p->daily, name, strcmp(*name, c->name) == 0);
}

static void put_group(vv_buf *b, const vv_tool *p, const vv_tool_group *g, bool all)
{
	bool any = false;

	vv_array_each(p->commands, p->command_count, command) {
		const vv_command *c = *command;
		if (c->hidden || strcmp(c->group, g->group) != 0 || (!all && !is_daily(p, c))) {
			continue;
		}
		if (!any) {
			vv_buf_printf(b, "\n%s\n", g->heading);
		}
		any = true;
		vv_buf_printf(b, "  %-14s ", last_word(c->name));
		vv_help_put_folded(b, 17, c->summary);
		vv_buf_putc(b, '\n');
	}
}

void vv_tool_overview(const vv_tool *p, bool all, bool asked)
{
	const char *rest = p->called + strcspn(p->called, " ");
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (p->otherwise) {
		vv_help_command(p->otherwise);
	} else {
		vv_buf_printf(
			&b,
			"%s: %s\n\nusage: varve [-C DIR] [--git-dir DIR] [--offline] [--no-pager]%s "
			"COMMAND [ARGUMENT...]\n\nexample:\n",
			p->called, p->summary, rest);
		vv_help_put_lines(&b, "  ", p->example);
	}
	vv_array_each(p->groups, p->group_count, group) {
		put_group(&b, p, group, all);
	}
	vv_array_each(p->others, all ? p->other_count : 0, other) {
		vv_buf_printf(&b, "%s  %-14s %s\n",
			      other == p->others ? "\nin programs of their own\n" : "", other->word,
			      other->summary);
	}
	if (p->group_count > 0) {
		vv_buf_printf(&b, "\n'varve help%s COMMAND' explains one of them", rest);
		if (p->daily && !all) {
			vv_buf_puts(&b, "; 'varve help --all' lists the other commands, too");
		}
		vv_buf_putc(&b, '\n');
	}
	if (asked) {
		vv_out_bytes(vv_buf_cstr(&b), b.len);
	} else {
		fputs(vv_buf_cstr(&b), stderr);
	}
}

int vv_tool_unknown(const vv_tool *p, const char *word, int argc, char **argv)
{
	vv_note("%s has no command '%s'", p->called, vv_text_shows(word));
	vv_nearest near = vv_nearest_to(word);
	vv_array_each(p->commands, p->command_count, command) {
		if (!(*command)->hidden) {
			(void)vv_nearest_try(&near, last_word((*command)->name));
		}
	}
	vv_array_each(p->others, p->other_count, other) {
		(void)vv_nearest_try(&near, other->word);
	}
	if (near.best) {
		vv_auto(vv_buf) line = VV_BUF_INIT;

		vv_text_put_argv(&line, argc, argv);
		vv_note("hint: did you mean '%s %s%s'?", p->called, near.best, vv_buf_cstr(&line));
	} else {
		vv_note("hint: 'varve help%s' lists the commands",
			p->called + strcspn(p->called, " "));
	}
	return VV_EXIT_TROUBLE;
}

/* --- other programs --- */

vv_status vv_tool_run_other(const char *word, const char *command, int argc, char **argv,
			    vv_error *err)
{
	char name[sizeof("varve-") + VV_PROGRAM_WORD_MAX];
	vv_auto(char) *path = NULL;
	vv_auto_free const char **args = NULL;
	size_t n = 0;
	vv_status rc;
	if (strlen(word) > VV_PROGRAM_WORD_MAX) {
		return vv_fail(err, VV_EPROGRAM, "program '%s' not found", vv_text_shows(word));
	}
	snprintf(name, sizeof(name), "varve-%s", word);
	if ((!vv_environ() && (rc = vv_environ_take(err)) < 0) ||
	    (rc = vv_program_find_own(&path, vv_environ(), name, err)) < 0) {
		return rc;
	}
	if (!(args = vv_calloc((size_t)argc + 3, sizeof(*args)))) return vv_fail_nomem(err);
	vv_words_add(args, &n, name, command);
	memcpy(args + n, argv, (size_t)argc * sizeof(*args));
	execve(path, (char *const *)(uintptr_t)args,
	       (char *const *)(uintptr_t)vv_env_list(vv_environ()));
	rc = vv_fail_errno(err, "cannot run", path);
	return rc == VV_ENOTFOUND ? vv_fail(err, VV_EIO, "cannot run '%s'", name) : rc;
}

static int lacks_web(const char *what)
{
	vv_note("%s requires varve-web", what);
	vv_note("hint: install the package varve-web");
	return VV_EXIT_TROUBLE;
}

int vv_tool_check_web(const char *what)
{
	vv_auto(char) *path = NULL;
	vv_error err;
	const vv_status rc = vv_program_find_own(&path, vv_environ(), "varve-web", &err);

	if (rc == VV_EPROGRAM) return lacks_web(what);
	if (rc < 0) return vv_report(&err);
	return VV_EXIT_OK;
}

int vv_tool_serve_http(const char *what, int argc, char **argv)
{
	vv_error err;
	/* does not return where there is one */
	const vv_status rc = vv_tool_run_other("web", "serve", argc, argv, &err);
	return rc == VV_EPROGRAM ? lacks_web(what) : vv_report(&err);
}

/* --- from main to the end --- */

static int run_tool(const vv_tool *p, int argc, char **argv)
{
	int at = global_options(p, argc, argv);

	if (at < 0) return -1 - at;
	const vv_command *c = at < argc ? vv_tool_find(p, argv[at]) : NULL;
	if (c && p->meant && p->meant(argv[at], argc - at - 1, argv + at + 1)) {
		return VV_EXIT_TROUBLE;
	}
	if (c) return vv_command_run(c, argc - at - 1, argv + at + 1);
	if (p->otherwise) return vv_command_run(p->otherwise, argc - at, argv + at);
	if (at >= argc) {
		vv_tool_overview(p, false, false);
		return VV_EXIT_TROUBLE;
	}
	return p->unknown ? p->unknown(argv[at], argc - at - 1, argv + at + 1)
			  : vv_tool_unknown(p, argv[at], argc - at - 1, argv + at + 1);
}

int vv_tool_main(const vv_tool *p, int argc, char **argv)
{
	argv = vv_os_arguments(&argc, argv);
	if (!fill_standard_files()) return VV_EXIT_TROUBLE;
	vv_os_program_started(argv[0]);
	catch_signals();
	vv_row_work_register();
	if (p->begin) {
		p->begin();
	}
	return vv_out_end(run_tool(p, argc, argv));
}
