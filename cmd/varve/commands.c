/*
 * commands: lists varve's commands, and words the answer to unknown ones.
 */
#include "cmd/varve/commands.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/git_words.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_line.h"
#include "cmd/frame/typed_row.h"
#include "cmd/ipfs/gateway.h"
#include "cmd/varve/verb_chain.h"
#include "cmd/varve/words.h"
#include "lib/names/pathspec.h"

static const vv_command *const commands[] = {
	&vv_cmd_accept,        &vv_cmd_add,         &vv_cmd_apply,
	&vv_cmd_blame,         &vv_cmd_branch,      &vv_cmd_cat,
	&vv_cmd_check,         &vv_cmd_cherry_pick, &vv_cmd_cite,
	&vv_cmd_clone,         &vv_cmd_commit,      &vv_cmd_compare,
	&vv_cmd_completion,    &vv_cmd_config,      &vv_cmd_conflicts,
	&vv_cmd_convert,       &vv_cmd_delete,      &vv_cmd_diff,
	&vv_cmd_diff_file,     &vv_cmd_diff_tool,   &vv_cmd_doctor,
	&vv_cmd_drop,          &vv_cmd_erase,       &vv_cmd_expire,
	&vv_cmd_fetch,         &vv_cmd_filter,      &vv_cmd_filter_process,
	&vv_cmd_fsck,          &vv_cmd_gc,          &vv_cmd_get,
	&vv_cmd_help,          &vv_cmd_import,      &vv_cmd_info,
	&vv_cmd_init,          &vv_cmd_install,     &vv_cmd_key,
	&vv_cmd_log,           &vv_cmd_ls_remote,   &vv_cmd_merge,
	&vv_cmd_merge_file,    &vv_cmd_migrate,     &vv_cmd_mv,
	&vv_cmd_pre_push,      &vv_cmd_prove,       &vv_cmd_publish,
	&vv_cmd_pull,          &vv_cmd_push,        &vv_cmd_remote,
	&vv_cmd_rename_column, &vv_cmd_resolve,     &vv_cmd_restore,
	&vv_cmd_revert,        &vv_cmd_rm,          &vv_cmd_schema,
	&vv_cmd_serve,         &vv_cmd_set,         &vv_cmd_show,
	&vv_cmd_sign,          &vv_cmd_status,      &vv_cmd_store,
	&vv_cmd_switch,        &vv_cmd_tag,         &vv_cmd_textconv,
	&vv_cmd_track,         &vv_cmd_uninstall,   &vv_cmd_untrack,
	&vv_cmd_update,        &vv_cmd_verify,      &vv_cmd_version,
	&vv_cmd_whereis,
};

/* Headings of `varve help`, in the order of a first day. */
static const vv_tool_group groups[] = {
	{"start", "begin"},
	{"change", "record changes"},
	{"look", "look at data"},
	{"history", "go through history"},
	{"peers", "exchange with others"},
	{"care", "set up and maintain"},
};

/* What `varve help` lists without --all. */
static const char *const daily[] = {
	"add",     "blame",     "branch", "cat",    "check",  "clone",   "commit",
	"compare", "conflicts", "diff",   "fetch",  "help",   "info",    "init",
	"log",     "merge",     "pull",   "push",   "remote", "resolve", "restore",
	"revert",  "show",      "status", "switch", "tag",    NULL,
};

static const vv_tool_other others[] = {
	{"ipfs", "publish versions of tables on IPFS"},
	{"sql", "query tables and their versions in SQL"},
	{"vault", "keep sealed copies elsewhere"},
	{"web", "show tables, changes and histories in a browser"},
};

/* Does the word name a version? */
static bool is_version(char *word)
{
	vv_typed t;

	vv_typed_read(&t, 1, &word);
	return t.version != NULL;
}

