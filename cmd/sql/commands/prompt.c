/*
 * prompt: knows the words that begin with a dot, and keeps the history.
 */
#include "cmd/sql/commands/prompt.h"

#include <editline/readline.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/print/rows.h"

#define HISTORY_LINES 1000

static const char help[] = ".tables           list the tables\n"
			   ".schema TABLE     list the columns of a table\n"
			   ".mode FORMAT      print rows as " VV_ROWS_FORMATS "\n"
			   ".timer on|off     print how long a statement took\n"
			   ".quit             end (or Ctrl-D)\n"
			   "A statement ends with ';'. Ctrl-C ends a statement that runs.\n";

typedef struct prompt {
	vv_sql_script *script;
	char mode[16];
	bool timer, end;
} prompt;

/* ---- Ctrl-C ---- */

static sqlite3 *running;

static void interrupt(int number)
{
	(void)number;
	if (running) {
		sqlite3_interrupt(running);
	}
}

static void catch_interrupts(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = interrupt;
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
	double start = seconds();
	vv_status rc;

	running = p->script->session.db;
	rc = vv_sql_script_run(p->script, sql, err);
	running = NULL;
	vv_out_flush();
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
	} else if (is_word(line, ".timer", "\\timing")) {
		p->timer = *argument ? strcmp(argument, "on") == 0 : !p->timer;
	} else {
		if (!is_word(line, ".help", "\\?")) {
			vv_note("varve sql has no '%s' here", vv_text_shows(line));
		}
		vv_out("%s", help);
		vv_out_flush();
	}
	return VV_OK;
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

static vv_status take_line(prompt *p, vv_buf *statement, const char *line, vv_error *err)
{
	vv_status rc;

	if (statement->len == 0 && (line[0] == '.' || line[0] == '\\')) {
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

vv_status vv_sql_prompt(vv_sql_script *s, vv_error *err)
{
	static char name[] = "varve sql";
	prompt p = {.script = s};
	vv_buf statement = VV_BUF_INIT;
	char *file = history_file(), *line;
	vv_status rc = VV_OK;

	catch_interrupts();
	rl_readline_name = name;
	using_history();
	stifle_history(HISTORY_LINES);
	if (file) {
		(void)read_history(file); /* there may be none */
	}
	while (rc == VV_OK && !p.end &&
	       (line = readline(statement.len > 0 ? "   ...> " : "varve> ")) != NULL) {
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
	vv_buf_clear(&statement);
	return rc;
}
