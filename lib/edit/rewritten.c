/*
 * rewritten: when the bytes of a rewritten file are complete.
 */
#include "lib/edit/rewritten.h"

#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "lib/names/version.h"

#define PIECE ((size_t)64 << 10)

static vv_status copy_rewritten(rewrite *w, vv_new_file *f, vv_error *err)
{
	vv_auto(char) *bytes = vv_malloc(PIECE);
	ssize_t n = 0;
	vv_status rc = bytes ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK && (n = rewrite_read(w, bytes, PIECE, err)) > 0) {
		rc = vv_new_file_put(f, bytes, (size_t)n, err);
	}
	return n < 0 ? (vv_status)n : rc;
}

static vv_status note_form(rewritten *out, const rewrite *w, vv_error *err)
{
	const char *schema = rewrite_schema(w);

	out->form = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	rewrite_form(&out->form, w);
	if (out->form.encoding) {
		memcpy(out->encoding, out->form.encoding, strlen(out->form.encoding) + 1);
		out->form.encoding = out->encoding;
	}
	vv_buf_puts(&out->warnings, rewrite_warnings(w));
	out->schema = schema ? vv_strdup(schema) : NULL;
	return schema && !out->schema ? vv_fail_nomem(err) : VV_OK;
}

/* Takes the stream. */
static vv_status write_file(rewritten *out, struct ArrowArrayStream *stream, vv_table *old,
			    const rewritten_place *place, const rewrite_options *how, vv_error *err)
{
	vv_auto(rewrite) *w = NULL;
	vv_auto(vv_new_file) f = {.name = place->path};
	vv_stat there;
	vv_status rc;

	if ((rc = rewrite_open(&w, stream, old, place->path, how, err)) < 0 ||
	    (rc = vv_new_file_open(&f, place->dir, place->prefix, err)) < 0 ||
	    (rc = copy_rewritten(w, &f, err)) < 0 ||
	    (place->over && vv_lstat(&there, place->over, VV_IGNORED) == VV_OK &&
	     (rc = vv_new_file_mode(&f, there.mode, err)) < 0) ||
	    (rc = vv_new_file_end(&f, place->over != NULL, err)) < 0) {
		return rc;
	}
	out->file = vv_take(&f.temp);
	return note_form(out, w, err);
}

vv_status rewritten_make(rewritten *out, struct ArrowArrayStream *stream, vv_subject *old,
			 const rewritten_place *place, const rewrite_options *how, vv_error *err)
{
	vv_auto(vv_table) table = {0};
	vv_status rc;

	if (!old) return write_file(out, stream, NULL, place, how, err);
	if ((rc = vv_subject_open(old, &table,
				  &(vv_subject_options){.find_key = true, .writes = true}, err)) <
	    0) {
		stream->release(stream);
		return rc;
	}
	return write_file(out, stream, &table, place, how, err);
}

vv_status rewritten_same(bool *same, const rewritten *r, const char *file, vv_error *err)
{
	vv_auto(char) *pieces = vv_malloc(2 * PIECE);
	vv_auto(vv_fd) made = pieces ? vv_open_regular(r->file, 0, err) : vv_fail_nomem(err);
	vv_auto(vv_fd) there = made < 0 ? made : vv_open_regular(file, 0, err);
	ssize_t got = there < 0 ? there : 1, beside = got;

	*same = true;
	while (*same && got > 0) {
		got = vv_read_full(made, pieces, PIECE, r->file, err);
		beside = got < 0 ? got : vv_read_full(there, pieces + PIECE, PIECE, file, err);
		*same = got == beside && got >= 0 &&
			memcmp(pieces, pieces + PIECE, (size_t)got) == 0;
	}
	return beside < 0 ? (vv_status)beside : VV_OK;
}

vv_status rewritten_use(rewritten *r, const char *file, vv_error *err)
{
	vv_auto(char) *dir = vv_path_dir(file);
	vv_status rc = vv_rename(r->file, file, err);

	if (rc < 0) return rc;
	vv_free(r->file);
	r->file = NULL;
	return vv_fsync_dir(dir, err);
}

void rewritten_clear(rewritten *r)
{
	if (r->file) {
		vv_unlink(r->file, true, NULL);
	}
	vv_free(r->file);
	vv_buf_clear(&r->warnings);
	vv_free(r->schema);
	*r = (rewritten){.file = NULL};
}
