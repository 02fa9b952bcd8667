/*
 * prompt: the words that begin with a dot; completes names and keeps the history.
 */
#include "cmd/sql/prompt.h"

#include <editline/readline.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/rows.h"

#define HISTORY_LINES 1000
#define FILE_MAX ((size_t)64 << 20)

static const char help[] =
	".tables           list the tables\n"
	".schema TABLE     list the columns of a table\n"
	".mode FORMAT      print rows as " VV_ROWS_FORMATS "\n"
	".read FILE        run the statements of a file\n"
	".output FILE      write rows to a file, until .output without one\n"
	".timer on|off     print how long a statement took\n"
	".quit             end (or Ctrl-D)\n"
	"A statement ends with ';'. Ctrl-C ends one that runs, and forgets one that is "
	"typed. Tab completes names.\n";

typedef struct prompt {
	vv_sql_script *script;
	char mode[16];
	vv_buf output; /* a file's name; empty: rows are printed */
	bool timer, end;
} prompt;

/* ---- Ctrl-C ---- */

static sqlite3 *running;
static volatile sig_atomic_t interrupted; /* while a line was typed */

static void interrupt(int number VV_UNUSED)
{
	if (running) {
		sqlite3_interrupt(running);
	} else {
		interrupted = 1;
	}
}

static void catch_interrupts(void)
{
	struct sigaction sa = {.sa_handler = interrupt};
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
}

/* ---- statements ---- */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static vv_status run(prompt *p, const char *sql, vv_error *err)
{
	const bool to_file = p->output.len > 0;
	double start = seconds();
	vv_error why;

	if (to_file && vv_out_to(vv_buf_cstr(&p->output), false, &why) < 0) {
		(void)vv_report_trouble(&why);
		return VV_OK;
	}
	p->script->pages = !to_file;
	running = p->script->session.db;
	vv_status rc = vv_sql_script_run(p->script, sql, err);
	running = NULL;
	vv_out_flush();
	if (to_file && vv_out_to(NULL, false, &why) < 0) {
		(void)vv_report_trouble(&why);
	}
	if (p->timer) {
		vv_note("%.3f s", seconds() - start);
	}
	return rc;
}

/* The argument as a text of SQL. */
static vv_status run_on(prompt *p, const char *before, const char *name, const char *after,
			vv_error *err)
{
	char *sql = sqlite3_mprintf("%s%Q%s", before, name, after);
	vv_status rc = sql ? run(p, sql, err) : vv_fail_nomem(err);

	sqlite3_free(sql);
	return rc;
}

static vv_status run_file(prompt *p, const char *path, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_error why;

	if (vv_read_file(&text, path, FILE_MAX, &why) < 0) {
		(void)vv_report_trouble(&why);
		return why.code == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
	}
	return run(p, vv_buf_cstr(&text), err);
}

/* Empties the file. */
static vv_status begin_output(prompt *p, const char *path, vv_error *err)
{
	vv_error why;

	vv_buf_reset(&p->output);
	if (*path && (vv_out_to(path, true, &why) < 0 || vv_out_to(NULL, false, &why) < 0)) {
		(void)vv_report_trouble(&why);
		return VV_OK;
	}
	vv_buf_puts(&p->output, path);
	return vv_buf_ok(&p->output, err);
}

/* ---- words with a dot ---- */

static bool is_word(const char *line, const char *word, const char *other)
{
	size_t len = strcspn(line, " ");

	return (strlen(word) == len && strncmp(line, word, len) == 0) ||
	       (other && strlen(other) == len && strncmp(line, other, len) == 0);
}

