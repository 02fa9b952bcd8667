/*
 * fixture: makes tables whose cells the tests know, and the repositories they are in.
 */
#include "tests/unit/public/fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"

/* ---- commands ---- */

static const struct {
	const char *name;
	const vv_command *command;
} commands[] = {{"init", &vv_cmd_init}, {"add", &vv_cmd_add}, {"commit", &vv_cmd_commit}};

static const vv_command *command_of(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name) == 0) return commands[i].command;
	}
	fail_msg("the fixture has no command '%s'", name);
	return NULL;
}

static void run_child(char **argv, int argc, const char *said)
{
	int fd = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0) {
		_exit(99);
	}
	_exit(vv_out_finish(vv_command_run(command_of(argv[0]), argc - 1, argv + 1)));
}

void varve(const char *fmt, ...)
{
	char words[512], *argv[16], *at = words;
	const char *said = vv_test_path("said");
	int argc = 0, status = 0;
	va_list ap;
	pid_t pid;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	while (*at && argc < 15) {
		argv[argc++] = at;
		at += strcspn(at, " ");
		if (*at) {
			*at++ = '\0';
		}
	}
	argv[argc] = NULL;
	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		run_child(argv, argc, said);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fail_msg("varve %s: wait status 0x%x:\n%s", argv[0], (unsigned)status,
			 vv_test_read(said, NULL));
	}
}

/* ---- handles ---- */

void expects_code(int rc, int wanted, const varve_error *e, const char *file, int line)
{
	if (rc == wanted && (rc >= 0 || !e || (e->code == rc && e->message[0]))) return;
	print_error("%s:%d: %d (%s) in place of %d (%s): %s\n", file, line, rc, varve_code_name(rc),
		    wanted, varve_code_name(wanted), rc < 0 && e ? e->message : "");
	_fail(file, line);
}

varve_repo *begin_repo(void)
{
	varve_repo_options o = VARVE_INIT(varve_repo_options);
	varve_repo *repo;
	varve_error e;

	git_begin();
	varve("init");
	o.flags = VARVE_OPEN_ENVIRON;
	works(varve_repo_open(&repo, ".", &o, &e), &e);
	return repo;
}

varve_version *version_of(varve_repo *repo, const char *word)
{
	varve_version *v;
	varve_error e;

	works(varve_version_find(&v, repo, word, &e), &e);
	assert_non_null(v);
	return v;
}

varve_table *table_of(varve_repo *repo, const char *word)
{
	varve_version *v = version_of(repo, word);
	varve_table *t;
	varve_error e;

	works(varve_table_open(&t, v, NULL, &e), &e);
	varve_version_free(v);
	return t;
}

varve_filter *filter_of(const char *text)
{
	varve_filter *f;
	varve_error e;

	works(varve_filter_parse(&f, text, NULL, 0, &e), &e);
	return f;
}

int gather(void *payload, const void *bytes, size_t len, varve_error *err)
{
	vv_buf_put(payload, bytes, len);
	return ((vv_buf *)payload)->failed ? varve_error_set(err, VARVE_ENOMEM, NULL) : 0;
}

/* ---- tables ---- */

const char *const known_names[KNOWN_COLUMNS + 1] = {"id",   "note", "price", "day",
						    "flag", "code", NULL};

static char *copy_of(const char *text)
{
	char *copy = vv_strdup(text);

	assert_non_null(copy);
	return copy;
}

static void set_cell(known_cell *c, char *text, uint8_t state)
{
	vv_free((char *)(uintptr_t)c->text);
	*c = (known_cell){text, strlen(text), state};
}

static const char *const notes[] = {
	"plain",    "with, comma", "say \"x\"",  "two\nlines", "\xc3\xbcml\xc3\xa4ut",
	" blanks ", "zz",          "plain text", "it's",       "a;b\tc"};
static const char *const prices[] = {"1",     "1.0", "1.00", "20",   "2e1", "-3",
				     "-3.0",  "0.1", "0.10", "100",  "1e2", "7.25",
				     "12345", "0.5", "0",    "-0.5", "n/a"};

static void put_random(known_cell *c, vv_prng *r, size_t column, bool json)
{
	uint8_t literal = json ? VARVE_CELL_LITERAL : VARVE_CELL_TEXT;
	char text[32];

	if (vv_prng_below(r, 12) == 0) {
		set_cell(c, copy_of(json ? "null" : ""), json ? VARVE_CELL_NULL : VARVE_CELL_TEXT);
		return;
	}
	switch (column) {
	case 1:
		set_cell(c, copy_of(notes[vv_prng_below(r, sizeof(notes) / sizeof(notes[0]))]), 0);
		break;
	case 2:
		set_cell(c, copy_of(prices[vv_prng_below(r, sizeof(prices) / sizeof(prices[0]))]),
			 literal);
		if (c->text[0] == 'n') { /* a string where a number should be */
			c->state = VARVE_CELL_TEXT;
		}
		break;
	case 3:
		(void)snprintf(text, sizeof(text), "%04u-%02u-%02u",
			       (unsigned)(2024 + vv_prng_below(r, 3)),
			       (unsigned)(1 + vv_prng_below(r, 12)),
			       (unsigned)(1 + vv_prng_below(r, 28)));
		set_cell(c, copy_of(text), 0);
		break;
	case 4:
		set_cell(c, copy_of(vv_prng_below(r, 2) ? "true" : "false"), literal);
		break;
	default:
		(void)snprintf(text, sizeof(text), "%c%u-x", (char)('A' + vv_prng_below(r, 5)),
			       (unsigned)vv_prng_below(r, 100));
		set_cell(c, copy_of(text), 0);
	}
}

