/*
 * sql: queries tables and their versions in SQL, and writes views for other programs.
 */
#include <editline/readline.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/sql/answer.h"
#include "cmd/sql/commands.h"
#include "cmd/sql/export.h"
#include "cmd/sql/output_file.h"
#include "cmd/sql/rows.h"
#include "cmd/sql/session.h"
#include "cmd/sql/vtab/name.h"
#include "cmd/sql/vtab/rewrite.h"
#include "dataset/format/dialect.h"

/* ---- script: printing a statement's rows, and placing its errors ---- */

typedef struct vv_sql_script {
	vv_sql_session session;
	const vv_strings *params; /* NAME=VALUE; borrowed */
	const char *format;       /* of VV_ROWS_FORMATS; NULL: the default */
	bool quiet;               /* no warnings */
	bool pages;               /* more rows than fit the terminal go to the pager */
	uint64_t timeout_sec;     /* after which a statement is ended; 0: never */
	int code;                 /* the exit code of the last error; VV_EXIT_OK: there was none */
} vv_sql_script;

/* ---- Ctrl-C, and --timeout ---- */

static sqlite3 *running;
static volatile sig_atomic_t interrupted; /* while a line was typed */
static volatile sig_atomic_t late;        /* the statement took longer than --timeout */
static volatile sig_atomic_t overdue;     /* alarms since then */

#define ALARM_USEC 50000
#define OVERDUE_MAX 40 /* alarms, which are two seconds */

/* One step of SQLite, such as a function on a long text, is not interrupted: then the process ends. */
static void end_if_stuck(void)
{
	static const char text[] = "varve: the statement did not stop at its --timeout, and was "
				   "ended\n";

	if (++overdue < OVERDUE_MAX) return;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(VV_EXIT_TROUBLE);
}

static void interrupt_statement(int number)
{
	late |= number == SIGALRM;
	if (number == SIGALRM) {
		end_if_stuck();
	}
	if (running) {
		sqlite3_interrupt(running);
	} else {
		interrupted = 1;
	}
}

static void catch_signal(int number, int flags)
{
	struct sigaction sa = {.sa_handler = interrupt_statement, .sa_flags = flags};
	sigemptyset(&sa.sa_mask);
	sigaction(number, &sa, NULL);
}

/* Fires repeatedly: an interrupt before a statement begins does not stop that statement. 0: stops. */
static void set_alarm(uint64_t sec)
{
	const struct itimerval t = {.it_value = {.tv_sec = (time_t)sec},
				    .it_interval = {.tv_usec = sec > 0 ? ALARM_USEC : 0}};

	late = overdue = 0;
	setitimer(ITIMER_REAL, &t, NULL);
}

/* ---- messages ---- */

/* The line of the query where the error is, with a mark below. */
static void show_place(const char *sql, int place)
{
	const char *start;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (place < 0 || (size_t)place > strlen(sql)) return;
	for (start = sql + place; start > sql && start[-1] != '\n'; start--) {
	}
	const char *end = start + strcspn(start, "\n");
	vv_buf_puts(&b, "  ");
	vv_text_put_words(&b, start, (size_t)(end - start), 0);
	vv_buf_puts(&b, "\n  ");
	vv_buf_put_spaces(&b, vv_text_width(start, (size_t)(sql + place - start)));
	vv_buf_puts(&b, "^--- error here");
	vv_note("%s", vv_buf_cstr(&b));
	if (sql[place] == '@') {
		const size_t after = strcspn(sql + place, " \t\n;,)");
		size_t name = 0;

		while (name < (size_t)place && (vv_is_alnum(sql[place - (int)name - 1]) ||
						sql[place - (int)name - 1] == '_')) {
			name++;
		}
		vv_note("hint: write a name with a revision in double quotes: \"%.*s\"; or write: NAME AS OF 'REV'",
			(int)(name + after), sql + place - name);
	}
}

/* Shows the place in the typed statement; not after a rewritten name. */
static void show_typed_place(const char *sql, const char *rewritten, const char *at, int place)
{
	const size_t begin = (size_t)(at - rewritten);

	if (place >= 0 && strncmp(sql, rewritten, begin + (size_t)place) == 0) {
		show_place(sql, (int)begin + place);
	}
}