/* "add column price FILE", "add FILE column price": "add-column", if that is a word of the table. */
static bool answer_pair(const char *word, int argc, char **argv)
{
	vv_auto_free char **rest = vv_calloc((size_t)argc + 1, sizeof(*rest));
	int at = 0;

	while (at < argc && vv_exists(argv[at])) {
		at++;
	}
	vv_auto(char) *joined = at < argc ? vv_asprintf("%s-%s", word, argv[at]) : NULL;
	vv_auto(char) *typed = joined ? vv_asprintf("%s %s", word, argv[at]) : NULL;
	if (!rest || !typed || *argv[at] == '-' || !vv_word_does(joined) || is_version(argv[at])) {
		return false;
	}
	memcpy(rest, argv, (size_t)at * sizeof(*argv));
	memcpy(rest + at, argv + at + 1, (size_t)(argc - at - 1) * sizeof(*argv));
	return vv_words_answer(&vv_varve, joined, typed, argc - 1, rest);
}

/* "go back to v1", "what did I change", "how many rows in FILE": the words without those that mean nothing, of which
 * the first two, or one, are a word of the table. */
static bool answer_phrase(const char *word, int argc, char **argv)
{
	vv_auto_free char **rest = vv_calloc((size_t)argc + 1, sizeof(*rest));
	static const char *const questions[] = {"get",  "how",  "many", "please",
						"show", "what", "which"};
	vv_typed none;
	int count = 0;

	if (!rest || argc == 0) return false;
	vv_typed_read(&none, 0, NULL);
	vv_array_each(argv, argc, it) {
		if (vv_exists(*it) || !vv_typed_is_filler(&none, *it)) {
			rest[count++] = *it;
		}
	}
	if (answer_pair(word, count, rest)) return true;
	if (!vv_typed_is_filler(&none, word) &&
	    !vv_text_is_among(word, questions, sizeof(questions) / sizeof(questions[0]))) {
		return false;
	}
	for (int at = 0; at < count && at < 2; at++) {
		if (answer_pair(rest[at], count - at - 1, rest + at + 1) ||
		    vv_words_answer(&vv_varve, rest[at], rest[at], count - at - 1, rest + at + 1)) {
			return true;
		}
	}
	return false;
}

/* varve "select * from prices", varve select id from prices, varve prices.csv */
static bool answer_bare(const char *word, int argc, char **argv)
{
	vv_auto(vv_buf) line = VV_BUF_INIT, all = VV_BUF_INIT;
	vv_typed t;

	vv_buf_puts(&all, word);
	vv_array_each(argv, argc, it) {
		vv_buf_printf(&all, " %s", *it);
	}
	char *words_[] = {(char *)(uintptr_t)vv_buf_cstr(&all), NULL};
	const bool query = argc == 0 || vv_array_find(argv, (size_t)argc, it,
						      vv_ascii_equal(*it, "from")) != NULL;

	vv_typed_read(&t, 1, words_);
	if (query && vv_typed_put(&line, "varve sql QUERY", &t)) {
		vv_note("SQL is for 'varve sql'; '%s' does it", vv_buf_cstr(&line));
		return true;
	}
	if (argc > 0 || !vv_exists(word)) return false;
	vv_buf_clear(&line);
	vv_text_put_word(&line, word);
	vv_note("'%s' is a file, not a command; 'varve cat %s' prints it, 'varve log %s' its history",
		vv_text_shows(word), vv_buf_cstr(&line), vv_buf_cstr(&line));
	return true;
}

/* Other programs, whose commands are typed after their names ("varve lfs track '*.csv'"), and those that are
 * varve's; NULL: all. */
static const struct {
	const char *name, *commands;
} programs[] = {
	{"csvkit", NULL}, {"dolt", NULL}, {"dvc", NULL}, {"gh", NULL},
	{"git", NULL},    {"lfs", NULL},  {"mlr", NULL}, {"pr", " checkout diff merge "},
	{"qsv", NULL},    {"xsv", NULL},
};

/* Is the word followed by a command of its program that varve has, or has an answer to? */
static bool is_program(const char *word, int argc, char **argv)
{
	vv_array_each(programs, sizeof(programs) / sizeof(programs[0]), it) {
		if (argc == 0 || strcmp(it->name, word) != 0) {
			continue;
		}
		vv_auto(char) *between = vv_asprintf(" %s ", argv[0]);

		if (it->commands && (!between || !strstr(it->commands, between))) return false;
		return vv_tool_find(&vv_varve, argv[0]) || vv_word_does(argv[0]) ||
		       vv_git_words_command(argv[0]);
	}
	return false;
}