static vv_status run_word(prompt *p, const char *line, vv_error *err)
{
	const char *argument = line + strcspn(line, " ");

	argument += strspn(argument, " ");
	if (is_word(line, ".quit", ".exit") || is_word(line, "\\q", ".q")) {
		p->end = true;
	} else if (is_word(line, ".tables", NULL) || (is_word(line, "\\d", NULL) && !*argument)) {
		return run(p, "SELECT name, path, rows, columns, key FROM varve_tables", err);
	} else if (is_word(line, ".schema", "\\d") && *argument) {
		return run_on(p, "SELECT name, type, sql_type, in_key FROM varve_columns(",
			      argument, ")", err);
	} else if (is_word(line, ".mode", NULL) && vv_choices_have(VV_ROWS_FORMATS, argument)) {
		strncpy(p->mode, argument, sizeof(p->mode) - 1);
		p->script->format = p->mode;
	} else if (is_word(line, ".read", "\\i") && *argument) {
		return run_file(p, argument, err);
	} else if (is_word(line, ".output", "\\o")) {
		return begin_output(p, argument, err);
	} else if (is_word(line, ".timer", "\\timing")) {
		p->timer = *argument ? strcmp(argument, "on") == 0 : !p->timer;
	} else if (is_word(line, ".mode", NULL)) {
		vv_note(".mode takes one of " VV_ROWS_FORMATS);
	} else {
		if (!is_word(line, ".help", "\\?")) {
			vv_note("varve sql has no '%s' here", vv_text_shows(line));
		}
		vv_out("%s", help);
		vv_out_flush();
	}
	return VV_OK;
}

/* ---- Tab ---- */

/* What the session's tables and SQLite have, by the beginning of it; as it is written in SQL without quotes. */
static const char names[] =
	"WITH t AS (SELECT path, replace(replace(name, '-', '_'), ' ', '_') AS name FROM varve_tables), "
	"f(name) AS (VALUES ('at_'), ('diff_'), ('diff_cells_'), ('history_'), ('row_'), ('blame_')), "
	"w(name) AS (SELECT name FROM t UNION SELECT 'varve_' || f.name || t.name FROM f, t "
	"UNION SELECT c.name FROM t, varve_columns(t.path) AS c "
	"UNION VALUES ('varve_log'), ('varve_tables'), ('varve_columns'), ('varve_check'), "
	"('varve_conflicts') UNION SELECT name FROM pragma_function_list WHERE length(?1) > 0) "
	"SELECT name FROM w WHERE substr(name, 1, length(?1)) = ?1 COLLATE NOCASE "
	"AND name NOT GLOB '*[^a-zA-Z0-9_' || char(128) || '-' || char(1114111) || ']*' ORDER BY name";

static sqlite3_stmt *found; /* the names that begin as the word */
static int keyword;         /* the next one of SQLite's */
static const vv_sql_session *completes;

static char *next_keyword(const char *word)
{
	const char *text;
	int len;

	while (sqlite3_keyword_name(keyword++, &text, &len) == SQLITE_OK) {
		const int typed = (int)strlen(word);

		if (typed > 0 && typed <= len && sqlite3_strnicmp(text, word, typed) == 0) {
			char *whole = strndup(text, (size_t)len);

			for (char *c = whole; c && *c && word[0] >= 'a'; c++) {
				*c = (char)(*c | 0x20);
			}
			return whole;
		}
	}
	return NULL;
}

static char *next_name(const char *word, int again)
{
	if (!again) {
		keyword = 0;
		if (sqlite3_prepare_v2(completes->db, names, -1, &found, NULL) == SQLITE_OK) {
			sqlite3_bind_text(found, 1, word, -1, SQLITE_TRANSIENT);
		}
	}
	if (found && sqlite3_step(found) == SQLITE_ROW) {
		return strdup((const char *)sqlite3_column_text(found, 0));
	}
	sqlite3_finalize(found);
	found = NULL;
	return next_keyword(word);
}

static char *next_of(const char *const *words, const char *word, int again)
{
	static size_t at;

	for (at = again ? at : 0; words[at]; at++) {
		if (strncmp(words[at], word, strlen(word)) == 0) return strdup(words[at++]);
	}
	return NULL;
}