static void show_warnings(const vv_sql_catalog *c)
{
	if (c->expired > 0) {
		vv_warn("the rows of %s have expired, and are not in the result",
			vv_text_counted(c->expired, "older version", NULL));
	}
	for (const vv_sql_warning *w = c->warnings; w; w = w->next) {
		const char *cells = vv_text_counted(w->count, "cell", NULL);

		if (w->count == 0) {
			continue;
		}
		if (w->kind == VV_WARNING_MISFIT) {
			vv_warn("%s: %s of column '%s' %s not of type %s and became NULL, the first in row %s; the column \"%s:text\" has the text",
				vv_text_shows(w->label), cells, vv_text_shows(w->column),
				w->count == 1 ? "is" : "are", w->type, vv_text_count(w->row + 1),
				vv_text_shows(w->column));
		} else {
			vv_warn("%s: %s of column '%s' became the nearest number that SQLite can store, the first in row %s; --exact shows numbers as text, exactly as written",
				vv_text_shows(w->label), cells, vv_text_shows(w->column),
				vv_text_count(w->row + 1));
		}
	}
}

static void print_lines(const char *lines)
{
	for (vv_line l = {.rest = lines}; vv_line_next(&l);) {
		vv_warn("%s", vv_text_show(l.text, l.len));
	}
}

/* ---- statements ---- */

/* Reports, and decides whether it is a fault of the query. */
static void report_error(vv_sql_script *j, const vv_error *err, bool sql)
{
	(void)vv_report_trouble(err);
	j->code = sql ? VV_EXIT_NO : VV_EXIT_TROUBLE;
}

static void begin_paging(const vv_sql_script *j)
{
	varve_repo *repo = j->session.catalog->repo;
	char pager[1024];
	varve_error ignored;
	size_t len;
	bool named = repo &&
		     varve_repo_config(pager, sizeof(pager), &len, repo, "core.pager", &ignored) ==
			     VARVE_OK &&
		     len < sizeof(pager);

	vv_out_page(named ? pager : NULL);
}

static vv_status print_rows(vv_sql_script *j, sqlite3_stmt *stmt, bool *sql, vv_error *err)
{
	const unsigned room = j->pages ? vv_out_height() : 0;
	vv_sql_rows_printer *p = NULL;
	vv_status rc = VV_OK;
	unsigned rows = 0; /* of the first of them */
	int step;

	*sql = false;
	if (sqlite3_column_count(stmt) > 0) {
		rc = vv_sql_rows_printer_open(&p, stmt, j->format, err);
	}
	while (rc == VV_OK && (step = sqlite3_step(stmt)) != SQLITE_DONE && !vv_out_failed()) {
		if (rows < room && ++rows == room) {
			begin_paging(j);
		}
		rc = step == SQLITE_ROW ? vv_sql_rows_printer_row(p, err)
					: vv_sql_session_fail(&j->session, sql, err);
	}
	if (rc == VV_OK && p) {
		rc = vv_sql_rows_printer_end(p, err);
	}
	vv_sql_rows_printer_close(p);
	if (room > 0 && rows == room) {
		vv_out_page_end();
	}
	return rc;
}

static bool prepares_query(void *payload, const char *sql)
{
	vv_sql_script *j = payload;
	sqlite3_str *out = sqlite3_str_new(NULL);
	sqlite3_stmt *stmt = NULL;
	int place;

	vv_sql_rewrite(out, sql, strlen(sql));
	char *text = sqlite3_str_finish(out);
	const char *at = text ? text : "";
	const bool good = vv_sql_session_prepare(&stmt, &j->session, &at, &place, VV_IGNORED) ==
				  VV_OK &&
			  stmt;

	sqlite3_finalize(stmt);
	sqlite3_free(text);
	return good;
}