/* Returns the command that is typed in the plural: "tag" of "tags"; NULL: it is none. */
static char *find_singular(const char *word)
{
	const size_t len = strlen(word);

	for (size_t end = 1; end <= 2 && end < len && word[len - 1] == 's'; end++) {
		vv_auto(char) *one = vv_strndup(word, len - end);

		if (one && vv_tool_find(&vv_varve, one)) return vv_take(&one);
	}
	return NULL;
}

/* A question that only the pages can answer. */
static bool answer_question(const char *word, int argc, char **argv)
{
	static const char *const questions[] = {"can",   "how", "what",  "when", "where",
						"which", "who", "whose", "why"};
	vv_auto(vv_buf) line = VV_BUF_INIT;

	if (argc == 0 ||
	    !vv_text_is_among(word, questions, sizeof(questions) / sizeof(questions[0]))) {
		return false;
	}
	vv_text_put_argv(&line, argc, argv);
	vv_note("varve has no '%s'; 'varve help %s%s' explains it", word, word, vv_buf_cstr(&line));
	return true;
}

/* Appends the line in the quotes of the error's hint, "'varve cat a.csv' does it". */
static bool put_hinted(vv_buf *line, const vv_error *err)
{
	static const char *const ends[] = {"' does it", "'?"};
	vv_error worded = *err;

	vv_hint_word(&worded, vv_hint_words);
	const char *begin = strstr(worded.hint, "'varve ");
	vv_array_each(ends, sizeof(ends) / sizeof(ends[0]), end) {
		const char *at = begin ? strstr(begin, *end) : NULL;

		if (at && !at[strlen(*end)]) {
			vv_buf_put(line, begin + 1, (size_t)(at - begin - 1));
			return true;
		}
	}
	return false;
}

/* Appends the line for options that the command lacks, if it has one for them. */
static bool put_repaired(vv_buf *line, const vv_command *c, int argc, char **argv)
{
	vv_auto(vv_arguments) args = {0};
	vv_auto_free void *options = vv_calloc(1, c->options_size ? c->options_size : 1);
	vv_error err = {.code = VV_OK};
	bool lacks;

	if (!options) return false;
	if (c->pass) {
		lacks = vv_options_lacks(c, argc, argv, &err);
	} else {
		lacks = vv_options_parse(c, options, argc, argv, &args, &err) < 0;
		vv_options_clear(c, options);
	}
	return lacks && put_hinted(line, &err);
}

/* A command of varve that was typed in another way. */
static int answer_as(const char *typed, const char *command, int argc, char **argv)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	const vv_command *c = vv_tool_find(&vv_varve, command);

	if (c && put_repaired(&line, c, argc, argv)) {
		vv_note("varve has no '%s'; '%s' does it", typed, vv_buf_cstr(&line));
		return VV_EXIT_TROUBLE;
	}
	vv_text_put_argv(&line, argc, argv);
	vv_note("varve has no '%s'; 'varve %s%s' does it", typed, command, vv_buf_cstr(&line));
	return VV_EXIT_TROUBLE;
}

/* A misspelled word of the table, which is nearer than all commands. */
static bool answer_near(const char *word, int argc, char **argv)
{
	vv_nearest near = vv_nearest_to(word);

	vv_array_each(commands, sizeof(commands) / sizeof(commands[0]), it) {
		if (!(*it)->hidden) {
			(void)vv_nearest_try(&near, (*it)->name);
		}
	}
	vv_array_each(others, sizeof(others) / sizeof(others[0]), it) {
		(void)vv_nearest_try(&near, it->word);
	}
	const char *best = vv_words_near(word, &near);
	return best && vv_words_answer_whole(&vv_varve, best, word, argc, argv);
}

static int answer_unknown(const char *word, int argc, char **argv);

/* "prices.csv head 3", "prices sort by price": the file before the word. Returns -1 if it is something else. */
static int answer_file_first(const char *word, int argc, char **argv)
{
	static const char *const last[] = {"blame", "compare", "diff", "log", "show"};
	vv_auto_free char **rest = vv_calloc((size_t)argc + 1, sizeof(*rest));
	vv_auto(char) *file = vv_pathspec_file(word);
	const bool ours = argc > 0 && vv_tool_find(&vv_varve, argv[0]);

	if (!rest || !file || argc == 0 ||
	    (!ours && !vv_word_does(argv[0]) && !vv_git_words_command(argv[0]))) {
		return -1;
	}
	const bool end = vv_text_is_among(argv[0], last, sizeof(last) / sizeof(last[0]));

	memcpy(rest + !end, argv + 1, (size_t)(argc - 1) * sizeof(*rest));
	rest[end ? argc - 1 : 0] = file;
	return ours ? answer_as(word, argv[0], argc, rest) : answer_unknown(argv[0], argc, rest);
}