static char *next_dot(const char *word, int again)
{
	static const char *const words[] = {".exit", ".help",   ".mode",   ".output", ".quit",
					    ".read", ".schema", ".tables", ".timer",  NULL};

	return next_of(words, word, again);
}

static char *next_format(const char *word, int again)
{
	static const char *const words[] = {"arrow",  "box",   "csv", "json", "markdown",
					    "ndjson", "table", "tsv", NULL};

	return next_of(words, word, again);
}

static char **complete(const char *word, int start, int end VV_UNUSED)
{
	rl_attempted_completion_over = 1; /* no files */
	return rl_completion_matches(word, start == 0 && word[0] == '.'                ? next_dot
					   : strncmp(rl_line_buffer, ".mode ", 6) == 0 ? next_format
										       : next_name);
}

/* ---- lines ---- */

/* Where lines are kept from one time to the next: VARVE_SQL_HISTORY, or a file at home. */
static char *history_file(void)
{
	const char *named = getenv("VARVE_SQL_HISTORY"), *home = getenv("HOME");

	return named  ? sqlite3_mprintf("%s", named)
	       : home ? sqlite3_mprintf("%s/.varve_sql_history", home)
		      : NULL;
}

static vv_status take_line(prompt *p, vv_buf *statement, char *line, vv_error *err)
{
	vv_status rc;

	if (statement->len == 0 && (line[0] == '.' || line[0] == '\\')) {
		for (size_t len = strlen(line); line[len - 1] == ' ';
		     len--) { /* as Tab leaves one */
			line[len - 1] = '\0';
		}
		return run_word(p, line, err);
	}
	if (statement->len == 0 && line[strspn(line, " \t;")] == '\0') return VV_OK;
	vv_buf_puts(statement, line);
	vv_buf_putc(statement, '\n');
	if ((rc = vv_buf_ok(statement, err)) == VV_OK && sqlite3_complete(vv_buf_cstr(statement))) {
		rc = run(p, vv_buf_cstr(statement), err);
		vv_buf_reset(statement);
	}
	return rc;
}

/* NULL: the end. Ctrl-C forgets what was typed of the statement. */
static char *read_line(vv_buf *statement)
{
	char *line;

	do {
		interrupted = 0;
		line = readline(statement->len > 0 ? "   ...> " : "varve> ");
		if (interrupted) {
			free(line);
			line = NULL;
			vv_buf_reset(statement);
			vv_out("\n");
			vv_out_flush();
		}
	} while (interrupted);
	return line;
}

/* libedit drops characters that the locale does not have. In a locale of ASCII alone, which often means that none was chosen,
 * the terminal is taken to show UTF-8, as SQLite and varve write it. */
static void take_characters(void)
{
	if (!setlocale(LC_CTYPE, "") || strncmp(nl_langinfo(CODESET), "ANSI_X3.4", 9) == 0 ||
	    strcmp(nl_langinfo(CODESET), "US-ASCII") == 0) {
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	}
}

vv_status vv_sql_prompt(vv_sql_script *s, vv_error *err)
{
	static char name[] = "varve sql", breaks[] = " \t\n\"'`,;()<>=+-*/%|[]";
	prompt p = {.script = s, .output = VV_BUF_INIT};
	vv_auto(vv_buf) statement = VV_BUF_INIT;
	char *file = history_file(), *line;
	vv_status rc = VV_OK;

	catch_interrupts();
	take_characters();
	completes = &s->session;
	rl_readline_name = name;
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = breaks;
	using_history();
	stifle_history(HISTORY_LINES);
	if (file) {
		(void)read_history(file); /* there may be none */
	}
	while (rc == VV_OK && !p.end && (line = read_line(&statement)) != NULL) {
		if (line[0]) {
			(void)add_history(line);
		}
		rc = take_line(&p, &statement, line, err);
		free(line);
	}
	if (file) {
		(void)write_history(file);
	}
	sqlite3_free(file);
	vv_buf_clear(&p.output);
	return rc;
}