/* sql: the script, for answers to its only statement. */
static bool run_statement(vv_sql_script *j, sqlite3_stmt *stmt, const char *sql)
{
	bool wrong = false;
	vv_error err;
	vv_status rc = vv_sql_session_bind(stmt, j->params, &err);

	if (rc == VV_OK && (rc = print_rows(j, stmt, &wrong, &err)) < 0 && wrong) {
		vv_sql_answer(&err, sql, &(vv_sql_judge){prepares_query, j, j->format});
	}
	sqlite3_finalize(stmt);
	vv_out_flush();
	if (!j->quiet) {
		show_warnings(j->session.catalog);
	}
	vv_sql_catalog_forget_warnings(j->session.catalog);
	if (rc < 0 && late) {
		wrong = false;
		vv_fail(&err, VV_EREFUSED,
			"the statement took longer than the --timeout of %s s, and was stopped",
			vv_text_count(j->timeout_sec));
	}
	if (rc < 0) {
		report_error(j, &err, wrong);
	}
	return rc == VV_OK;
}

/* Runs the statements until the first error, which is reported and sets the code. Fails only where memory runs out. */
static vv_status sql_script_run(vv_sql_script *j, const char *sql, vv_error *err)
{
	sqlite3_str *out = sqlite3_str_new(NULL);
	char *text;
	bool more = true;

	vv_sql_rewrite(out, sql, strlen(sql));
	if (!(text = sqlite3_str_finish(out)) && *sql) return vv_fail_nomem(err);
	const char *at = text ? text : "";
	for (; more && *at && !vv_out_failed(); set_alarm(0)) {
		sqlite3_stmt *stmt = NULL;
		int place = -1;
		vv_error e;

		set_alarm(j->timeout_sec);
		if (vv_sql_session_prepare(&stmt, &j->session, &at, &place, &e) < 0) {
			bool wrong;

			(void)vv_sql_session_fail(&j->session, &wrong, VV_IGNORED);
			vv_sql_answer(&e, sql, &(vv_sql_judge){prepares_query, j, j->format});
			report_error(j, &e, wrong);
			show_typed_place(sql, text, at, place);
			more = false;
		} else if (stmt) {
			more = run_statement(j, stmt, sql);
		}
	}
	sqlite3_free(text);
	return VV_OK;
}

/* ---- the command ---- */

#define CONFINED_VALUE (16 << 20)                /* bytes of a text or blob */
#define CONFINED_HEAP ((sqlite3_int64)256 << 20) /* bytes of SQLite */

/* ---- prompt: the words that begin with a dot; completes names and keeps the history ---- */

#define HISTORY_LINES 1000
#define MOST_SQL ((size_t)64 << 20) /* bytes of a file */
#define NESTED_MAX 25               /* as sqlite3's shell has it */

static const char help[] =
	".tables           list the tables\n"
	".schema TABLE     list the columns of a table\n"
	".mode FORMAT      print rows as " VV_ROWS_FORMATS
	"\n.read FILE        run the lines of a file\n.output FILE      write rows to a file; without FILE, print them again\n.timer on|off     print how long a statement took\n.quit             end (or Ctrl-D)\nA statement ends with ';'. Ctrl-C stops a running statement, or discards the typed one. Tab completes names.\n";

typedef struct prompt {
	vv_sql_script *script;
	char mode[16];
	vv_sql_output output;
	bool asks; /* at a terminal */
	bool timer, end;
	unsigned nested; /* files that are read */
} prompt;

/* ---- statements ---- */

static double now_in_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Runs statements whose rows are written to p->output. */
static vv_status run_to_file(prompt *p, const char *sql, vv_error *err)
{
	const int before = p->script->code;
	vv_error why;

	if (vv_out_to(vv_sql_output_file(&p->output), false, &why) < 0) {
		report_error(p->script, &why, false);
		return VV_OK;
	}
	p->script->code = VV_EXIT_OK;
	vv_status rc = sql_script_run(p->script, sql, err);
	vv_out_flush();
	if (vv_out_to(NULL, false, &why) < 0) {
		report_error(p->script, &why, false);
	}
	if (rc == VV_OK && p->script->code == VV_EXIT_OK) {
		if (!p->output.whole && vv_sql_output_place(&p->output, &why) < 0) {
			report_error(p->script, &why, false);
		}
		p->script->code = p->script->code == VV_EXIT_OK ? before : p->script->code;
	}
	return rc;
}

