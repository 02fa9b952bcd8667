/*
 * meant_line: which of the typed words is the wrong one.
 */
#include "cmd/frame/meant_line.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/typed_left.h"
#include "cmd/frame/typed_line.h"
#include "cmd/frame/typed_row.h"
#include "lib/names/pathspec.h"

#define BEGINNING "did you mean '"

/* A word of the message, and where the user typed it. */
typedef struct wrong_word {
	const char *text;
	size_t len;
	int place; /* in argv; -1: nowhere */
	size_t at; /* in that argument */
} wrong_word;

static bool is_bounded(const char *text, const char *at, size_t len)
{
	const char before = at > text ? at[-1] : ' ', after = at[len];

	return !vv_is_alnum(before) && !strchr("_./", before) && !vv_is_alnum(after) &&
	       (!after || !strchr("_./", after));
}

/* Finds the only argument with the word. */
static bool find_typed(wrong_word *w, int argc, char **argv)
{
	w->place = -1;
	for (int i = 0; i < argc && w->len > 0; i++) {
		for (const char *at = argv[i]; *at; at++) {
			if (strncmp(at, w->text, w->len) != 0 || !is_bounded(argv[i], at, w->len)) {
				continue;
			}
			if (w->place >= 0) return false;
			w->place = i;
			w->at = (size_t)(at - argv[i]);
		}
	}
	return w->place >= 0;
}

/* Finds the word in quotes that was typed, and is the most like the one that is meant; else the last. */
static bool find_wrong(wrong_word *out, const char *message, const char *meant, int argc,
		       char **argv)
{
	vv_nearest near = vv_nearest_to(meant);
	bool found = false;

	for (const char *open = strchr(message, '\''), *end; open; open = strchr(end + 1, '\'')) {
		end = strchr(open + 1, '\'');
		if (!end) {
			break;
		}
		wrong_word w = {.text = open + 1, .len = (size_t)(end - open - 1)};
		vv_auto(char) *word = vv_strndup(w.text, w.len);

		if (word && find_typed(&w, argc, argv) &&
		    (vv_nearest_try(&near, word) || !near.best)) {
			*out = w;
			found = true;
		}
		near.best = near.best ? meant : NULL; /* `word` ends here */
	}
	return found;
}

/* "--source v1" is about the typed word v1, whatever the message is about. */
static bool find_option_value(wrong_word *w, const char *meant, int argc, char **argv)
{
	const char *value = *meant == '-' ? strrchr(meant, ' ') : NULL;

	if (!value) return false;
	*w = (wrong_word){.text = value + 1, .len = strlen(value + 1)};
	return find_typed(w, argc, argv);
}

/* Appends the argument with the word, with the right one in its place. */
static void put_replaced(vv_buf *line, const wrong_word *w, const char *word, const char *meant)
{
	vv_auto(vv_buf) whole = VV_BUF_FOR(line);

	if (w->at == 0 && !word[w->len] && (*meant == '-' || strstr(meant, " -- "))) {
		vv_buf_puts(line, meant); /* several words */
		return;
	}
	vv_buf_put(&whole, word, w->at);
	vv_buf_puts(&whole, meant);
	vv_buf_puts(&whole, word + w->at + w->len);
	vv_text_put_word(line, vv_buf_cstr(&whole));
}

/* "price 4" instead of price=4: the value is part of the right word. */
static bool is_value(const wrong_word *w, const char *meant, const char *next)
{
	return strncmp(meant, w->text, w->len) == 0 && meant[w->len] == '=' &&
	       strcmp(meant + w->len + 1, next) == 0;
}

static void put_line(vv_error *err, const char *command, int argc, char **argv, const char *meant,
		     const char *hint, const char *rest)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	wrong_word w;

	if (strchr(meant, '\\') || (!find_option_value(&w, meant, argc, argv) &&
				    !find_wrong(&w, err->message, meant, argc, argv))) {
		return;
	}
	vv_buf_printf(&line, "%s%s'varve %s", hint, strcmp(rest, "'?") == 0 ? " " : "; ", command);
	for (int i = 0; i < argc; i++) {
		const bool from = i + 1 == w.place && strcmp(argv[i], "from") == 0;

		if (from || (i == w.place + 1 && is_value(&w, meant, argv[i]))) {
			continue;
		}
		vv_buf_putc(&line, ' ');
		if (i == w.place) {
			put_replaced(&line, &w, argv[i], meant);
		} else {
			vv_text_put_word(&line, argv[i]);
		}
	}
	vv_buf_puts(&line, "' does it");
	if (line.failed || line.len >= VV_HINT_MAX) return;
	vv_hint_clear(err);
	vv_hint(err, "%s", vv_buf_cstr(&line));
}