/* Answers a chain of verbs, "sort -nr price then head -n 3 prices.csv", with one command that does the same, or else with the
 * answer to its first verb. Returns -1 if the words are not a chain. */
static int answer_chain(const char *word, int argc, char **argv)
{
	vv_auto(vv_buf) line = VV_BUF_INIT, left = VV_BUF_INIT;
	vv_auto_free char **first = vv_calloc((size_t)argc + 2, sizeof(*first));
	int count = 0;

	if (!first || !vv_verb_chain_has(argc, argv)) return -1;
	if (vv_verb_chain_put(&line, word, argc, argv)) {
		vv_note("varve has no '%s'; '%s' does it", word, vv_buf_cstr(&line));
		return VV_EXIT_TROUBLE;
	}
	for (; strcmp(argv[count], "then") != 0; count++) {
		first[count] = argv[count];
	}
	int rest = argc;
	while (rest > count && !vv_exists(argv[rest - 1])) {
		rest--;
	}
	vv_text_put_argv(&left, (rest > count ? rest - 1 : argc) - count, argv + count);
	if (rest > count) {
		first[count++] = argv[rest - 1];
	}
	const int code = answer_unknown(word, count, first);

	vv_note("hint: that leaves out%s", vv_buf_cstr(&left));
	return code;
}

static int answer_unknown(const char *word, int argc, char **argv)
{
	vv_auto(char) *one = find_singular(word);
	const int chain = answer_chain(word, argc, argv),
		  first = chain >= 0 ? chain : answer_file_first(word, argc, argv);

	if (first >= 0) return first;
	if (one) return answer_as(word, one, argc, argv);
	if (is_program(word, argc, argv)) {
		if (answer_pair(word, argc, argv)) return VV_EXIT_TROUBLE;
		if (vv_tool_find(&vv_varve, argv[0])) {
			return answer_as(word, argv[0], argc - 1, argv + 1);
		}
		word = *argv++;
		argc--;
	}
	const bool has_file = vv_array_find(argv, (size_t)argc, it, vv_exists(*it)) != NULL;
	vv_error err;

	/* does not return where there is one */
	if (vv_tool_run_other(word, NULL, argc, argv, &err) != VV_EPROGRAM) return vv_report(&err);
	vv_array_each(others, sizeof(others) / sizeof(others[0]), other) {
		if (strcmp(other->word, word) == 0) {
			vv_note("'varve %s' is not installed", word);
			vv_note("hint: install the package varve-%s", word);
			return VV_EXIT_TROUBLE;
		}
	}
	const char *does = vv_word_does(word);
	if (answer_bare(word, argc, argv) || answer_pair(word, argc, argv) ||
	    answer_phrase(word, argc, argv)) {
		return VV_EXIT_TROUBLE;
	}
	if (!vv_git_words_command(word)) {
		return vv_words_answer(&vv_varve, word, word, argc, argv) ||
				       answer_question(word, argc, argv) ||
				       answer_near(word, argc, argv)
			       ? VV_EXIT_TROUBLE
			       : vv_tool_unknown(&vv_varve, word, argc, argv);
	}
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_git_words_put(&line, word, argc, argv);
	if (has_file && vv_words_answer(&vv_varve, word, word, argc, argv)) {
		vv_note("Git's own: '%s'", vv_buf_cstr(&line));
		return VV_EXIT_TROUBLE;
	}
	vv_note("varve has no '%s'; '%s' works here", word, vv_buf_cstr(&line));
	if (does) {
		vv_note("in tables: '%s'", does);
	}
	return VV_EXIT_TROUBLE;
}