static vv_status run_for_prompt(prompt *p, const char *sql, vv_error *err)
{
	const bool to_file = p->output.path.len > 0;
	double start = now_in_seconds();

	p->script->pages = p->asks && !to_file;
	running = p->script->session.db;
	vv_status rc = to_file ? run_to_file(p, sql, err) : sql_script_run(p->script, sql, err);
	running = NULL;
	vv_out_flush();
	if (p->timer) {
		vv_note("%.3f s", now_in_seconds() - start);
	}
	return rc;
}

/* The argument as a text of SQL. */
static vv_status run_on(prompt *p, const char *before, const char *name, const char *after,
			vv_error *err)
{
	vv_auto_sqlite char *sql = sqlite3_mprintf("%s%Q%s", before, name, after);

	return sql ? run_for_prompt(p, sql, err) : vv_fail_nomem(err);
}

static vv_status run_lines(prompt *p, const vv_buf *text, vv_error *err);

static vv_status run_file(prompt *p, const char *path, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_error why;

	if (p->nested == NESTED_MAX) {
		vv_fail(&why, VV_EUSAGE,
			"'%s' is not read: more than %d files read each other, or it reads itself",
			vv_text_shows(path), NESTED_MAX);
		report_error(p->script, &why, false);
		return VV_OK;
	}
	if (vv_read_file(&text, path, MOST_SQL, &why) < 0) {
		report_error(p->script, &why, false);
		return why.code == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
	}
	p->nested++;
	vv_status rc = run_lines(p, &text, err);
	p->nested--;
	return rc;
}

static vv_status begin_output(prompt *p, const char *path, vv_error *err)
{
	vv_error why;

	if (vv_sql_output_begin(&p->output, path, &why) < 0) {
		report_error(p->script, &why, false);
	}
	return vv_buf_ok(&p->output.path, err);
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
		return run_for_prompt(p, "SELECT name, path, rows, columns, key FROM varve_tables",
				      err);
	} else if (is_word(line, ".schema", "\\d") && *argument) {
		return run_on(p, "SELECT name, type, sql_type, in_key FROM varve_columns(",
			      argument, ")", err);
	} else if (is_word(line, ".mode", NULL) && vv_choices_have(VV_ROWS_FORMATS, argument)) {
		strncpy(p->mode, argument, sizeof(p->mode) - 1);
		p->script->format = p->mode;
	} else if (is_word(line, ".read", "\\i") && *argument) {
		return run_file(p, argument, err);
	} else if (is_word(line, ".output", "\\o") && p->output.whole) {
		vv_note(".output cannot be used with -o: all rows go to %s",
			vv_text_shows(vv_buf_cstr(&p->output.path)));
		p->script->code = VV_EXIT_NO;
	} else if (is_word(line, ".output", "\\o")) {
		return begin_output(p, argument, err);
	} else if (is_word(line, ".import", NULL)) {
		vv_note("query a file by its path: SELECT * FROM \"./FILE.csv\"; 'varve add "
			"FILE.csv' records its history");
		p->script->code = VV_EXIT_NO;
	} else if (is_word(line, ".timer", "\\timing")) {
		p->timer = *argument ? strcmp(argument, "on") == 0 : !p->timer;
	} else if (is_word(line, ".schema", NULL)) {
		vv_note(".schema takes the name of a table; .tables lists them");
		p->script->code = VV_EXIT_NO;
	} else if (is_word(line, ".mode", NULL)) {
		vv_note(".mode takes one of " VV_ROWS_FORMATS);
		p->script->code = VV_EXIT_NO;
	} else {
		if (!is_word(line, ".help", "\\?")) {
			vv_note("varve sql has no command '%s'", vv_text_shows(line));
			p->script->code = VV_EXIT_NO;
		}
		vv_out("%s", help);
		vv_out_flush();
	}
	return VV_OK;
}

/* ---- Tab ---- */

