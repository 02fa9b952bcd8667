/*
 * command: declares the table that describes a command of a program: its options, the objects that
 * it needs, and its functions.
 *
 * Each command is a constant vv_command. Its option table is used for parsing, for the help and for
 * completions, and a test compares it with the manual page. The run function prints data on stdout
 * and messages on stderr, with output.h. The exit code is 0 on success, 1 for a negative answer, and
 * 2 after wrong usage or a failure.
 */
#ifndef VV_CMD_FRAME_COMMAND_H
#define VV_CMD_FRAME_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/frame/context.h"
#include "cmd/frame/url_words.h"

/* The kind of an option, which determines the type of its member in the options struct. */
typedef enum vv_option_kind {
	VV_OPT_FLAG,    /* bool */
	VV_OPT_NO_FLAG, /* a bool that the option sets to false: --no-header */
	VV_OPT_STRING,  /* const char *; if the option is repeated, the last argument is used */
	VV_OPT_NUMBER,  /* uint64_t; the suffixes k, m, g are valid if vv_option.value is "BYTES" */
	VV_OPT_POSITIVE, /* like VV_OPT_NUMBER, but at least 1; 0 in the member: not given */
	/* vv_strings: the arguments of all repetitions; the list ends with NULL unless it is empty */
	VV_OPT_LIST,
	VV_OPT_NAMES, /* like VV_OPT_LIST, but each argument is a CSV record of column names */
	VV_OPT_ONCE   /* const char *; it is an error to repeat the option */
} vv_option_kind;

/* An option: a line of an option table. */
typedef struct vv_option {
	const char *name; /* "limit" for --limit; NULL: the option has only a letter */
	char letter;      /* 'n' for -n; 0: the option has only a name */
	vv_option_kind kind;
	size_t offset; /* offset of the member in the options struct */
	const char
		*value; /* the argument's name in the help: "N"; NULL: the option has no argument */
	const char *choices; /* the valid arguments: "csv|tsv|json"; NULL: any */
	const char *help;    /* one line, no full stop */
	/* the string that a VV_OPT_STRING without an argument sets; NULL: the option needs an
	 * argument */
	const char *implies;
} vv_option;

/* Macros for the lines of an option table, such as OPT_FLAG('q', "quiet", quiet, "print warnings
 * only"). The type of the struct that the options fill must be called `options`. The parameters are:
 * c, the letter; n, the name; m, the member of the struct; v, the argument's name in the help; h,
 * the help. */
#define VV_OPTION(k, c, n, m, ...)                                                                 \
	{                                                                                          \
		.letter = (c), .name = (n), .kind = (k), .offset = offsetof(options, m),           \
		__VA_ARGS__                                                                        \
	}
#define OPT_FLAG(c, n, m, h) VV_OPTION(VV_OPT_FLAG, c, n, m, .help = (h))
#define OPT_NO_FLAG(c, n, m, h) VV_OPTION(VV_OPT_NO_FLAG, c, n, m, .help = (h))
#define OPT_STRING(c, n, m, v, h) VV_OPTION(VV_OPT_STRING, c, n, m, .value = (v), .help = (h))
#define OPT_ONCE(c, n, m, v, h) VV_OPTION(VV_OPT_ONCE, c, n, m, .value = (v), .help = (h))
#define OPT_NUMBER(c, n, m, v, h) VV_OPTION(VV_OPT_NUMBER, c, n, m, .value = (v), .help = (h))
#define OPT_POSITIVE(c, n, m, v, h) VV_OPTION(VV_OPT_POSITIVE, c, n, m, .value = (v), .help = (h))
#define OPT_LIST(c, n, m, v, h) VV_OPTION(VV_OPT_LIST, c, n, m, .value = (v), .help = (h))
/* An option with an optional argument, which may be repeated. Without the argument, w is added. */
#define OPT_MAYBE_LIST(c, n, m, v, w, h)                                                           \
	VV_OPTION(VV_OPT_LIST, c, n, m, .value = (v), .implies = (w), .help = (h))
#define OPT_NAMES(c, n, m, h) VV_OPTION(VV_OPT_NAMES, c, n, m, .value = "A,B", .help = (h))
/* The argument must be one of words: "csv|tsv|json". */
#define OPT_CHOICE(c, n, m, v, words, h)                                                           \
	VV_OPTION(VV_OPT_STRING, c, n, m, .value = (v), .choices = (words), .help = (h))
