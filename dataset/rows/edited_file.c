/*
 * edited_file: which row end is whose.
 */
#include "dataset/rows/edited_file.h"

#include "dataset/format/form.h"
#include "dataset/rows/line_edit.h"

void vv_edited_file_head(vv_edited_file *f)
{
	const vv_dialect *d = f->dialect;
	const vv_bytes *p = &d->prologue;

	vv_buf_puts(f->out, d->bom ? "\xEF\xBB\xBF" : "");
	vv_buf_put(f->out, p->data, p->len);
	f->any = !vv_form_is_typed(d->form) && p->len > 0 && p->data[p->len - 1] != '\n' &&
		 p->data[p->len - 1] != '\r';
}

void vv_edited_file_lines(vv_edited_file *f, const char *lines, size_t len, bool last_old)
{
	size_t default_len, end_len = vv_line_end(f->dialect, lines, len);
	const char *end = vv_dialect_row_end(f->dialect, &default_len);

	if (f->any && f->between.len > 0) {
		vv_buf_put(f->out, f->between.data, f->between.len);
	} else if (f->any) {
		vv_buf_put(f->out, end, default_len);
	}
	f->any = f->some = true;
	vv_buf_put(f->out, lines, len - end_len);
	vv_buf_set(&f->between, lines + len - end_len, end_len);
	f->out->failed = f->out->failed || f->between.failed;
	f->as_old = last_old;
}

void vv_edited_file_tail(vv_edited_file *f)
{
	const vv_dialect *d = f->dialect;
	size_t len;
	const char *end = vv_dialect_row_end(d, &len);

	if (vv_form_is_document(d->form)) {
		/* its epilogue ends the last row */
	} else if (f->some && (f->as_old || (d->final_newline && f->between.len > 0))) {
		vv_buf_put(f->out, f->between.data, f->between.len);
	} else if (f->some && d->final_newline) {
		vv_buf_put(f->out, end, len);
	}
	vv_buf_put(f->out, d->epilogue.data, d->epilogue.len);
}

void vv_edited_file_clear(vv_edited_file *f)
{
	vv_buf_clear(&f->between);
}