/* Names of the session's tables and of SQLite that begin with a text; as written in SQL without quotes. */
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
	static const char *rest;
	const char *one;
	size_t len;

	rest = again ? rest : VV_ROWS_FORMATS;
	while (vv_choice_next(&rest, &one, &len)) {
		if (strlen(word) <= len && memcmp(one, word, strlen(word)) == 0) {
			return strndup(one, len);
		}
	}
	return NULL;
}

static char **complete_word(const char *word, int start, int end VV_UNUSED)
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

	if (named) return sqlite3_mprintf("%s", named);
	return home ? sqlite3_mprintf("%s/.varve_sql_history", home) : NULL;
}

static vv_status take_line(prompt *p, vv_buf *statement, char *line, vv_error *err)
{
	vv_status rc;

	if (statement->len == 0 && (line[0] == '.' || line[0] == '\\')) {
		for (size_t len = strlen(line); strchr(" \t\r", line[len - 1]);
		     len--) { /* as Tab leaves one */
			line[len - 1] = '\0';
		}
		return run_word(p, line, err);
	}
	if (statement->len == 0 &&
	    (line[strspn(line, " \t\r;")] == '\0' || strncmp(line, "--", 2) == 0)) {
		return VV_OK;
	}
	vv_buf_puts(statement, line);
	vv_buf_putc(statement, '\n');
	if ((rc = vv_buf_ok(statement, err)) == VV_OK && strchr(line, ';') &&
	    sqlite3_complete(vv_buf_cstr(statement))) {
		rc = run_for_prompt(p, vv_buf_cstr(statement), err);
		vv_buf_reset(statement);
	}
	return rc;
}

/* Runs lines as if they were typed at the prompt, until the first error. With --confined they are statements only. */
static vv_status run_lines(prompt *p, const vv_buf *text, vv_error *err)
{
	vv_auto(vv_buf) statement = VV_BUF_INIT;
	vv_status rc = VV_OK;

	p->script->code = VV_EXIT_OK;
	if (strlen(vv_buf_cstr(text)) < text->len) {
		vv_error why;

		vv_fail(&why, VV_EINPUT,
			"the SQL contains a zero byte\nwrite the SQL as UTF-8 text");
		report_error(p->script, &why, true);
		return VV_OK;
	}
	if (p->script->session.catalog->confined) return run_for_prompt(p, vv_buf_cstr(text), err);
	for (char *line = text->data;
	     rc == VV_OK && line && p->script->code == VV_EXIT_OK && !p->end;) {
		char *const end = strchr(line, '\n');

		if (end) {
			*end = '\0';
		}
		rc = take_line(p, &statement, line, err);
		line = end ? end + 1 : NULL;
	}
	return rc == VV_OK && p->script->code == VV_EXIT_OK && statement.len > 0
		       ? run_for_prompt(p, vv_buf_cstr(&statement), err)
		       : rc;
}

/* NULL: the end. Ctrl-C drops the statement typed so far. */
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

/* Reads lines from the terminal until its end or .quit. An error ends the statement only, and so does Ctrl-C. */
static vv_status sql_prompt(prompt *p, vv_error *err)
{
	static char name[] = "varve sql", breaks[] = " \t\n\"'`,;()<>=+-*/%|[]";
	vv_auto(vv_buf) statement = VV_BUF_INIT;
	char *file = history_file(), *line;
	vv_status rc = VV_OK;

	catch_signal(SIGINT, 0);
	take_characters();
	completes = &p->script->session;
	rl_readline_name = name;
	rl_attempted_completion_function = complete_word;
	rl_completer_word_break_characters = breaks;
	using_history();
	stifle_history(HISTORY_LINES);
	if (file) {
		(void)read_history(file); /* there may be none */
	}
	while (rc == VV_OK && !p->end && (line = read_line(&statement)) != NULL) {
		if (line[0]) {
			(void)add_history(line);
		}
		rc = take_line(p, &statement, line, err);
		free(line);
	}
	if (file) {
		(void)write_history(file);
	}
	sqlite3_free(file);
	return rc;
}

/* ---- the command ---- */

