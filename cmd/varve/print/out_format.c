/*
 * out_format: see out_format.h.
 */
#include "cmd/varve/print/out_format.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_line.h"
#include "lib/view/format_ending.h"

/* Is the word the name of the output: after -o or --output, or in one word with it? */
static bool is_output(const char *before, const char *word, const char *path)
{
	if (strcmp(word, path) == 0) {
		return strcmp(before, "--output") == 0 ||
		       (before[0] == '-' && before[1] != '-' && vv_path_ends(before, "o"));
	}
	return vv_path_ends(word, path) &&
	       (strncmp(word, "--output=", 9) == 0 || strncmp(word, "-o", 2) == 0);
}

/* Appends the typed command with another ending of the output's name. */
static void put_line(vv_buf *line, const vv_context *c, const char *path, const char *ending)
{
	vv_auto(char) *other = vv_asprintf(
		"%.*s%s", (int)(strlen(path) - strlen(vv_path_ext(path))), path, ending);

	vv_buf_printf(line, "varve %s", c->name);
	vv_typed_put_with(line, c->typed_count, c->typed, path, other ? other : path);
}

/* Returns the format that the whole word names, also in other programs; NULL: none. */
static const char *find_format_word(const char *word)
{
	static const char *const theirs[][2] = {{"json-lines", "ndjson"},
						{"jsonlines", "ndjson"},
						{"jsonl", "ndjson"},
						{"md", "markdown"}};

	vv_array_each(theirs, sizeof(theirs) / sizeof(theirs[0]), it) {
		if (strcmp(word, (*it)[0]) == 0) return (*it)[1];
	}
	return strchr(word, '.') ? NULL : word;
}

/* "-o json": in other programs, -o is the format. */
static int refuse_format_name(const vv_context *c, const char *path, const char *format)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_buf_printf(&line, "varve %s", c->name);
	for (char **word = c->typed; word < c->typed + c->typed_count; word++) {
		const char *next = word + 1 < c->typed + c->typed_count ? word[1] : "";

		vv_buf_putc(&line, ' ');
		if (is_output(*word, next, path) || is_output("", *word, path)) {
			vv_buf_printf(&line, "--format %s", format);
			word += is_output(*word, next, path);
		} else {
			vv_text_put_word(&line, *word);
		}
	}
	return vv_usage_error("'%s' is a format; did you mean '%s'? For a file of this name: ./%s",
			      path, vv_buf_cstr(&line), path);
}

int vv_out_format_choose(const char **format, const char *path, const vv_out_formats *f)
{
	const char *found = path ? vv_format_ending(path) : NULL;
	vv_auto(vv_buf) line = VV_BUF_INIT;

	const char *format_named = path && !*format ? find_format_word(path) : NULL;
	if (format_named && vv_choices_have(f->choices, format_named)) {
		return refuse_format_name(f->command, path, format_named);
	}
	if (!found) return VV_EXIT_OK;
	if (!vv_choices_have(f->choices, found)) {
		if (!vv_format_ending_is_document(path) &&
		    (*format || strcmp(found, "text") == 0)) {
			return VV_EXIT_OK;
		}
		if (strcmp(found, "html") == 0) {
			vv_buf_puts(&line,
				    "'varve web --export pages' writes pages of all changes");
		} else {
			vv_buf_puts(&line, "did you mean '");
			put_line(&line, f->command, path, f->instead);
			vv_buf_puts(&line, "'?");
		}
		return vv_usage_error("'%s': no .%s file can be written here; %s",
				      vv_text_shows(path), vv_text_shows(vv_path_ext(path)),
				      vv_buf_cstr(&line));
	}
	if (*format && vv_format_ending_is_document(path) && strcmp(*format, found) != 0) {
		return vv_usage_error(
			"'%s' is the name of a file of the format %s, not %s; omit --format, or choose another name",
			vv_text_shows(path), found, *format);
	}
	if (!*format) {
		*format = found;
	}
	return VV_EXIT_OK;
}