/* A typed name that the message has, and that is a table's without its ending. */
static bool hint_ending(vv_error *err, int argc, char **argv)
{
	vv_array_each(argv, argc, word) {
		vv_auto(char) *quoted = vv_asprintf("'%s'", *word);

		if (**word == '-' || vv_exists(*word) || !quoted || !strstr(err->message, quoted)) {
			continue;
		}
		vv_auto(char) *file = vv_pathspec_long_name(*word);
		if (file) {
			vv_hint_clear(err);
			vv_hint(err, BEGINNING "%s'?", file);
			return true;
		}
	}
	return false;
}

/* "show prices.csv" names a file, and `show` requires a version. */
static bool hint_show(vv_error *err, const char *command, int argc, char **argv)
{
	vv_auto(char) *file = argc == 1 && strcmp(command, "show") == 0
				      ? vv_pathspec_long_name(argv[0])
				      : NULL;

	if (!file) return false;
	vv_hint_clear(err);
	(void)vv_hint(err, "'varve cat %s' does it", vv_text_word(file));
	return true;
}

/* --row plum, where plum is in another column than the key. */
static bool hint_row(vv_error *err, const char *command, int argc, char **argv)
{
	const char *key = strstr(err->message, "no row has the key '");
	vv_auto(vv_buf) line = VV_BUF_INIT, where = VV_BUF_INIT;
	vv_typed t;

	if (!key) return false;
	key += strlen("no row has the key '");
	vv_auto(char) *word = vv_strndup(key, strcspn(key, "'"));
	vv_typed_read(&t, argc, argv);
	vv_auto(char) *row = t.file && word ? vv_typed_find_row(t.file, NULL, word, &where) : NULL;
	if (!row) return false;
	vv_buf_printf(&line, "'varve %s", command);
	vv_array_each(argv, argc, it) {
		vv_buf_putc(&line, ' ');
		if (strcmp(*it, word) == 0) {
			vv_text_put_word(&line, row);
		} else if (strncmp(*it, "--row=", 6) == 0 && strcmp(*it + 6, word) == 0) {
			vv_buf_puts(&line, "--row=");
			vv_text_put_word(&line, row);
		} else {
			vv_text_put_word(&line, *it);
		}
	}
	vv_buf_printf(&line, "' does it: the row with %s", vv_buf_cstr(&where));
	if (line.failed || line.len >= VV_HINT_MAX) return false;
	vv_hint_clear(err);
	(void)vv_hint(err, "%s", vv_buf_cstr(&line));
	return true;
}

/* "rm prices.csv 000056": a row. */
static bool hint_delete(vv_error *err, const char *command, int argc, char **argv)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	if (strcmp(command, "rm") != 0 || argc != 2 || err->code != VV_ENOTFOUND ||
	    *argv[1] == '-' || !vv_exists(argv[0]) || vv_exists(argv[1]) ||
	    strpbrk(argv[1], "./*?")) {
		return false;
	}
	vv_text_put_argv(&line, argc, argv);
	vv_hint_clear(err);
	(void)vv_hint(err, "'varve delete%s' does it: a row", vv_buf_cstr(&line));
	return true;
}

/* "gc --remote DIR": the folder is a repository itself. */
static bool hint_there(vv_error *err, const char *command, int argc, char **argv)
{
	if (strcmp(command, "gc") != 0 || argc != 2 || strcmp(argv[0], "--remote") != 0 ||
	    err->code != VV_EUSAGE) {
		return false;
	}
	vv_hint_clear(err);
	(void)vv_hint(err,
		      vv_exists(argv[1]) ? "'varve -C %s gc' does it"
					 : "'varve gc --remote=%s' does it",
		      vv_text_word(argv[1]));
	return true;
}

/* Is the word quoted in the message, or are there too many? */
static bool is_wrong(const vv_error *err, const char *word)
{
	vv_auto(char) *quoted = vv_asprintf("'%s'", word);

	return strstr(err->message, " accepts ") || strstr(err->message, " requires ") ||
	       (quoted && strstr(err->message, quoted));
}

