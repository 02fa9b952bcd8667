/*
 * text_form: removes the form of the three versions, merges their lines, and gives the result its form.
 */
#include "repo/git/merge/text_form.h"

#include <string.h>

#include "base/array.h"

#define BOM "\xef\xbb\xbf"

typedef struct version {
	const vv_merge_lines *text;
	vv_buf lines; /* without the form */
	bool bom, crlf, mixed, ended;
	bool one; /* it has no line end at all */
} version;

typedef struct versions {
	version of[3]; /* the sides, base */
} versions;

static void versions_clear(versions *v)
{
	vv_array_each(v->of, 3, it) {
		vv_buf_clear(&it->lines);
	}
}
VV_AUTO_CLEAR(versions, versions_clear)

static void read_form(version *v)
{
	const char *text = v->text->text;
	const size_t len = v->text->len;
	size_t ends = 0, crlf = 0;

	v->bom = len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0;
	v->ended = len == 0 || text[len - 1] == '\n';
	for (size_t i = 0; i < len; i++) {
		ends += text[i] == '\n';
		crlf += text[i] == '\n' && i > 0 && text[i - 1] == '\r';
	}
	v->crlf = crlf > 0 && crlf == ends;
	v->one = ends == 0;
	v->mixed = crlf > 0 && crlf < ends;
}

static void put_lines(version *v)
{
	const char *text = v->text->text;
	const size_t len = v->text->len;

	for (size_t i = v->bom ? strlen(BOM) : 0; i < len; i++) {
		if (!v->crlf || text[i] != '\r' || i + 1 == len || text[i + 1] != '\n') {
			vv_buf_putc(&v->lines, text[i]);
		}
	}
	vv_buf_puts(&v->lines, v->ended ? "" : "\n");
}

/* If line ends are mixed, each line keeps its own. A side with a single line and no line end did not change the line ends. */
static vv_status split_form(versions *v, vv_error *err)
{
	bool mixed = false;
	vv_status rc = VV_OK;

	vv_array_each(v->of, 3, it) {
		read_form(it);
		mixed |= it->mixed;
	}
	vv_array_each(v->of, 3, it) {
		it->crlf = (it->one ? v->of[2].crlf : it->crlf) && !mixed;
		put_lines(it);
		rc = rc < 0 ? rc : vv_buf_ok(&it->lines, err);
	}
	return rc;
}

static bool merge_flag(bool x, bool y, bool base)
{
	return x == base ? y : x;
}

static void put_merged(vv_buf *out, const versions *v, const vv_buf *lines)
{
	const version *x = &v->of[0], *y = &v->of[1], *base = &v->of[2];
	const bool crlf = merge_flag(x->crlf, y->crlf, base->crlf),
		   ended = merge_flag(x->ended, y->ended, base->ended);
	const size_t len = lines->len - (!ended && lines->len > 0);

	vv_buf_puts(out, merge_flag(x->bom, y->bom, base->bom) ? BOM : "");
	for (size_t i = 0; i < len; i++) {
		vv_buf_puts(out, crlf && lines->data[i] == '\n' ? "\r" : "");
		vv_buf_putc(out, lines->data[i]);
	}
}

vv_status vv_merge_text_form(vv_buf *out, bool *conflict, const vv_merge_lines *base,
			     const vv_merge_lines side[2], bool form_only, vv_error *err)
{
	vv_auto(versions) v = {.of = {{.text = &side[0]}, {.text = &side[1]}, {.text = base}}};
	vv_auto(vv_buf) merged = VV_BUF_INIT;
	vv_merge_lines lines[3];
	vv_status rc = split_form(&v, err);

	*conflict = true;
	if (rc < 0) return rc;
	for (size_t i = 0; i < 3; i++) {
		lines[i] = (vv_merge_lines){vv_buf_cstr(&v.of[i].lines), v.of[i].lines.len};
	}
	if (form_only && !vv_buf_equal(&v.of[0].lines, &v.of[2].lines) &&
	    !vv_buf_equal(&v.of[1].lines, &v.of[2].lines)) {
		return VV_OK;
	}
	rc = vv_merge_text(&merged, conflict, &lines[2], lines, 0, err);
	if (rc < 0 || *conflict) return rc;
	put_merged(out, &v, &merged);
	return vv_buf_ok(out, err);
}
