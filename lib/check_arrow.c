/*
 * check_arrow: checks rows before they are written, as the bytes that they would become; has these
 * checked in place of the file.
 */
#include "base/env.h"
#include "base/file.h"
#include "lib/arrow/in/rewrite.h"
#include "lib/edit/rewritten.h"
#include "lib/handles.h"

/* The rows over the file of the work tree, or a new one. */
static vv_status rewrite_path(rewritten *out, vv_session *s, struct ArrowArrayStream *stream,
			      const char *path, const varve_put_arrow_options *o, vv_error *err)
{
	const rewrite_options how = {.mode = o->mode,
				     .columns = o->columns,
				     .order = o->order,
				     .match = o->match,
				     .match_names = o->match_columns,
				     .key = o->key};
	const rewritten_place place = {vv_env_temp_dir(vv_repository_env(s->repo)), ".varve-check-",
				       path, NULL};
	vv_auto(char) *file = vv_repository_file(s->repo, path);
	vv_auto(vv_subject) old = {.text = NULL};
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if (!vv_exists(file)) return rewritten_make(out, stream, NULL, &place, &how, err);
	const vv_version_name name = {.file = file};
	if ((rc = vv_subject_find(&old, s->repo, s->reader, &name, err)) < 0) return rc;
	return rewritten_make(out, stream, &old, &place, &how, err);
}

static vv_status take_options(varve_put_arrow_options *o, const varve_put_arrow_options *given,
			      vv_error *err)
{
	vv_status rc = vv_put_arrow_take(o, given, err);

	return rc == VV_OK && o->expect
		       ? vv_fail(err, VV_EUSAGE, "'expect' cannot be used to check rows")
		       : rc;
}

int varve_check_arrow(varve_report **out, varve_repo *repo, const char *path,
		      struct ArrowArrayStream *stream, const varve_put_arrow_options *put,
		      const char *base, const varve_check_options *options, varve_error *err)
{
	vv_auto(rewritten) w = {.file = NULL};
	varve_put_arrow_options o;
	vv_session *s = NULL;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if ((rc = take_options(&o, put, &e)) == VV_OK &&
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
	return vv_check_instead(out, repo, path, w.file, &w.form, w.schema, base, options, err);
}