/* For "set prices.csv price of plum to 4". */
static void hint_set(vv_error *err, int argc, char **argv)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_typed t;

	vv_typed_read(&t, argc, argv);
	if (!t.file || !vv_typed_put_answer(&line, "varve set FILE KEY COL=VALUE", &t) ||
	    line.failed || line.len >= VV_HINT_MAX) {
		return;
	}
	vv_hint_clear(err);
	(void)vv_hint(err, "%s", vv_buf_cstr(&line));
}

/* "compare a.csv with b.csv", "diff help" */
void vv_meant_sentence(vv_error *err, const char *command, int argc, char **argv)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	bool wrong = false;
	vv_typed none;

	if (err->code != VV_EUSAGE && err->code != VV_ENOTFOUND) return;
	if (hint_there(err, command, argc, argv)) return;
	if (argc == 1 && strcmp(argv[0], "help") == 0) {
		vv_hint_clear(err);
		(void)vv_hint(err, "'varve help %s' does it", command);
		return;
	}
	vv_typed_read(&none, 0, NULL);
	vv_buf_printf(&line, "'varve %s", command);
	for (int i = 0; i < argc; i++) {
		const bool filler = strcmp(argv[i], "where") != 0 &&
				    vv_typed_is_filler(&none, argv[i]) && !vv_exists(argv[i]) &&
				    (i == 0 || *argv[i - 1] != '-');

		wrong = wrong || (filler && is_wrong(err, argv[i]));
		if (!filler) {
			vv_buf_putc(&line, ' ');
			vv_text_put_word(&line, argv[i]);
		}
	}
	if (strcmp(command, "set") == 0 && (wrong || strstr(err->message, " requires "))) {
		hint_set(err, argc, argv);
		return;
	}
	vv_buf_puts(&line, "' does it");
	if (!wrong || line.failed || line.len >= VV_HINT_MAX) return;
	vv_hint_clear(err);
	(void)vv_hint(err, "%s", vv_buf_cstr(&line));
}

/* "'varve add FILE' first", "-f overwrites it": the whole line. */
static bool hint_whole(vv_error *err, const char *command, int argc, char **argv)
{
	static const char force[] = "-f overwrites it", first[] = "' first";
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_error worded = *err;

	vv_hint_word(&worded, vv_hint_words);
	const char *end = strstr(worded.hint, first);
	const bool before = strncmp(worded.hint, "'varve ", 7) == 0 && end && !end[strlen(first)];

	if (before) {
		vv_buf_put(&line, worded.hint, (size_t)(end - worded.hint));
		vv_buf_printf(&line, " && varve %s", command);
	} else if (strcmp(worded.hint, force) == 0) {
		vv_buf_printf(&line, "'varve %s -f", command);
	} else {
		return false;
	}
	vv_text_put_argv(&line, argc, argv);
	vv_buf_puts(&line, before ? "' does it" : "' overwrites it");
	if (line.failed || line.len >= VV_HINT_MAX) return false;
	vv_hint_clear(err);
	(void)vv_hint(err, "%s", vv_buf_cstr(&line));
	return true;
}

void vv_meant_line(vv_error *err, const char *command, int argc, char **argv)
{
	const size_t begin = strlen(BEGINNING);

	if (hint_whole(err, command, argc, argv)) return;

	if (hint_show(err, command, argc, argv) || hint_row(err, command, argc, argv) ||
	    hint_delete(err, command, argc, argv)) {
		return;
	}
	if (!hint_ending(err, argc, argv) && err->hint_id == VV_HINT_NONE) return;
	vv_error worded = *err;
	vv_hint_word(&worded, vv_hint_words);
	if (strncmp(worded.hint, BEGINNING, begin) != 0 ||
	    strncmp(worded.hint + begin, "varve ", 6) == 0) {
		return;
	}
	const char *end = strstr(worded.hint, "'?");
	vv_auto(char) *meant = end ? vv_strndup(worded.hint + begin,
						(size_t)(end - worded.hint) - begin)
				   : NULL;

	if (meant && strncmp(meant, "--row ", 6) == 0) { /* plum: the cell of another column */
		vv_auto(vv_buf) where = VV_BUF_INIT;
		vv_typed t;

		vv_typed_read(&t, argc, argv);
		vv_auto(char) *row = t.file ? vv_typed_find_row(t.file, NULL, meant + 6, &where)
					    : NULL;
		if (row) {
			vv_free(meant);
			meant = vv_asprintf("--row %s", vv_text_word(row));
		}
	}
	if (meant) {
		put_line(err, command, argc, argv, meant, worded.hint, end);
	}
}