static known known_new(size_t rows, int format)
{
	known k = {.rows = rows, .format = format};

	k.cells = vv_calloc(rows * KNOWN_COLUMNS + 1, sizeof(*k.cells));
	assert_non_null(k.cells);
	return k;
}

static void put_row(known *k, vv_prng *r, size_t row, unsigned id)
{
	known_cell *cells = k->cells + row * KNOWN_COLUMNS;
	bool json = k->format == VARVE_FORMAT_JSON || k->format == VARVE_FORMAT_NDJSON;
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", id);
	set_cell(&cells[0], copy_of(text), json ? VARVE_CELL_LITERAL : VARVE_CELL_TEXT);
	for (size_t i = 1; i < KNOWN_COLUMNS; i++) {
		put_random(&cells[i], r, i, json);
	}
}

known known_random(vv_prng *r, size_t rows, int format)
{
	known k = known_new(rows, format);

	for (size_t i = 0; i < rows; i++) {
		put_row(&k, r, i, (unsigned)(10 * i + 10));
	}
	return k;
}

known known_edited(vv_prng *r, const known *k, unsigned one_in)
{
	known out = known_new(2 * k->rows, k->format);
	size_t n = 0;

	for (size_t i = 0; i < k->rows; i++) {
		const known_cell *old = known_at(k, i, 0);
		unsigned turn = (unsigned)vv_prng_below(r, 3 * one_in);
		unsigned id = (unsigned)strtoul(old->text, NULL, 10);
		bool json = old->state == VARVE_CELL_LITERAL;

		if (turn == 0) {
			continue;
		}
		for (size_t c = 0; c < KNOWN_COLUMNS; c++) {
			set_cell(&out.cells[n * KNOWN_COLUMNS + c], copy_of(old[c].text),
				 old[c].state);
		}
		if (turn == 1) {
			size_t c = 1 + vv_prng_below(r, KNOWN_COLUMNS - 1);

			put_random(&out.cells[n * KNOWN_COLUMNS + c], r, c, json);
		}
		n++;
		if (turn == 2) {
			put_row(&out, r, n++, id + 5);
		}
	}
	out.rows = n;
	return out;
}

void known_free(known *k)
{
	for (size_t i = 0; i < k->rows * KNOWN_COLUMNS; i++) {
		vv_free((char *)(uintptr_t)k->cells[i].text);
	}
	vv_free(k->cells);
}

static void put_csv(vv_buf *b, const char *text, char delimiter)
{
	const char needs[] = {'"', '\n', '\r', delimiter, '\0'};

	if (!strpbrk(text, needs)) {
		vv_buf_puts(b, text);
		return;
	}
	vv_buf_putc(b, '"');
	for (; *text; text++) {
		vv_buf_put(b, text, 1);
		if (*text == '"') {
			vv_buf_putc(b, '"');
		}
	}
	vv_buf_putc(b, '"');
}

static void put_json(vv_buf *b, const known_cell *c)
{
	if (c->state != VARVE_CELL_TEXT) {
		vv_buf_puts(b, c->text);
		return;
	}
	vv_buf_putc(b, '"');
	for (const char *p = c->text; *p; p++) {
		if (*p == '\n' || *p == '\t') {
			vv_buf_puts(b, *p == '\n' ? "\\n" : "\\t");
		} else {
			vv_buf_puts(b, *p == '"' ? "\\" : "");
			vv_buf_put(b, p, 1);
		}
	}
	vv_buf_putc(b, '"');
}

static void put_object(vv_buf *b, const known *k, size_t row)
{
	for (size_t c = 0; c < KNOWN_COLUMNS; c++) {
		vv_buf_printf(b, "%s\"%s\":", c ? "," : "{", known_names[c]);
		put_json(b, known_at(k, row, c));
	}
	vv_buf_putc(b, '}');
}

void known_write(const known *k, const char *path)
{
	char delimiter = k->format == VARVE_FORMAT_TSV ? '\t' : ',';
	bool array = k->format == VARVE_FORMAT_JSON,
	     json = array || k->format == VARVE_FORMAT_NDJSON;
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, array ? "[\n" : "");
	for (size_t c = 0; !json && c < KNOWN_COLUMNS; c++) {
		vv_buf_printf(&b, "%s%c", known_names[c], c + 1 < KNOWN_COLUMNS ? delimiter : '\n');
	}
	for (size_t i = 0; i < k->rows; i++) {
		for (size_t c = 0; !json && c < KNOWN_COLUMNS; c++) {
			put_csv(&b, known_at(k, i, c)->text, delimiter);
			vv_buf_putc(&b, c + 1 < KNOWN_COLUMNS ? delimiter : '\n');
		}
		if (json) {
			put_object(&b, k, i);
			vv_buf_puts(&b, array && i + 1 < k->rows ? ",\n" : "\n");
		}
	}
	vv_buf_puts(&b, array ? "]\n" : "");
	assert_false(b.failed);
	vv_test_write(path, b.data, b.len);
	vv_buf_clear(&b);
}

void known_describe(const char *const *paths, size_t count)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, "{\"resources\":[");
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(
			&b,
			"%s{\"name\":\"r%zu\",\"path\":\"%s\",\"schema\":{\"primaryKey\":\"id\","
			"\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},"
			"{\"name\":\"note\",\"type\":\"string\"},"
			"{\"name\":\"price\",\"type\":\"number\"},"
			"{\"name\":\"day\",\"type\":\"date\"},"
			"{\"name\":\"flag\",\"type\":\"boolean\"},"
			"{\"name\":\"code\",\"type\":\"string\"}]}}",
			i ? "," : "", i, paths[i]);
	}
	vv_buf_puts(&b, "]}\n");
	assert_false(b.failed);
	vv_test_write("datapackage.json", b.data, b.len);
	vv_buf_clear(&b);
}