/* "compare a.csv with b.csv" */
static bool answer_compared(const char *word, int argc, char **argv)
{
	static const char *const betweens[] = {"against", "and", "from", "to",
					       "versus",  "vs",  "with"};
	vv_auto_free char **rest = vv_calloc((size_t)argc + 1, sizeof(*rest));
	int count = 0;

	for (int i = 0; rest && i < argc; i++) {
		if (vv_exists(argv[i]) || is_version(argv[i]) ||
		    !vv_text_is_among(argv[i], betweens, sizeof(betweens) / sizeof(betweens[0]))) {
			rest[count++] = argv[i];
		}
	}
	if (count == argc) return false;
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_text_put_argv(&line, count, rest);
	vv_note("'varve %s%s' does it, without words between", word, vv_buf_cstr(&line));
	return true;
}

/* "set price of plum to 4.25": sentences after a command of ours, which would fail, since it takes a file first. */
static bool answer_sentence(const char *word, int argc, char **argv)
{
	static const char *const backs[] = {"back", "to"}, *const joints[] = {"from", "in", "of",
									      "to"};
	bool sentence = false, where = false;
	vv_auto(char) *file = argc > 0 ? vv_pathspec_long_name(argv[0]) : NULL;
	int files = 0;

	vv_array_each(argv, argc, it) {
		files += vv_exists(*it);
		where = where || strcmp(*it, "where") == 0;
		sentence = sentence ||
			   vv_text_is_among(*it, joints, sizeof(joints) / sizeof(joints[0]));
	}
	if (strcmp(word, "merge") == 0 && files > 1) {
		return vv_words_answer(&vv_varve, "join", word, argc, argv);
	}
	if (files > 1 && (strcmp(word, "compare") == 0 || strcmp(word, "diff") == 0)) {
		return answer_compared(word, argc, argv);
	}
	if (strcmp(word, "cat") == 0 && where) {
		return vv_words_answer(&vv_varve, "where", "cat where", argc, argv);
	}
	if (argc < 2 || (strcmp(word, "show") == 0 ? !vv_word_does(argv[0]) : !sentence) ||
	    **argv == '-' || vv_exists(argv[0]) || file) {
		return false;
	}
	if (strcmp(word, "show") == 0 && !is_version(argv[0])) {
		return vv_words_answer(&vv_varve, argv[0], argv[0], argc - 1, argv + 1);
	}
	if (strcmp(word, "delete") == 0 && files > 0) {
		return vv_words_answer(&vv_varve, "delete-row", word, argc, argv);
	}
	if (strcmp(word, "set") == 0) {
		return vv_words_answer(&vv_varve, "edit", word, argc, argv);
	}
	if ((strcmp(word, "revert") == 0 || strcmp(word, "restore") == 0) && !is_version(argv[0]) &&
	    vv_text_is_among(argv[0], backs, sizeof(backs) / sizeof(backs[0]))) {
		return vv_words_answer(&vv_varve, "go-back", word, argc - 1, argv + 1);
	}
	return false;
}

/* Does a file exist that is called so, or so with an ending? */
static bool names_file(const char *word)
{
	vv_auto(char) *file = vv_pathspec_file(word);

	return file != NULL;
}

/* The same after a command of ours, which would fail, since no file is called "column". */
static bool answer_pair_with_file(const char *word, int argc, char **argv)
{
	if (answer_sentence(word, argc, argv)) return true;
	static const char *const take_keys[] = {"delete", "set"}; /* after the file */
	const bool first = argc > 0 && !vv_exists(argv[0]);

	if (!first && vv_text_is_among(word, take_keys, sizeof(take_keys) / sizeof(take_keys[0]))) {
		return false;
	}
	return vv_array_find(argv, (size_t)argc, it, names_file(*it)) != NULL &&
	       answer_pair(word, argc, argv);
}

const vv_tool vv_varve = {
	.called = "varve",
	.summary = "git for tables",
	.example = "$ varve init\n$ varve add prices.csv\n$ varve commit -m \"March prices\"",
	.commands = commands,
	.command_count = sizeof(commands) / sizeof(commands[0]),
	.groups = groups,
	.group_count = sizeof(groups) / sizeof(groups[0]),
	.others = others,
	.other_count = sizeof(others) / sizeof(others[0]),
	.daily = daily,
	.begin = vv_suppliers_begin,
	.unknown = answer_unknown,
	.meant = answer_pair_with_file,
};
