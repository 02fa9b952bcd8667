/*
 * import_encoded: whose word on the encoding counts, and how a guess is shown.
 */
#include "dataset/table/import_state.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/scan.h"
#include "dataset/table/import_options.h"

#define SHOWN 3u      /* cells */
#define SHOWN_LEN 40u /* bytes of each */

static const char *encoding_before(const vv_import_options *opts)
{
	const vv_root *p = opts->parent;

	return p && p->kind == VV_KIND_TABLE ? p->dialect.encoding : NULL;
}

vv_status import_encoded_open(vv_file_text **out, const vv_source *source,
			      const vv_import_options *opts, vv_error *err)
{
	const char *is = opts->as ? opts->as->dialect.encoding : NULL;
	vv_file_text_options how = {.declared = is ? is : opts->hints.encoding,
				    .before = encoding_before(opts),
				    .is_text = opts->is_text};

	*out = NULL;
	if (opts->kind != VV_KIND_TABLE || opts->groups || (is && !is[0]) ||
	    (!how.declared && (opts->is_text || !opts->find_encoding))) {
		return VV_OK;
	}
	return vv_file_text_open(out, source, &how, err);
}

static bool is_ascii(const vv_cell *c)
{
	return !vv_array_find(c->text, c->len, it, (unsigned char)*it >= 0x80);
}

static void put_shown(vv_buf *b, const vv_cell *c)
{
	size_t len = c->len < SHOWN_LEN ? c->len : SHOWN_LEN;

	while (len > 0 && len < c->len && ((unsigned char)c->text[len] & 0xc0) == 0x80) {
		len--;
	}
	vv_buf_printf(b, "%s", vv_text_show(c->text, len));
	vv_buf_puts(b, len < c->len ? "..." : "");
}

/* Cells that would read otherwise in another encoding, from byte `head` of the text on. */
static vv_status show_cells(vv_buf *b, const vv_buf *text, size_t head, const vv_dialect *d,
			    vv_error *err)
{
	vv_auto_free vv_cell *cells = vv_calloc(VV_COLUMNS_MAX, sizeof(*cells));
	size_t shown = 0;
	bool csv = !vv_form_is_typed(d->form);
	vv_auto(vv_scan) *scan = NULL;
	vv_row row;
	vv_status rc;

	if (cells) {
		rc = vv_scan_new(&scan, d, csv ? VV_COLUMNS_MAX : 0, NULL, NULL, err);
	} else {
		rc = vv_fail_nomem(err);
	}

	if (rc == VV_OK && head < text->len) {
		vv_scan_window(scan, text->data + head, text->len - head, true, 0);
		while (shown < SHOWN &&
		       vv_scan_row(scan, cells, VV_COLUMNS_MAX, &row, VV_IGNORED) == 1) {
			for (size_t i = 0; i < row.cells && shown < SHOWN; i++) {
				if (!is_ascii(&cells[i])) {
					vv_buf_puts(b, shown++ == 0 ? ": '" : "', '");
					put_shown(b, &cells[i]);
				}
			}
		}
		vv_buf_puts(b, shown > 0 ? "'" : "");
	}
	return rc;
}

/* For an encoding never declared, now or before. */
static vv_status tell_encoding(vv_import_result *out, const vv_file_text *t,
			       const vv_import_options *opts, vv_error *err)
{
	const char *name = vv_file_text_encoding(t), *before = encoding_before(opts);
	bool marked = out->root.dialect.bom;

	if (opts->as || opts->in_file || opts->hints.encoding ||
	    (before && strcmp(before, name) == 0)) {
		return VV_OK;
	}
	vv_buf_printf(&out->warnings, "read as %s", name);
	if (!marked) {
		const vv_dialect *d = &out->root.dialect;
		vv_status rc = show_cells(&out->warnings, vv_file_text_sample(t), d->prologue.len,
					  d, err);

		if (rc < 0) return rc;
		vv_buf_puts(&out->warnings,
			    "; if that is wrong, name the encoding with --encoding");
	}
	vv_buf_putc(&out->warnings, '\n');
	return vv_buf_ok(&out->warnings, err);
}

static void tell_swapped(vv_import_result *out, const vv_file_text *t,
			 const vv_import_options *opts)
{
	uint64_t line, count = vv_file_text_swapped(t, &line);

	if (count == 0 || opts->as || opts->in_file) return;
	vv_buf_printf(
		&out->warnings,
		"%s not in the byte order of %s, the first in line %s: text in the opposite order "
		"cannot be read, and is stored unchanged\n",
		vv_text_counted(count, "line end or mark is", "line ends or marks are"),
		vv_file_text_encoding(t), vv_text_count(line));
}

vv_status import_encoded_settle(vv_import_result *out, vv_file_text *t,
				const vv_import_options *opts, vv_error *err)
{
	vv_root *root = &out->root;

	if (root->kind != VV_KIND_TABLE || !vv_file_text_encoding(t)[0]) return VV_OK;
	assert(strcmp(root->dialect.encoding, vv_file_text_encoding(t)) == 0);
	vv_status rc = vv_file_text_measure(t, &root->file_bytes, &root->file_hash, err);
	if (rc < 0) return rc;
	tell_swapped(out, t, opts);
	return tell_encoding(out, t, opts, err);
}

vv_status import_encoded_looks(bool *clear, vv_buf *warnings, const vv_source *source,
			       const vv_dialect *d, const vv_import_options *opts, vv_error *err)
{
	const vv_file_text_options how = {.clean = true};
	vv_auto(vv_file_text) *t = NULL;

	*clear = false;
	if (!source->again || !opts->find_encoding || vv_form_is_typed(d->form)) return VV_OK;
	if (source->again(source->payload, VV_IGNORED) < 0 ||
	    vv_file_text_open(&t, source, &how, VV_IGNORED) < 0 || !t) {
		return VV_OK;
	}
	vv_buf_printf(warnings, "; it looks like %s", vv_file_text_encoding(t));
	vv_status rc = show_cells(warnings, vv_file_text_sample(t), 0, d, err);
	(void)vv_hint_put(warnings, "; ", opts->words, VV_HINT_ADD_ENCODING,
			  vv_file_text_encoding(t), source->name);
	*clear = true;
	return rc;
}

vv_status import_encoded_shows(vv_buf *warnings, const vv_source *source, const char *name,
			       const vv_dialect *d, vv_error *err)
{
	const vv_file_text_options how = {.declared = name, .clean = true};
	vv_auto(vv_file_text) *t = NULL;
	vv_status rc = VV_OK;

	if (!source->again || vv_form_is_typed(d->form) ||
	    source->again(source->payload, VV_IGNORED) < 0) {
		return VV_OK;
	}
	if (vv_file_text_open(&t, source, &how, VV_IGNORED) == VV_OK && t) {
		rc = show_cells(warnings, vv_file_text_sample(t), 0, d, err);
	}
	return rc;
}