/* An option without an argument, which sets the member to w: --json is short for --format=json. */
#define OPT_WORD(c, n, m, w, h) VV_OPTION(VV_OPT_STRING, c, n, m, .implies = (w), .help = (h))
/* An option with an optional argument. Without the argument, the member is set to w. */
#define OPT_MAYBE_STRING(c, n, m, v, w, h)                                                         \
	VV_OPTION(VV_OPT_STRING, c, n, m, .value = (v), .implies = (w), .help = (h))
#define OPT_MAYBE_ONCE(c, n, m, v, w, h)                                                           \
	VV_OPTION(VV_OPT_ONCE, c, n, m, .value = (v), .implies = (w), .help = (h))
#define OPT_MAYBE_CHOICE(c, n, m, v, words, w, h)                                                  \
	VV_OPTION(VV_OPT_STRING, c, n, m, .value = (v), .choices = (words), .implies = (w),        \
		  .help = (h))

/* The options --json and --format text|json. Pass the member format to vv_wants_json. */
#define OPT_JSON(h)                                                                                \
	OPT_WORD(0, "json", format, "json", "short for --format json"),                            \
		OPT_CHOICE(0, "format", format, "FORMAT", "text|json", h)

/* The option --unsigned of commands that accept URLs; its member is `allow_unsigned`. */
#define OPT_UNSIGNED                                                                               \
	OPT_FLAG(0, "unsigned", allow_unsigned,                                                    \
		 "with a URL: read its HEAD, and branches and tags that no signed head lists")

/* The help of -X, in commands that merge. */
#define VV_MERGE_RULES_HELP                                                                        \
	"a merge rule for this run only: ours, theirs or RULE:COLUMN; may be repeated"

/* The options for the dialect of a file, which fill the member `written`, a vv_written
 * (lib/names/dialect_words.h). `of` is a string literal such as "of IN: ", which precedes the help
 * of each option. */
#define OPT_WRITTEN(of)                                                                              \
	OPT_CHOICE(0, "input-format", written.input_format, "FORMAT", "csv|tsv|ndjson|json",         \
		   of "the format (default: detected)"),                                             \
		OPT_STRING(0, "encoding", written.encoding, "NAME",                                  \
			   of "the encoding: UTF-8, windows-1252, ... (default: detected)"),         \
		OPT_STRING(0, "delimiter", written.delimiter, "C",                                   \
			   of "the delimiter (or tab, comma, semicolon, pipe, space, none)"),        \
		OPT_STRING(0, "quote", written.quote, "C", of "the quote around cells (or none)"),   \
		OPT_STRING(0, "escape", written.escape, "C",                                         \
			   of "the character before a quote inside a cell (or none)"),               \
		OPT_STRING(0, "comment", written.comment, "C",                                       \
			   of "the beginning of comment lines (or none; default: detected)"),        \
		OPT_CHOICE(0, "initial-space", written.spaces, "WHAT", "skip|keep",                  \
			   of "spaces at the beginning of cells (default: detected)"),               \
		OPT_STRING(0, "header-rows", written.header_rows, "N",                               \
			   of "the number of header lines (default: detected)"),                     \
		OPT_STRING(                                                                          \
			0, "header-join", written.header_join, "TEXT",                               \
			of                                                                           \
			"the text that joins the cells of several header lines (default: a space)"), \
		OPT_STRING(0, "skip-lines", written.skip, "N",                                       \
			   of "the number of lines above the table (default: detected)"),            \
		OPT_STRING(0, "skip-footer", written.skip_below, "N",                                \
			   of "the number of lines below the table (default: detected)"),            \
		OPT_STRING(0, "records", written.records, "PATH",                                    \
			   of "the array with the rows in a JSON document, such as /data/items"),    \
		OPT_NO_FLAG(0, "no-header", written.header, of "the first line is data")

/* The options for writing cells as Arrow values. They fill the members `misfit` and `numbers`
 * (lib/view/view.h). */
#define OPT_ARROW                                                                                  \
	OPT_CHOICE(                                                                                \
		0, "misfit", misfit, "WHAT", VV_VIEW_MISFITS,                                      \
		"--format arrow: what to write for a cell that does not match its column's type "  \
		"(default: error)"),                                                               \
		OPT_CHOICE(0, "numbers", numbers, "WHAT", VV_VIEW_NUMBERS,                         \
			   "--format arrow: columns of numbers as doubles (the default), text or " \
			   "exact decimals")

/* A rule about options that are used together: a line of vv_command.rules. Each member is a list of
 * options as users type them ("--row -p"), separated by spaces. A word without a dash, such as
 * "PATH", stands for the positional arguments. A number that is 0 and an empty list count as not
 * given. */
typedef struct vv_option_rule {
	const char *of;       /* the rule applies to each of these options */
	const char *excludes; /* none of these options may be used with it; or NULL */
	const char *requires; /* at least one of these options must be used with it; or NULL */
} vv_option_rule;

