/*
 * git_words: these words. Each of them works on a repository with tables: see
 * tests/cli/help/git_words.bats and spellings.txt beside it.
 */
#include "cmd/frame/git_words.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"

static const char *const commands[] = {
	"annotate",        "archive",      "bisect",       "bundle",
	"cat-file",        "check-ignore", "checkout",     "clean",
	"count-objects",   "describe",     "diff-tree",    "for-each-ref",
	"format-patch",    "grep",         "ls-files",     "ls-tree",
	"merge-base",      "name-rev",     "notes",        "range-diff",
	"rebase",          "reflog",       "reset",        "rev-list",
	"rev-parse",       "shortlog",     "show-branch",  "show-ref",
	"sparse-checkout", "stash",        "symbolic-ref", "update-ref",
	"whatchanged",     "worktree",
};

/* Options between spaces: long ones by name, short ones as their letter. */
static const struct {
	const char *command, *options;
} options[] = {
	/* nothing that takes parts of a file (-p), or a side's lines (-X): tables have their rows in blocks */
	{"add", " N intent-to-add refresh chmod "},
	{"blame", " L w C M e s l date since porcelain line-porcelain show-email root "},
	{"cherry-pick", " s strategy signoff ff allow-empty keep-redundant-commits skip "},
	{"commit",
	 " s signoff fixup squash C c reuse-message reedit-message reset-author cleanup t template "
	 "trailer "},
	{"diff",
	 " w b W U C a z R G S unified word-diff color-words word-diff-regex numstat shortstat dirstat check raw "
	 "patience histogram minimal diff-algorithm ignore-all-space ignore-space-change ignore-blank-lines "
	 "find-copies diff-filter submodule text binary full-index merge-base relative ext-diff no-ext-diff "
	 "compact-summary color-moved inter-hunk-context no-prefix function-context "},
	{"log",
	 " G L U w g c m E F P graph pretty format date shortstat numstat dirstat pickaxe-regex raw "
	 "simplify-by-decoration ancestry-path cherry-pick cherry-mark cherry left-right branches tags remotes "
	 "abbrev-commit full-history topo-order date-order author-date-order show-signature source word-diff cc "
	 "no-walk walk-reflogs committer invert-grep all-match relative-date diff-filter boundary abbrev "
	 "fixed-strings perl-regexp extended-regexp min-parents max-parents decorate-refs full-diff "},
	{"merge", " squash s strategy signoff log S autostash verify-signatures stat no-stat "},
	{"mv", " k "},
	{"restore", " m merge conflict overlay "},
	{"revert", " s strategy signoff skip "},
	{"rm", " ignore-unmatch "},
	{"show",
	 " U w c m G format pretty date abbrev-commit word-diff numstat shortstat raw show-signature graph cc "
	 "notes diff-filter "},
	{"status", " ignored porcelain column show-stash find-renames ahead-behind "},
	{"switch", " orphan guess no-guess m merge conflict "},
};

bool vv_git_words_command(const char *name)
{
	return vv_text_is_among(name, commands, sizeof(commands) / sizeof(commands[0]));
}

static bool is_listed(const char *list, const char *word, size_t len)
{
	for (const char *p = list; *p; p++) {
		if (p[0] == ' ' && strncmp(p + 1, word, len) == 0 && p[1 + len] == ' ') return true;
	}
	return false;
}

bool vv_git_words_option(const char *command, const char *arg)
{
	vv_array_each(options, sizeof(options) / sizeof(options[0]), option) {
		if (strcmp(option->command, command) != 0) {
			continue;
		}
		if (arg[0] == '-' && arg[1] == '-' && arg[2]) {
			return is_listed(option->options, arg + 2, strcspn(arg + 2, "="));
		}
		return arg[0] == '-' && arg[1] && is_listed(option->options, arg + 1, 1);
	}
	return false;
}

/* A patch for git apply. */
static bool makes_patch(const char *command, int argc, char **argv)
{
	return strcmp(command, "diff") == 0 &&
	       vv_array_find(argv, (size_t)argc, it, strcmp(*it, "--binary") == 0) &&
	       !vv_array_find(argv, (size_t)argc, it, strcmp(*it, "--no-ext-diff") == 0);
}

/* Options about lines, which the cells that varve shows do not have: "-w", "--word-diff=color". */
static bool compares_lines(const char *command, int argc, char **argv)
{
	static const char *const lines[] = {
		"-w",        "-b",          "-W",          "-U",         "--ignore-",
		"--unified", "--word-diff", "--color-w",   "--patience", "--inter-hunk",
		"--minimal", "--diff-algo", "--histogram", "--function", "--color-moved",
	};

	for (int i = 0; strcmp(command, "diff") == 0 && i < argc; i++) {
		vv_array_each(lines, sizeof(lines) / sizeof(lines[0]), it) {
			if (strncmp(argv[i], *it, strlen(*it)) == 0) return true;
		}
	}
	return false;
}

void vv_git_words_put(vv_buf *out, const char *command, int argc, char **argv)
{
	vv_buf_printf(out, "git %s", command);
	if (makes_patch(command, argc, argv) ||
	    compares_lines(command, argc, argv)) { /* not with the cells that varve shows instead */
		vv_buf_puts(out, " --no-ext-diff");
	}
	vv_text_put_argv(out, argc, argv);
}

vv_status vv_git_words_hint(vv_error *err, const char *command, int argc, char **argv)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_git_words_put(&line, command, argc, argv);
	vv_hint_clear(err);
	return vv_hint(err, "'%s' works here", vv_buf_cstr(&line));
}
