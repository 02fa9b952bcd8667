/*
 * dialect_words: the names that characters have.
 */
#include "lib/names/dialect_words.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/read/encoding.h"
#include "dataset/read/sniff.h"

bool vv_written_any(const vv_written *w)
{
	return w->input_format || w->encoding || w->delimiter || w->quote || w->escape || w->skip ||
	       w->skip_below || w->records || w->comment || w->spaces || w->header_rows ||
	       w->header_join || !w->header;
}

/* none: the value for no character. */
static vv_status one_byte(int *out, const char *option, const char *text, int none, vv_error *err)
{
	static const struct {
		const char *name;
		int byte;
	} names[] = {{"tab", '\t'},  {"\\t", '\t'}, {"comma", ','}, {"semicolon", ';'},
		     {"space", ' '}, {"pipe", '|'}, {"none", 0},    {"", 0}};
	int byte = -1;

	if (!text) return VV_OK;
	vv_array_each(names, sizeof(names) / sizeof(names[0]), it) {
		byte = strcmp(text, it->name) == 0 ? it->byte : byte;
	}
	byte = byte == 0 ? none : byte;
	if (byte < 0 && strlen(text) == 1) {
		byte = (unsigned char)text[0];
	}
	if (byte < 0 || byte == '\n' || byte == '\r') {
		return vv_fail(
			err, VV_EUSAGE,
			"%s requires one character, not '%s'\nwrite a character, or tab, comma, semicolon, pipe, space or none",
			option, vv_text_shows(text));
	}
	*out = byte;
	return VV_OK;
}

static vv_status read_lines(long *out, const char *option, const char *word, unsigned least,
			    unsigned most, vv_error *err)
{
	uint64_t lines;

	*out = -1;
	if (!word) return VV_OK;
	if (!vv_parse_u64(&lines, word, strlen(word)) || lines < least || lines > most) {
		return vv_fail(err, VV_EUSAGE, "%s requires a number from %u to %u, not '%s'",
			       option, least, most, vv_text_shows(word));
	}
	*out = (long)lines;
	return VV_OK;
}

static vv_status read_header(vv_sniff_hints *out, const vv_written *w, vv_error *err)
{
	long rows = -1;
	vv_status rc = read_lines(&rows, "--header-rows", w->header_rows, 1, VV_HEADER_ROWS_MAX,
				  err);

	if (rc < 0) return rc;
	if (w->header_rows && !w->header) {
		return vv_fail(err, VV_EUSAGE,
			       "--header-rows and --no-header cannot be used together");
	}
	if (w->header_join && strlen(w->header_join) >= VV_HEADER_JOIN_MAX) {
		return vv_fail(err, VV_EUSAGE, "--header-join accepts at most %u bytes",
			       VV_HEADER_JOIN_MAX - 1);
	}
	if (w->header_rows) {
		out->header = 1;
	} else if (w->header) {
		out->header = -1;
	} else {
		out->header = 0;
	}
	out->header_rows = (int)rows;
	out->header_join = w->header_join;
	return VV_OK;
}

vv_status vv_written_read(vv_sniff_hints *out, const vv_written *w, vv_error *err)
{
	static const vv_sniff_hints nothing = VV_SNIFF_HINTS_INIT;
	char name[VV_ENCODING_MAX];
	vv_status rc;

	*out = nothing;
	if (w->input_format) {
		out->has_form = true;
		for (vv_form form = 0; form < VV_FORM_COUNT; form++) {
			if (strcmp(w->input_format, vv_form_kind_of(form)->name) == 0) {
				out->form = form;
			}
		}
		out->delimiter = strcmp(w->input_format, "tsv") == 0 ? '\t' : -1;
	}
	if ((rc = read_lines(&out->skip, "--skip-lines", w->skip, 0, VV_HEADER_MAX, err)) < 0 ||
	    (rc = read_lines(&out->skip_below, "--skip-footer", w->skip_below, 0, VV_HEADER_MAX,
			     err)) < 0 ||
	    (rc = read_header(out, w, err)) < 0 ||
	    (rc = one_byte(&out->comment, "--comment", w->comment, 0, err)) < 0) {
		return rc;
	}
	out->spaces = w->spaces ? strcmp(w->spaces, "skip") == 0 : -1;
	out->encoding = w->encoding;
	out->records = w->records;
	if ((w->encoding && (rc = vv_encoding_find(name, w->encoding, "", 0, err)) < 0) ||
	    (rc = one_byte(&out->delimiter, "--delimiter", w->delimiter, VV_NO_DELIMITER, err)) <
		    0 ||
	    (rc = one_byte(&out->quote, "--quote", w->quote, 0, err)) < 0 ||
	    (rc = one_byte(&out->escape, "--escape", w->escape, 0, err)) < 0) {
		return rc;
	}
	vv_sniff_hints_declare(out);
	return VV_OK;
}
