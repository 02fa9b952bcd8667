/*
 * command: the type of a command: its table of options, its needs, its run function.
 *
 * Each command has a file of cmd/varve/commands with its option table (const data for parsing, help
 * and completions, checked against the manual page), its needs, and its run function, which prints
 * data on stdout and messages on stderr through output.h. The exit codes: 0 done, 1 a negative
 * answer, 2 usage or trouble.
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

typedef enum vv_option_kind {
	VV_OPT_FLAG,    /* bool */
	VV_OPT_NO_FLAG, /* sets a bool to false: --no-header */
	VV_OPT_STRING,  /* const char * */
	VV_OPT_NUMBER,  /* uint64_t, with k, m, g only if units is bytes */
	VV_OPT_LIST,    /* vv_strings, NULL-ended where there are any: may be given several times */
	VV_OPT_NAMES /* the same, and each value is a CSV record of names, which are the table's */
} vv_option_kind;

typedef struct vv_option {
	const char *name; /* "limit": --limit; NULL: only short */
	char letter;      /* 'n', or 0 */
	vv_option_kind kind;
	size_t offset;       /* of the member in the options struct */
	const char *value;   /* "N", "COL=VALUE"; NULL for flags */
	const char *choices; /* "csv|tsv|json": checked and completed; or NULL */
	const char *help;    /* one line, no full stop */
	/* a value for string options given as flag ("json" for --json) or NULL */
	const char *implies;
} vv_option;

/* The lines of an option table, whose struct is called options: OPT_FLAG('q', "quiet", quiet,
 * "print warnings only"). Letter 0: none; name NULL: none. value is its name in the help. */
#define VV_OPTION(k, c, n, m, ...)                                                                 \
	{                                                                                          \
		.letter = (c), .name = (n), .kind = (k), .offset = offsetof(options, m),           \
		__VA_ARGS__                                                                        \
	}
#define OPT_FLAG(c, n, m, h) VV_OPTION(VV_OPT_FLAG, c, n, m, .help = (h))
#define OPT_NO_FLAG(c, n, m, h) VV_OPTION(VV_OPT_NO_FLAG, c, n, m, .help = (h))
#define OPT_STRING(c, n, m, v, h) VV_OPTION(VV_OPT_STRING, c, n, m, .value = (v), .help = (h))
#define OPT_NUMBER(c, n, m, v, h) VV_OPTION(VV_OPT_NUMBER, c, n, m, .value = (v), .help = (h))
#define OPT_LIST(c, n, m, v, h) VV_OPTION(VV_OPT_LIST, c, n, m, .value = (v), .help = (h))
#define OPT_NAMES(c, n, m, h) VV_OPTION(VV_OPT_NAMES, c, n, m, .value = "A,B", .help = (h))
/* One of the words of "csv|tsv|json". */
#define OPT_CHOICE(c, n, m, v, words, h)                                                           \
	VV_OPTION(VV_OPT_STRING, c, n, m, .value = (v), .choices = (words), .help = (h))
/* Has no argument, and sets this value: --json for --format=json. */
#define OPT_WORD(c, n, m, w, h) VV_OPTION(VV_OPT_STRING, c, n, m, .implies = (w), .help = (h))
/* The value may be left out, and is w then. */
#define OPT_MAYBE_STRING(c, n, m, v, w, h)                                                         \
	VV_OPTION(VV_OPT_STRING, c, n, m, .value = (v), .implies = (w), .help = (h))
#define OPT_MAYBE_CHOICE(c, n, m, v, words, w, h)                                                  \
	VV_OPTION(VV_OPT_STRING, c, n, m, .value = (v), .choices = (words), .implies = (w),        \
		  .help = (h))

/* --json and --format text|json, which vv_wants_json understands. */
#define OPT_JSON(h)                                                                                \
	OPT_WORD(0, "json", format, "json", "short for --format json"),                            \
		OPT_CHOICE(0, "format", format, "FORMAT", "text|json", h)

/* the values of -X of merging commands */
#define VV_MERGE_RULES_HELP                                                                        \
	"ours, theirs, or RULE:COLUMN: a merge rule for this once; may be repeated"

/* How a file is written, into the member written (a vv_written of lib/names/dialect_words.h);
 * `of` begins the help of each: "of IN: ". */