typedef struct options {
	vv_sql_script script;
	const char *command, *file, *views, *at, *output;
	vv_strings params;
	bool exact, confined, allow_unsigned;
} options;

static const vv_option table[] = {
	OPT_ONCE('c', "command", command, "SQL", "the query, instead of QUERY"),
	OPT_ONCE('f', "file", file, "FILE", "read the statements from a file (-: stdin)"),
	OPT_LIST(0, "param", params, "NAME=VALUE", "the value of :NAME; may be repeated"),
	OPT_WORD(0, "json", script.format, "json", "short for --format json"),
	OPT_CHOICE(0, "format", script.format, "FORMAT", VV_ROWS_FORMATS,
		   "the output format (table)"),
	OPT_STRING('o', "output", output, "FILE",
		   "write the rows to FILE, in the format of its name"),
	OPT_STRING(0, "at", at, "REV",
		   "query the tables of this version (default: of the work tree)"),
	OPT_FLAG(0, "exact", exact, "show numbers as text, exactly as written"),
	OPT_FLAG(0, "confined", confined,
		 "for untrusted queries: allow only SELECT, and only tables of this repository"),
	OPT_FLAG(0, "unsigned", allow_unsigned,
		 "in \"URL#REV:PATH\", also read branches and tags that no signed head lists"),
	OPT_STRING(0, "export-views", views, "FILE.db",
		   "write a database file with the last commit's tables and their histories"),
	OPT_POSITIVE(0, "timeout", script.timeout_sec, "SECONDS",
		     "stop a statement after this time"),
	OPT_FLAG('q', "quiet", script.quiet, "do not print warnings"),
};

static const vv_option_rule option_rules[] = {
	{"--export-views", .excludes = "--at -c -f -o --unsigned QUERY"},
	{NULL, NULL, NULL},
};

static bool is_prompt(const vv_context *c)
{
	const options *o = c->options;

	return !o->command && !o->file && c->argc == 0 && isatty(STDIN_FILENO);
}

static vv_status read_query(vv_buf *out, const vv_context *c, vv_error *err)
{
	const options *o = c->options;

	if (o->command) {
		vv_buf_puts(out, o->command);
		return vv_buf_ok(out, err);
	}
	if (o->file || c->argc == 0) {
		return !o->file || strcmp(o->file, "-") == 0
			       ? vv_read_file(out, "/dev/stdin", MOST_SQL, err)
			       : vv_read_file(out, o->file, MOST_SQL, err);
	}
	vv_buf_puts(out, c->argv[0]);
	return vv_buf_ok(out, err);
}

/* Closes the session, too. */
static vv_status export_views(vv_sql_session *s, const char *file, vv_error *err)
{
	size_t count = 0;
	vv_status rc = vv_sql_session_open(s, false, err);

	if (rc == VV_OK && (rc = vv_sql_export(s, file, &count, err)) == VV_OK) {
		vv_out("wrote %s: views of %s of HEAD and their histories; load the extension varve0 to read it\n",
		       vv_text_shows(file), vv_text_counted(count, "table", NULL));
	}
	vv_sql_session_close(s);
	return rc;
}

/* Limits one value, and all values together, of an untrusted query. */
static void limit_memory(sqlite3 *db)
{
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, CONFINED_VALUE);
	(void)sqlite3_hard_heap_limit64(CONFINED_HEAP);
}

/* Runs the lines of the terminal or of the query. With output, a file has all rows or remains as it was. */
static vv_status run_all(prompt *p, const vv_buf *query, const char *output, vv_error *err)
{
	vv_status rc = VV_OK;

	if (output && strcmp(output, "-") != 0) {
		rc = vv_sql_output_begin(&p->output, output, err);
		p->output.whole = !p->asks;
	}
	if (rc < 0) return rc;
	rc = p->asks ? sql_prompt(p, err) : run_lines(p, query, err);
	if (rc == VV_OK && p->output.whole && p->script->code == VV_EXIT_OK) {
		rc = vv_sql_output_place(&p->output, err);
	}
	return rc;
}