/* Options that the command does not have, but that users of other programs may try. One of hint, use and
 * line is set; or hint and line, if other options that the command lacks make the line wrong. */
typedef struct vv_absent_option {
	/* without dashes, separated by spaces; "format=md": --format with a value that it does not take;
	 * "report=FILE": with the name of a file */
	const char *names;
	const char *hint; /* what to do instead, in words */
	/* what takes their place in the user's command line: "--where"; "": nothing, their value is an
	 * argument */
	const char *use;
	/* a command line that does it: a pattern of typed_line.h; of several, a line each, the first
	 * whose placeholders all have words */
	const char *line;
	bool drops; /* their value has no meaning in `line` */
	/* "--sort": if this option is typed, too, its value gets a '-' in front; else hint is used */
	const char *negates;
	bool rows; /* only if their value ends with the name of a table; else Git's option does it */
} vv_absent_option;

/* An entry for tables of absent options: the options of OPT_WRITTEN, which only add and convert have. */
#define VV_WRITTEN_HINT                                                                            \
	"'varve add' and 'varve convert' have it: 'varve convert --format csv IN -' writes "       \
	"the rows in a form that every command reads"
#define VV_ABSENT_WRITTEN                                                                          \
	{                                                                                          \
		"input-format encoding delimiter quote escape comment initial-space header-rows "  \
		"header-join skip-lines skip-footer records no-header",                            \
			.hint = VV_WRITTEN_HINT                                                    \
	}

/* A command. */
typedef struct vv_command {
	const char *name; /* the word that users type */
	/* heading in `varve help`: "start", "change", "look", "history", "peers", "vault", "care" */
	const char *group;
	const char *summary; /* one line, no full stop */
	/* "[--key COLS] PATH..."; lines are separated by \n. If usage does not name every option,
	 * the help inserts [OPTIONS] at the beginning of each line, except in a line that begins
	 * with a subcommand, --continue or --quit */
	const char *usage;
	const char *example; /* a working example with its output, a few lines */
	const vv_option *options;
	size_t option_count;
	size_t options_size;            /* size of the struct that the options fill */
	const vv_absent_option *absent; /* ends with an entry whose names are NULL; may be NULL */
	/* the meaning of exit code 1; NULL: the command never exits with 1 */
	const char *exit_codes;
	/* how a shell completes positional arguments: "path", "ref" or "command"; "": no
	 * completion */
	const char *arguments;
	/* the positional arguments in words, for messages: "one PATH"; "": the command accepts none;
	 * NULL: the number of arguments is not checked */
	const char *takes;
	int least, most; /* with takes: the least and the greatest number of positional arguments */
	const vv_option_rule *rules; /* ends with an entry whose `of` is NULL; may be NULL */
	/* the help does not list the command, because Git calls it (for example, filter-process) */
	bool hidden;
	/* Checks arguments and options, after takes and rules, and before any object is opened.
	 * Returns 0 to continue. Otherwise it reports what is wrong, and returns the exit code. May
	 * be NULL. */
	int (*check)(const vv_context *c);
	/* flags such as VV_NEEDS_REPOSITORY: the objects to open before run is called */
	unsigned needs;
	/* Runs the command. If run succeeds, the exit code is c->code. If run fails, *err is reported,
	 * and the exit code is 2; it is 1 if err->lost is set, or as conflict_is_no says. NULL:
	 * run_alone is called. */
	vv_status (*run)(vv_context *c, vv_error *err);
	/* how the command uses arguments that name another repository: URL#REV:PATH */
	vv_url_use urls;
	bool gets;           /* fetch missing blocks of versions that the command reads */
	bool conflict_is_no; /* if run returns VV_ECONFLICT, the exit code is 1 */
	/* Runs a command whose run is NULL, or a raw command. Opens and closes all objects, and
	 * reports failures itself. Returns the exit code. check, takes, rules and needs are not
	 * used. */
	int (*run_alone)(void *options, int argc, char **argv);
	bool raw;        /* run_alone gets the arguments unparsed, and options NULL */
	bool pass;       /* run Git's command of the same name instead, with the same arguments */
	bool hides_urls; /* with pass: remove passwords from URLs in Git's messages */
} vv_command;

/* Returns true if format, the member filled by OPT_JSON, is "json". */
static inline bool vv_wants_json(const char *format)
{
	return format && strcmp(format, "json") == 0;
}

/* The number of options of a table. */
#define VV_OPTION_COUNT(table) (sizeof(table) / sizeof((table)[0]))

#endif