#define OPT_WRITTEN(of)                                                                            \
	OPT_CHOICE(0, "input-format", written.input_format, "FORMAT", "csv|tsv|ndjson|json",       \
		   of "how it is written (default: detected)"),                                    \
		OPT_STRING(0, "encoding", written.encoding, "NAME",                                \
			   of "its characters: UTF-8, windows-1252, ... (default: detected)"),     \
		OPT_STRING(0, "delimiter", written.delimiter, "C",                                 \
			   of "between two cells (or tab, comma, semicolon, pipe, space, none)"),  \
		OPT_STRING(0, "quote", written.quote, "C", of "around cells (or none)"),           \
		OPT_STRING(0, "escape", written.escape, "C",                                       \
			   of "before a quote inside a cell (or none)"),                           \
		OPT_STRING(0, "comment", written.comment, "C",                                     \
			   of "begins lines that are not rows (or none; default: detected)"),      \
		OPT_CHOICE(0, "initial-space", written.spaces, "WHAT", "skip|keep",                \
			   of "spaces where a cell begins (default: detected)"),                   \
		OPT_STRING(0, "header-rows", written.header_rows, "N",                             \
			   of "lines of the header (default: detected)"),                          \
		OPT_STRING(0, "header-join", written.header_join, "TEXT",                          \
			   of "between their cells in the names (default: a space)"),              \
		OPT_STRING(0, "skip-lines", written.skip, "N",                                     \
			   of "lines above the table (default: detected)"),                        \
		OPT_STRING(0, "skip-footer", written.skip_below, "N",                              \
			   of "lines below the table (default: detected)"),                        \
		OPT_STRING(0, "records", written.records, "PATH",                                  \
			   of "array of the rows in a JSON document, as in /data/items"),          \
		OPT_NO_FLAG(0, "no-header", written.header, of "the first row is data")

/* How cells become Arrow's values, into the members misfit and numbers (lib/view/view.h). */
#define OPT_ARROW                                                                                  \
	OPT_CHOICE(0, "misfit", misfit, "WHAT", VV_VIEW_MISFITS,                                   \
		   "--format arrow: what becomes of a cell that is not of its column's type "      \
		   "(default: error)"),                                                            \
		OPT_CHOICE(0, "numbers", numbers, "WHAT", VV_VIEW_NUMBERS,                         \
			   "--format arrow: columns of numbers as doubles (the default), text or " \
			   "exact decimals")

/* An option that users of other programs expect and the command does not have. */
typedef struct vv_absent_option {
	const char *name; /* without dashes */
	const char *hint; /* what to do instead */
} vv_absent_option;

typedef struct vv_command {
	const char *name;
	/* heading in `varve help`: "start", "change", "look", "history", "peers", "vault", "care" */
	const char *group;
	const char *summary; /* one line, no full stop */
	const char *usage;   /* "[--key COLS] PATH..." ; lines split by \n */
	const char *example; /* a working example with its output, a few lines */
	const vv_option *options;
	size_t option_count;
	size_t options_size;            /* of the struct that the options fill */
	const vv_absent_option *absent; /* ended by one without a name; or NULL */
	const char *exit_codes;         /* what 1 means here; NULL: only 0 and 2 */
	/* what positional arguments complete to: "path", "ref", "command", "" */
	const char *arguments;
	bool hidden; /* plumbing: filter-process */
	/* Reports invalid combinations of words and options before anything is opened: returns the
	 * exit code, 0 to continue. NULL: all are valid. */
	int (*check)(const vv_context *c);
	unsigned needs; /* VV_NEEDS_REPOSITORY and its like: open when run is called */
	/* Does the work. On failure err is reported, and the exit code is 2; else it is c->code. */
	vv_status (*run)(vv_context *c, vv_error *err);
	vv_url_use urls;     /* words of another repository: URL#REV:PATH */
	bool gets;           /* versions that it reads and that are missing here are fetched */
	bool conflict_is_no; /* VV_ECONFLICT is the answer "no": 1 */
	/* In the place of run: opens, reports and closes by itself. */
	int (*run_alone)(void *options, int argc, char **argv);
	bool raw;        /* arguments are handed over unparsed */
	bool pass;       /* Git's command of that name is run with the arguments, in our place */
	bool hides_urls; /* with pass: in its messages URLs have no secrets */
} vv_command;

static inline bool vv_wants_json(const char *format)
{
	return format && strcmp(format, "json") == 0;
}

#define VV_OPTION_COUNT(table) (sizeof(table) / sizeof((table)[0]))

#endif
