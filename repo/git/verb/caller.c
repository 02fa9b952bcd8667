/*
 * caller: finds git among the processes above, and its command behind git's own options.
 */
#include "repo/git/verb/caller.h"

#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define ARGUMENTS_MAX ((size_t)64 << 10)
#define ANCESTORS 16 /* processes above this one, at most, that are looked at */
#define ALIASES 8    /* one within another, at most */
#define ABBREVIATED 5u

/* Git's options before the command that take the next argument. */
static const char *const with_value[] = {
	"-C",           "-c",
	"--git-dir",    "--work-tree",
	"--namespace",  "--super-prefix",
	"--config-env", "--attr-source",
};

/* Commands whose words matter here. Git ignores aliases of these names. */
static const char *const known[] = {"diff",        "show",   "cat-file", "blame", "annotate",
				    "push",        "apply",  "commit",   "merge", "pull",
				    "cherry-pick", "revert", "rebase"};

#define IS_AMONG(word, list) vv_text_is_among(word, list, sizeof(list) / sizeof((list)[0]))

/* The next word of `words`, which are followed by a NUL; NULL: none. */
static const char *next_word(const vv_buf *words, const char *word)
{
	const char *end = vv_buf_cstr(words) + words->len;
	const char *next = word ? word + strlen(word) + 1 : vv_buf_cstr(words);

	return next < end ? next : NULL;
}

static const char *command_of(const vv_buf *words)
{
	const char *word = next_word(words, NULL);

	while (word && word[0] == '-') {
		word = IS_AMONG(word, with_value) ? next_word(words, word) : word;
		word = word ? next_word(words, word) : NULL;
	}
	return word;
}

/* Removes git's own options. */
static void begin_with_command(vv_buf *words)
{
	const char *command = command_of(words);

	if (!command) {
		vv_buf_reset(words);
		return;
	}
	words->len -= (size_t)(command - words->data);
	memmove(words->data, command, words->len);
	words->data[words->len] = '\0';
}

/* Replaces the command by the words of its alias. Words in quotes are kept as they are: options that
 * matter here have none. */
static bool expand_alias(vv_buf *words, vv_repository *r)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, now = VV_BUF_INIT;
	vv_auto(char) *value = NULL;
	const char *command = next_word(words, NULL);

	if (!r || !command || IS_AMONG(command, known)) return false;
	vv_buf_printf(&key, "alias.%s", command);
	if (vv_config_string(r, vv_buf_cstr(&key), &value, VV_IGNORED) < 0 || value[0] == '!') {
		return false;
	}
	for (const char *p = value + strspn(value, " \t\n"); *p; p += strspn(p, " \t\n")) {
		const size_t len = strcspn(p, " \t\n");
		vv_buf_put(&now, p, len);
		vv_buf_putc(&now, '\0');
		p += len;
	}
	vv_buf_put(&now, command + strlen(command) + 1, words->len - strlen(command) - 1);
	vv_buf_set(words, vv_buf_cstr(&now), now.len);
	begin_with_command(words);
	return !now.failed && words->len > 0;
}

/* argv[0] of "git", or of "git-diff"; *command: "diff" */
static bool is_git(const char *program, const char **command)
{
	const char *name = vv_path_base(program);

	*command = strncmp(name, "git-", 4) == 0 ? name + 4 : NULL;
	return *command || strcmp(name, "git") == 0;
}

static bool read_words(vv_caller *out, const char *arguments, size_t len, vv_repository *r)
{
	const char *command;

	vv_buf_reset(&out->words);
	if (len == 0 || !is_git(arguments, &command)) return false;
	const size_t program = strlen(arguments) + 1;
	if (command) {
		vv_buf_put(&out->words, command, strlen(command) + 1);
	}
	if (program < len) {
		vv_buf_put(&out->words, arguments + program, len - program);
	}
	begin_with_command(&out->words);
	for (int i = 0; i < ALIASES && expand_alias(&out->words, r); i++) {
	}
	return true;
}

