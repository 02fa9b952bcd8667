/*
 * check_arrow: knows which bytes rows would be written as, and has these checked in place of the file.
 */
#include <string.h>
#include <unistd.h>

#include "base/env.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/handles.h"
#include "lib/rewrite/rewrite.h"

#define PIECE ((size_t)64 << 10)

/* What rows would be written as. */
typedef struct would_be {
	char *file; /* NULL: there is none yet */
	vv_sniff_hints written;
	char *schema; /* of a new table; or NULL */
} would_be;

static void would_be_clear(would_be *w)
{
	if (w->file) {
		vv_unlink(w->file, true, NULL);
	}
	vv_free(w->file);
	vv_free(w->schema);
}

VV_AUTO_CLEAR(would_be, would_be_clear)

static vv_status copy(rewrite *w, int fd, const char *name, vv_error *err)
{
	char *bytes = vv_malloc(PIECE);
	ssize_t n = 0;
	vv_status rc = bytes ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK && (n = rewrite_read(w, bytes, PIECE, err)) > 0) {
		rc = vv_write_full(fd, bytes, (size_t)n, name, err);
	}
	vv_free(bytes);
	return n < 0 ? (vv_status)n : rc;
}

static vv_status note_form(would_be *out, const rewrite *w, vv_error *err)
{
	const char *schema = rewrite_schema(w);

	out->written = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	rewrite_form(&out->written, w);
	out->schema = schema ? vv_strdup(schema) : NULL;
	return schema && !out->schema ? vv_fail_nomem(err) : VV_OK;
}

/* Takes the stream. old NULL: a new file. */
static vv_status write_file(would_be *out, struct ArrowArrayStream *stream, vv_table *old,
			    const char *path, const varve_put_arrow_options *o, const char *temp,
			    vv_error *err)
{
	const rewrite_options how = {.mode = o->mode,
				     .columns = o->columns,
				     .order = o->order,
				     .match = o->match,
				     .match_names = o->match_columns,
				     .key = o->key};
	rewrite *w = NULL;
	vv_status rc, closed;
	int fd;

	if ((rc = rewrite_open(&w, stream, old, path, &how, err)) < 0) return rc;
	if ((fd = vv_temp_open(&out->file, temp, ".varve-check-", err)) < 0) {
		rewrite_close(w);
		return (vv_status)fd;
	}
	rc = copy(w, fd, out->file, err);
	closed = vv_close(fd, out->file, rc == VV_OK ? err : NULL);
	rc = rc < 0 ? rc : closed;
	rc = rc < 0 ? rc : note_form(out, w, err);
	rewrite_close(w);
	return rc;
}

/* The rows over the file of the work tree, or a new one. */
static vv_status rewrite_path(would_be *out, vv_session *s, struct ArrowArrayStream *stream,
			      const char *path, const varve_put_arrow_options *o, vv_error *err)
{
	char *file = vv_repository_file(s->repo, path);
	const char *temp = vv_env_temp_dir(vv_repository_env(s->repo));
	vv_auto(vv_subject) old = {.text = NULL};
	vv_table table;
	bool exists;
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	vv_subject_init(&old);
	exists = vv_exists(file);
	rc = exists ? vv_subject_find_file(&old, s->repo, s->reader, file, err) : VV_OK;
	if (rc == VV_OK && exists) {
		rc = vv_subject_open(&old, &table, NULL, err);
	}
	if (rc == VV_OK) {
		rc = write_file(out, stream, exists ? &table : NULL, path, o, temp, err);
		if (exists) {
			vv_table_close(&table);
		}
	}
	vv_free(file);
	return rc;
}

static vv_status take(varve_put_arrow_options *o, const varve_put_arrow_options *given,
		      vv_error *err)
{
	vv_status rc = vv_put_arrow_take(o, given, err);

	return rc == VV_OK && o->expect
		       ? vv_fail(err, VV_EUSAGE, "expect is for rows that are written")
		       : rc;
}

int varve_check_arrow(varve_report **out, varve_repo *repo, const char *path,
		      struct ArrowArrayStream *stream, const varve_put_arrow_options *put,
		      const char *base, const varve_check_options *options, varve_error *err)
{
	vv_auto(would_be) w = {.file = NULL};
	varve_put_arrow_options o;
	vv_session *s = NULL;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if ((rc = take(&o, put, &e)) == VV_OK &&
	    (rc = vv_session_take(&s, repo->core, &e)) == VV_OK && vv_repository_is_bare(s->repo)) {
		rc = vv_fail(&e, VV_EUSAGE, "a bare repository has no work tree to check");
	}
	if (rc == VV_OK) {
		rc = rewrite_path(&w, s, stream, path, &o, &e);
	}
	vv_session_give(s);
	if (stream->release) {
		stream->release(stream);
	}
	if (rc < 0) return vv_give(err, rc, &e);
	return vv_check_instead(out, repo, path, w.file, &w.written, w.schema, base, options, err);
}