static vv_status run_sql(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_sql_script s = o->script;
	vv_auto(vv_buf) query = VV_BUF_INIT;
	const bool asks = is_prompt(c);
	prompt p = {.script = &s, .output = VV_SQL_OUTPUT_INIT, .asks = asks};

	s.params = &o->params;
	if (o->output && !s.format) {
		s.format = vv_sql_output_format(o->output);
	}
	vv_sql_session_start(o->confined);
	if (o->views) return export_views(&s.session, o->views, err);
	vv_status rc = asks ? VV_OK : read_query(&query, c, err);

	if (rc == VV_OK && (rc = vv_sql_session_open(&s.session, o->exact, err)) == VV_OK) {
		s.session.catalog->at = o->at;
		s.session.catalog->confined = o->confined;
		s.session.catalog->allow_unsigned = o->allow_unsigned;
		s.session.catalog->tell = s.quiet ? NULL : print_lines;
		if (o->confined) {
			limit_memory(s.session.db);
		}
		catch_signal(SIGALRM, SA_RESTART);
		rc = run_all(&p, &query, o->output, err);
	}
	vv_sql_output_clear(&p.output);
	vv_sql_session_close(&s.session);
	c->code = asks ? VV_EXIT_OK : s.code;
	return rc;
}

static int check_sql(const vv_context *c)
{
	const options *o = c->options;

	if (vv_sql_output_check(o->output, o->script.format) != VV_EXIT_OK) return VV_EXIT_TROUBLE;
	if (c->argc == 2 && vv_ending_of(c->argv[0]) && !o->command && !o->file) {
		return vv_usage_error("the query names the table: varve sql \"%s\"",
				      vv_text_shows(c->argv[1]));
	}
	if (c->argc > 1 && !o->command && !o->file && vv_ascii_equal(c->argv[0], "select")) {
		vv_auto(vv_buf) query = VV_BUF_INIT, line = VV_BUF_INIT;

		vv_array_each(c->argv, c->argc, it) {
			vv_buf_printf(&query, "%s%s", query.len > 0 ? " " : "", *it);
		}
		vv_text_put_word(&line, vv_buf_cstr(&query));
		return vv_usage_error("the query is one word: 'varve sql %s' does it",
				      vv_buf_cstr(&line));
	}
	if ((o->command != NULL) + (o->file != NULL) + c->argc > 1) {
		return vv_usage_error("sql takes one query: as an argument, with -c or with -f");
	}
	vv_array_each(o->params.items, o->params.count, it) {
		const char *equal = strchr(*it, '=');

		if (!equal || equal == *it) {
			return vv_usage_error("--param requires NAME=VALUE, not '%s'",
					      vv_text_shows(*it));
		}
	}
	return VV_EXIT_OK;
}

static const vv_absent_option absent[] = {
	{"out", .use = "--output"},
	{"format=parquet format=xlsx format=excel",
	 .line = "varve sql --format csv ARGS > result.csv"},
	{"rev as-of version", .use = "--at"},
	{"pretty table format=markdown format=md format=text format=pretty",
	 .use = "--format table"},
	{"query execute statement sql e q", .use = ""},
	{"r result-format", .use = "--format"},
	{"json", .use = "--format json"},
	{"csv", .use = "--format csv"},
	{"tsv", .use = "--format tsv"},
	{.names = NULL},
};

const vv_command vv_cmd_sql = {
	.name = "sql",
	.group = "look",
	.summary = "query tables and their versions in SQL",
	.usage =
		"[--format FORMAT] [--param NAME=VALUE]... [--at REV] [--exact] [--confined] [--unsigned] [--timeout SECONDS] [-o FILE] [-q] QUERY\n"
		"-f FILE\n"
		"\n"
		"--export-views FILE.db",
	.example = "$ varve sql \"SELECT name, price FROM prices WHERE price > 100\"\n"
		   "$ varve sql \"SELECT * FROM varve_diff_prices('v1', 'HEAD')\"",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "there is an error in the query",
	.arguments = "",
	.rules = option_rules,
	.absent = absent,
	.check = check_sql,
	.run = run_sql,
};