void vv_caller_find(vv_caller *out, vv_repository *r)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_caller) above = {0};
	vv_os_process p = {.parent = getppid()};
	bool found = false;

	if (!vv_buf_reserve(&text, ARGUMENTS_MAX)) return;
	for (int up = 0; up < ANCESTORS && p.parent > 1 && !out->in_commit; up++) {
		text.len = vv_os_process_arguments(text.data, ARGUMENTS_MAX, p.parent);
		if (!found) {
			found = read_words(out, text.data, text.len, r);
		} else if (read_words(&above, text.data, text.len, r)) {
			out->in_commit = vv_caller_is(&above, "commit");
		}
		if (!vv_os_process_find(&p, p.parent)) return;
	}
}

void vv_caller_clear(vv_caller *c)
{
	vv_buf_clear(&c->words);
}

bool vv_caller_is(const vv_caller *c, const char *command)
{
	return strcmp(vv_buf_cstr(&c->words), command) == 0;
}

bool vv_caller_has(const vv_caller *c, const char *option)
{
	bool has = false;

	for (const char *word = next_word(&c->words, NULL); word && strcmp(word, "--") != 0;
	     word = next_word(&c->words, word)) {
		const size_t len = strlen(word);

		if (strcmp(word, option) == 0 ||
		    (len >= ABBREVIATED && strncmp(word, option, len) == 0 &&
		     strcmp(word, "--text") != 0)) {
			has = true;
		} else if (strncmp(word, "--no-", 5) == 0 && strcmp(word + 5, option + 2) == 0) {
			has = false;
		}
	}
	return has;
}
bool vv_caller_makes_patch(const vv_caller *c)
{
	return vv_caller_is(c, "diff") && vv_caller_has(c, "--binary");
}

bool vv_caller_hands_out(const vv_caller *c)
{
	if (vv_caller_is(c, "show")) return vv_caller_has(c, "--textconv");
	return vv_caller_is(c, "cat-file") &&
	       (vv_caller_has(c, "--textconv") || vv_caller_has(c, "--filters"));
}

bool vv_caller_adds_to_commit(const vv_caller *c)
{
	return c->in_commit && vv_caller_is(c, "apply") &&
	       (vv_caller_has(c, "--3way") || vv_caller_has(c, "-3"));
}

bool vv_caller_cleans_text(const vv_caller *c)
{
	return (vv_caller_is(c, "blame") || vv_caller_is(c, "annotate")) &&
	       !vv_caller_has(c, "--no-textconv");
}

/* Options of git merge, pull, rebase, cherry-pick and revert that take the next argument. */
static const char *const merge_with_value[] = {
	"-m",       "--message", "-F", "--file", "-s",     "--strategy", "--into-name",
	"--author", "--cleanup", "-x", "--exec", "--onto", "--mainline", "--date",
};

/* The strategy option in a word: of "-Xtheirs" and "--strategy-option=theirs", "theirs"; *next: it is the next word. */
static const char *strategy_option(const char *word, bool *next)
{
	static const char name[] = "--strategy-option";
	const size_t len = strcspn(word, "=");

	*next = false;
	if (strncmp(word, "-X", 2) == 0) {
		*next = word[2] == '\0';
		return word + 2;
	}
	/* "--strategy" is another option */
	if (len <= strlen("--strategy") || len >= sizeof(name) || strncmp(word, name, len) != 0) {
		return NULL;
	}
	*next = word[len] == '\0';
	return word + len + !*next;
}

static const char *side_of(const char *option, const char *before)
{
	if (strcmp(option, "ours") == 0) return "ours";
	return strcmp(option, "theirs") == 0 ? "theirs" : before;
}

const char *vv_caller_favours(const vv_caller *c)
{
	const char *side = NULL;

	for (const char *word = next_word(&c->words, NULL); word && strcmp(word, "--") != 0;
	     word = next_word(&c->words, word)) {
		bool next;
		const char *option = strategy_option(word, &next);

		if (next || IS_AMONG(word, merge_with_value)) {
			word = next_word(&c->words, word);
		}
		if (!word) {
			break;
		}
		if (option) {
			side = side_of(next ? word : option, side);
		}
	}
	return side;
}
